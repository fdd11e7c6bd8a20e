"""Command line of the differential test; see `python3 compat/differential --help`."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from differential.run import main  # noqa: E402

sys.exit(main())
