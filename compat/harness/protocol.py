"""The messages of protocol/ against Kafka's own classes, which `KafkaPeer.java` holds; the comparing is a Rust test."""
import os
import re
import subprocess

from . import java, paths
from .report import Report

TEST = "java::kafkas_own_classes_read_and_write_the_same_bytes"


def compare(seeds: int, report: Report) -> None:
    """Every message at every version, with so many values of each side."""
    with report.section("protocol"), report.step("kafka", "reads and writes every message as protocol/ does"):
        environment = {**os.environ, "DMQ_KAFKA_CLASSPATH": java.classpath(java.SERVER), "DMQ_PEER_SEEDS": str(seeds)}
        done = subprocess.run(
            ["cargo", "test", "-q", "-p", "dmq-protocol", "--test", "messages", "--", "--ignored", "--exact", TEST,
             "--nocapture"],
            cwd=paths.ROOT, env=environment, capture_output=True, text=True, timeout=1800, check=False)
        said = re.search(r"(\d+) messages, (\d+) values compared.*", done.stdout)
        if done.returncode != 0 or not said:
            raise AssertionError((done.stdout + done.stderr)[-3000:])
        print(said.group(0).strip(), flush=True)
