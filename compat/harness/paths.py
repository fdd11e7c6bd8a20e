"""Where everything lies; and the one scratch folder that the suite may fill and delete.

Nothing here starts a process or opens a socket.
"""
import os
import pathlib
import shutil
import tempfile

COMPAT = pathlib.Path(__file__).resolve().parent.parent
ROOT = COMPAT.parent
WORK = COMPAT / ".work"
CLIENTS = COMPAT / "clients"
GOLDEN = ROOT / "tests" / "golden"


def work(*parts: str) -> pathlib.Path:
    """A file or folder under the untracked work folder, whose parent exists."""
    path = WORK.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def scratch(prefix: str) -> pathlib.Path:
    """A fresh folder for one broker's data. The caller removes it with `discard`."""
    base = os.environ.get("DMQ_COMPAT_TMP") or tempfile.gettempdir()
    return pathlib.Path(tempfile.mkdtemp(prefix=f"dmq-{prefix}-", dir=base))


def discard(path: pathlib.Path) -> None:
    """Removes a scratch folder, also one that holds read-only files."""
    shutil.rmtree(path, ignore_errors=True)
