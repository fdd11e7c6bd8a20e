"""Sends the same drawn requests to DMQ and to Apache Kafka 4.4 and compares the answers field by field.

    compat/differential                        the run of the gate: fixed seed, bounded count
    compat/differential --seed 0 --count 100000 --seconds 3600     a long one; 0 takes a new seed and prints it
    compat/differential --apis Produce,Fetch,CreateTopics          only these
    compat/differential --against kafka        Apache Kafka against itself: what the test itself is tested with
"""
import argparse
import random
import time

from harness import brokers, paths
from harness.report import Report

from . import differences
from .conversation import Conversation
from .side import Side

SEED, COUNT, SECONDS = 20_250, 3_000, 75
# The same for both; background work that would change what is read is put off.
SETTINGS = {
    "num.partitions": "2", "log.retention.check.interval.ms": "3600000", "log.initial.task.delay.ms": "3600000",
    "log.cleaner.backoff.ms": "3600000", "offsets.topic.num.partitions": "1", "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "1", "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1", "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1", "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0", "node.id": "1",
}
# With `fsync` the high watermark follows a little later than Kafka's, which is not what is compared here.
DMQ_ONLY = {"log.durability": "os"}
KAFKA_ONLY = {"controller.quorum.append.linger.ms": "0"}


def start(kind: str):
    """A broker of this kind with the settings of this test."""
    more = KAFKA_ONLY if kind == "kafka" else DMQ_ONLY
    return brokers.make(kind, settings={**SETTINGS, **more})


def converse(kind: str, seed: int, count: int, seconds: float, only: set[str] | None, verbose: bool) -> Conversation:
    """A whole conversation with fresh brokers."""
    with start("kafka") as kafka, start(kind) as dmq:
        kafka.start()
        dmq.start()
        until = time.monotonic() + seconds
        talk = Conversation(Side(kafka), Side(dmq), seed, only, verbose)
        talk.begin()
        talk.every_version(2, until)
        talk.at_random(count, until)
        talk.end()
        return talk


def summary(talk: Conversation, seed: int) -> str:
    """The counts."""
    named = "".join(f"\n  {count:5} {name}" for name, count in sorted(talk.named.items()))
    return (f"seed {seed}: {talk.number} requests ({len(talk.served)} APIs, {len(talk.sent)} API versions, {talk.mutated} with "
            f"a fault in the frame), {talk.values} values compared, {talk.closed} connections closed by both, "
            f"{sum(talk.named.values())} differences that are meant:{named or ' none'}")


def test(kind: str, report: Report, seed: int = SEED, count: int = COUNT, seconds: float = SECONDS,
         only: set[str] | None = None, verbose: bool = False) -> None:
    """One run as a step of the suite."""
    with report.step("differential", "docs/differences.md is the list"):
        page = paths.ROOT / "docs" / "differences.md"
        assert page.read_text() == differences.page(), f"make it anew: python3 compat/differential --list > {page}"
    seed = seed or random.SystemRandom().randrange(1, 2**31)
    with report.step("differential", f"answers as Apache Kafka does, seed {seed}"):
        talk = converse(kind, seed, count, seconds, only, verbose)
        print(summary(talk, seed))
        lines = [f"{len(cases):5} × {signature}" for signature, cases in talk.found.items()]
        if lines:
            print("\n".join(sorted(lines, reverse=True)))
            raise AssertionError(f"{len(lines)} kinds of differences")


def main() -> int:
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", default="dmq", help="dmq, the path of a dmq binary, or kafka")
    parser.add_argument("--seed", type=int, default=SEED, help="0 for a new one")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--apis", default="", help="names, comma-separated")
    parser.add_argument("--verbose", action="store_true", help="print every request")
    parser.add_argument("--list", action="store_true", help="print docs/differences.md")
    args = parser.parse_args()
    if args.list:
        print(differences.page(), end="")
        return 0
    report = Report(args.verbose)
    only = set(args.apis.split(",")) - {""}
    test(args.against, report, args.seed, args.count, args.seconds, only or None, args.verbose)
    return report.close()
