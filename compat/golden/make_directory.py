#!/usr/bin/env python3
"""Makes tests/golden/kafka-4.4: a small data directory as Apache Kafka 4.4.0 leaves it, and what is in it.

    python3 compat/golden/make_directory.py

Topic ids, directory ids and control-record times differ from run to run; offsets, record bytes and segment
boundaries do not. `clean/` was stopped by SIGTERM, `killed/` is a copy made while the broker ran, as kill -9 leaves it.
"""
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from harness import brokers, java, paths  # noqa: E402

TARGET = paths.GOLDEN / "kafka-4.4"
PROGRAM = pathlib.Path(__file__).with_name("GoldenDirectory.java")


def program(broker: brokers.Broker, *args: str) -> None:
    """Runs one step of the Java program against this broker."""
    done = subprocess.run(java.command(java.SERVER, str(PROGRAM), args[0], broker.address, *args[1:]),
                          capture_output=True, text=True, timeout=180, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{args}: {done.stdout}{done.stderr}")


def copy(source: pathlib.Path, target: pathlib.Path) -> None:
    """Copies a data directory without the lock, which says nothing about the format."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(".lock", "*.deleted", "*-delete"))
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def main() -> None:
    """Three phases with a restart between them, then the copies."""
    # Small indexes, so that the copy of the running broker's preallocated ones is small too.
    settings = {"log.index.size.max.bytes": "1200", "transaction.partition.verification.enable": "true"}
    with brokers.Kafka(settings=settings) as broker:
        broker.start()
        program(broker, "create")
        for phase in range(3):
            if phase > 0:
                broker.stop()
                broker.start()
            program(broker, "write", str(phase))
        TARGET.mkdir(parents=True, exist_ok=True)
        program(broker, "describe", str(TARGET / "records.jsonl"))
        copy(broker.data, TARGET / "killed")
        broker.stop()
        copy(broker.data, TARGET / "clean")
        for index in TARGET.glob("*/__cluster_metadata-0/*index"):
            index.unlink()  # Kafka leaves both at 10 MB, nearly all of them preallocated zeroes
        print(broker.log_text()[-2000:])


if __name__ == "__main__":
    main()
