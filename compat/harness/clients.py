"""The clients that are driven: how each is built, started, and what it cannot do.

A client answers the jobs of `clients/README.md`, in a program of its own (`ProgramClient`) or through a command-line
tool (`tools.py`). Building one that is not there raises `ToolchainMissing`, which fails the run.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading

from . import corpus, java, paths
from .java import ToolchainMissing

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


class JobFailed(Exception):
    """A client said that a job failed, or ended without an answer."""


class Client:
    """A client and what it can do."""

    name = "?"
    version = "?"
    codecs: tuple[str, ...] = CODECS
    acks: tuple[str, ...] = ("1", "0")
    idempotent = True
    null_header = True
    can_create = True
    can_read = True
    can_write = True
    can_lookup = True
    big = False
    """Fast enough for the file of hundreds of MB."""
    survives_kill = False
    """Its producer goes on by itself when the broker is killed and comes back."""

    def prepare(self) -> None:
        """Builds or installs it."""

    def session(self, bootstrap: str) -> "Session":
        """A running instance that knows this broker."""
        raise NotImplementedError


class Session:
    """Answers one job after the other."""

    def job(self, op: str, **words) -> dict:
        """The answer; JobFailed where it is not ok."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends it."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class ProgramSession(Session):
    """A process that reads jobs and writes answers."""

    def __init__(self, name: str, command: list[str], bootstrap: str, cwd: pathlib.Path):
        self.log_path = paths.work("logs", f"{name}.log")
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                                            cwd=cwd)
        self.timeout = 240.0
        self.job("connect", bootstrap=bootstrap, t0=corpus.T0)

    def job(self, op: str, **words) -> dict:
        assert self.process.stdin and self.process.stdout
        timer = threading.Timer(self.timeout, self.process.kill)
        timer.start()
        try:
            self.process.stdin.write(" ".join([op, *(f"{name}={value}" for name, value in words.items())]) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
        if not line:
            raise JobFailed(f"ended without an answer (see {self.log_path})")
        answer = json.loads(line)
        if not answer.pop("ok"):
            raise JobFailed(answer["error"])
        return answer

    def close(self) -> None:
        assert self.process.stdin
        try:
            self.process.stdin.close()
            self.process.wait(20)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()


class ProgramClient(Client):
    """A client with a program in `clients/`."""

    folder = "."

    def command(self) -> list[str]:
        """How to start it once it is prepared."""
        raise NotImplementedError

    def session(self, bootstrap: str) -> Session:
        return ProgramSession(self.name, self.command(), bootstrap, paths.CLIENTS / self.folder)


def run_checked(what: str, command: list[str], cwd: pathlib.Path | None = None, env: dict | None = None) -> str:
    """Runs a build step; its failure is a missing toolchain."""
    if shutil.which(command[0]) is None:
        raise ToolchainMissing(f"{what}: {command[0]} is not installed")
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True,
                          timeout=900, check=False)
    if done.returncode != 0:
        raise ToolchainMissing(f"{what}: {' '.join(command[:4])}… failed: {(done.stdout + done.stderr)[-1500:]}")
    return done.stdout


class JavaClient(ProgramClient):
    """kafka-clients in a program of its own."""

    name = "java"
    version = "kafka-clients 4.4.0"
    folder = "java"
    big = True
    survives_kill = True
    classes = paths.WORK / "java-classes"

    def prepare(self) -> None:
        self.classpath = java.classpath(paths.CLIENTS / "java")
        run_checked("java client", ["javac", "-d", str(self.classes), "-cp", self.classpath,
                                    str(paths.CLIENTS / "java" / "Client.java")])

    def command(self) -> list[str]:
        return ["java", "-XX:+UseSerialGC", "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp",
                f"{self.classes}:{self.classpath}", "Client"]


class PythonClient(ProgramClient):
    """One of the two Python libraries, in a virtual environment of the suite."""

    folder = "python"
    program = "?"
    venv = paths.WORK / "venv"

    def prepare(self) -> None:
        wanted = (paths.CLIENTS / "python" / "requirements.txt").read_text()
        stamp = self.venv / "installed"
        if not stamp.exists() or stamp.read_text() != wanted:
            run_checked("python clients", [sys.executable, "-m", "venv", str(self.venv)])
            run_checked("python clients", [str(self.venv / "bin" / "pip"), "install", "-q", "--disable-pip-version-check",
                                           "-r", str(paths.CLIENTS / "python" / "requirements.txt")])
            stamp.write_text(wanted)

    def command(self) -> list[str]:
        return [str(self.venv / "bin" / "python"), self.program]


class ConfluentClient(PythonClient):
    """librdkafka through its Python binding."""

    name = "confluent-kafka"
    version = "confluent-kafka 2.16.1 (librdkafka)"
    program = "confluent.py"
    survives_kill = True


class KafkaPythonClient(PythonClient):
    """The pure Python implementation."""

    name = "kafka-python"
    version = "kafka-python 3.0.12"
    program = "kafkapython.py"
    null_header = False


class GoClient(ProgramClient):
    """One of the two Go libraries."""

    folder = "go"

    def prepare(self) -> None:
        run_checked(self.name, ["go", "build", "-o", str(paths.work("bin", self.name)), f"./{self.name}"],
                    cwd=paths.CLIENTS / "go")

    def command(self) -> list[str]:
        return [str(paths.WORK / "bin" / self.name)]


class FranzClient(GoClient):
    """franz-go."""

    name = "franz"
    version = "franz-go 1.22.2"
    big = True
    survives_kill = True


class SaramaClient(GoClient):
    """sarama."""

    name = "sarama"
    version = "sarama 1.61.1"
