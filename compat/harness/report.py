"""Counts steps, prints a line for each, and closes with the line that says how it went."""
import contextlib
import time
import traceback


class Report:
    """Steps that passed and failed."""

    def __init__(self, verbose: bool = False):
        self.passed, self.failed, self.skipped, self.verbose = 0, 0, 0, verbose
        self.failures: list[str] = []

    @contextlib.contextmanager
    def step(self, who: str, what: str):
        """One step: it passes unless its body raises. Gives a dict whose "passed" tells the caller afterwards."""
        started = time.monotonic()
        outcome = {"passed": False}
        try:
            yield outcome
        except Exception as error:  # every failure of a step is a failed step
            self._failed(who, what, error, time.monotonic() - started)
        else:
            self.passed += 1
            outcome["passed"] = True
            print(f"PASS {who:16} {what} ({time.monotonic() - started:.1f} s)", flush=True)

    @contextlib.contextmanager
    def section(self, who: str):
        """A group of steps; what is raised between them fails the group."""
        try:
            yield
        except Exception as error:  # as above
            self._failed(who, "did not get through", error, 0)

    def skip(self, who: str, why: str) -> None:
        """A step that this broker cannot be asked for yet, with the reason."""
        self.skipped += 1
        print(f"SKIP {who:16} {why}", flush=True)

    def _failed(self, who: str, what: str, error: Exception, seconds: float) -> None:
        self.failed += 1
        reason = f"{type(error).__name__}: {error}"
        self.failures.append(f"{who}: {what}: {reason}")
        print(f"FAIL {who:16} {what} ({seconds:.1f} s): {reason[:800]}", flush=True)
        if self.verbose:
            traceback.print_exception(error)

    def close(self) -> int:
        """Prints what failed and the closing line; the exit code."""
        if self.failures:
            print("\nFailed:")
            for line in self.failures:
                line = " ".join(line.split())
                print(f"  {line[:300]}")
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.passed} passed, {self.failed} failed{skipped}", flush=True)
        return 1 if self.failed or not self.passed else 0
