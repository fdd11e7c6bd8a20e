"""The part `rest` of the suite: sets up its virtual environment and runs `peers.py` in it."""
import subprocess
import sys

from harness import paths
from harness.clients import run_checked
from harness.report import Report

FOLDER = paths.COMPAT / "rest"
VENV = paths.WORK / "venv-rest"
SEED = 20_261_125


def prepare() -> str:
    """The virtual environment's interpreter."""
    wanted, stamp = (FOLDER / "requirements.txt").read_text(), VENV / "installed"
    if not stamp.exists() or stamp.read_text() != wanted:
        run_checked("REST callers", [sys.executable, "-m", "venv", str(VENV)])
        run_checked("REST callers", [str(VENV / "bin" / "pip"), "install", "-q", "--disable-pip-version-check", "-r",
                                     str(FOLDER / "requirements.txt")])
        stamp.write_text(wanted)
    return str(VENV / "bin" / "python")


def run_rest(kind: str, wanted: str, seconds: int, report: Report) -> None:
    """Everything in `peers.py`, whose steps are counted here."""
    with report.section("rest"):
        command = [prepare(), str(FOLDER / "peers.py"), kind, wanted, str(SEED), str(seconds)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=paths.COMPAT) as process:
            for line in process.stdout:
                print(line, end="", flush=True)
                report.passed += line.startswith("PASS ")
                if line.startswith("FAIL "):
                    report.failed += 1
                    report.failures.append(line.removeprefix("FAIL ").strip())
        if process.returncode not in (0, 1):
            raise RuntimeError(f"the REST part ended with exit code {process.returncode}")
