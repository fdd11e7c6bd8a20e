"""Compaction with Apache Kafka as the judge.

The same batches are written to a compacted topic of the broker and of Apache Kafka; both clean it; the batches that are
left, with offsets, keys, values, codecs and delete horizons' presence, must be the same. Then each opens what the other
has compacted.
"""
import json
import pathlib
import random
import shutil
import subprocess
import time

from . import batches, brokers
from .brokers import Broker, Dmq
from .clients import JobFailed
from .connection import Connection
from .files import dump_directory
from .report import Report

TOPIC = "compacted"
START_MS = 1_700_000_000_000
SETTINGS = {
    "node.id": "1",
    "log.cleanup.policy": "compact",
    "log.retention.ms": "-1",
    # Segments end where timestamps jump: the same for both.
    "log.roll.ms": "1000",
    "log.cleaner.backoff.ms": "100",
    "log.cleaner.min.cleanable.ratio": "0.01",
    "log.cleaner.delete.retention.ms": "86400000",
    "log.message.timestamp.before.max.ms": "9223372036854775807",
}


def history(seed: int = 1, count: int = 400) -> list[bytes]:
    """Batches with few keys: tombstones, gzip, idempotent producers, and a jump of the clock every 40 batches."""
    draw, sequences, out = random.Random(seed), {}, []
    for number in range(count):
        records = []
        for delta in range(draw.randint(1, 5)):
            key = f"key{draw.randint(0, 40)}".encode()
            value = None if draw.random() < 0.2 else f"{number}/{delta} ".encode() * draw.randint(1, 30)
            headers = [(b"h", b"v")] if draw.random() < 0.2 else []
            records.append(batches.record(delta, key, value, headers))
        fields = {"timestamp": START_MS + number + number // 40 * 10_000}
        if draw.random() < 0.4:
            producer = draw.randint(1, 3)
            fields["producer"] = (producer, 0, sequences.get(producer, 0))
            sequences[producer] = sequences.get(producer, 0) + len(records)
        make = batches.gzipped if draw.random() < 0.4 else batches.batch
        out.append(make(records, **fields))
    return out


def produce(broker: Broker, records: list[bytes]) -> None:
    """One batch after the other, through a topic that is made by asking for it."""
    with Connection(broker.port) as peer:
        answer = peer.call("CreateTopics", 5, {
            "Topics": [{"Name": TOPIC, "NumPartitions": 1, "ReplicationFactor": 1, "Assignments": [], "Configs": []}],
            "timeoutMs": 10_000, "validateOnly": False})
        if answer["Topics"][0]["ErrorCode"] != 0:
            raise JobFailed(f"CreateTopics: {answer}")
        for number, batch in enumerate(records):
            body = {"TransactionalId": None, "Acks": -1, "TimeoutMs": 10_000,
                    "TopicData": [{"Name": TOPIC, "PartitionData": [{"Index": 0, "Records": batch}]}]}
            for _ in range(50):
                error = peer.call("Produce", 8, body)["Responses"][0]["PartitionResponses"][0]["ErrorCode"]
                if error not in (3, 5, 6):
                    break
                # The topic is new: its leader may not know yet.
                time.sleep(0.1)
            if error != 0:
                raise JobFailed(f"batch {number}: error {error}")


def wait_until_cleaned(broker: Broker) -> int:
    """Until everything but the last segment is clean; its base offset."""
    last = int(max((broker.data / f"{TOPIC}-0").glob("*.log")).stem)
    deadline = time.monotonic() + 60
    path = broker.data / "cleaner-offset-checkpoint"
    while time.monotonic() < deadline:
        lines = path.read_text().split("\n") if path.exists() else []
        if f"{TOPIC} 0 {last}" in lines:
            return last
        time.sleep(0.05)
    raise JobFailed(f"not cleaned up to {last} in time: {path.read_text() if path.exists() else 'no checkpoint'}")


def left(binary: str, data: pathlib.Path) -> list[dict]:
    """The batches of the log, by the project's own tool, without what the two may write differently."""
    done = subprocess.run([binary, "log", "dump", "--records", "--json", str(data / f"{TOPIC}-0")], capture_output=True,
                          text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise JobFailed(f"dmq log dump: {done.stderr or done.stdout[-300:]}")
    shown = [json.loads(line) for line in done.stdout.splitlines()]
    for batch in shown:
        # When it was cleaned; where it lies; and bytes of a codec's own choosing.
        batch["deleteHorizonMs"] = batch["deleteHorizonMs"] is not None
        for field in ("position", "bytes", "crc", "leaderEpoch"):
            del batch[field]
    return shown


def run(kind: str, report: Report) -> None:
    """Both compact the same history, and each serves what the other made of it."""
    records = history()
    with brokers.make(kind, settings=SETTINGS) as ours, brokers.Kafka(settings=SETTINGS) as theirs:
        binary = ours.binary if isinstance(ours, Dmq) else Dmq().binary
        with report.step(kind, "the same history is compacted by both") as done:
            for broker in (ours, theirs):
                broker.start()
                produce(broker, records)
            if wait_until_cleaned(ours) != wait_until_cleaned(theirs):
                raise JobFailed("they rolled at different offsets")
            ours.stop()
            theirs.stop()
        if not done["passed"]:
            return
        with report.step(kind, "what is left is what Apache Kafka leaves"):
            mine, kafkas = left(binary, ours.data), left(binary, theirs.data)
            for one, other in zip(mine, kafkas):
                if one != other:
                    raise JobFailed(f"{one} — Kafka: {other}"[:900])
            if len(mine) != len(kafkas) or len(mine) >= len(records):
                raise JobFailed(f"{len(mine)} batches, Kafka {len(kafkas)}, of {len(records)}")
        dump_directory(ours.data, report, f"{kind}'s compacted files")
        for reader, data, whose in ((brokers.Kafka(settings=SETTINGS), ours.data, kind),
                                    (brokers.make(kind, settings=SETTINGS), theirs.data, "kafka")):
            with reader, report.step(reader.kind, f"opens what {whose} compacted, and goes on"):
                shutil.copytree(data, reader.data)
                expected = left(binary, data)
                reader.start()
                with Connection(reader.port) as peer:
                    body = {"TransactionalId": None, "Acks": -1, "TimeoutMs": 10_000, "TopicData": [
                        {"Name": TOPIC, "PartitionData": [{"Index": 0, "Records": records[-1]}]}]}
                    answer = peer.call("Produce", 8, body)["Responses"][0]["PartitionResponses"][0]
                    if answer["ErrorCode"] not in (0, 45, 46):
                        raise JobFailed(f"produce: {answer}")
                reader.stop()
                now = left(binary, reader.data)
                if now[:len(expected) - 1] != expected[:len(expected) - 1]:
                    raise JobFailed("records changed")
