"""Bad input against a broker: every case ends in a clear error code or a closed connection, and harms nobody else.

A case is a function that is given a `Target` and raises where the broker did anything else. Where Apache Kafka 4.4
itself is laxer or weaker than what is asked of DMQ, the case says so: `kafka=` names what Kafka does instead. After every
case the broker must be alive, a connection that was open all along must still be served, and the peak of its memory
must not have grown by more than `GROWTH_MB`.
"""
import time
import uuid

from harness import batches, brokers
from harness.brokers import Broker
from harness.clients import JobFailed
from harness.connection import Connection
from harness.report import Report

GROWTH_MB = 64
TOPIC = "hostile"


class Target:
    """The broker under attack, its topic, and the bystander whose connection must not notice."""

    def __init__(self, broker: Broker):
        self.broker = broker
        self.bystander = Connection(broker.port)
        made = self.bystander.call("CreateTopics", 7, {"timeoutMs": 10000, "Topics": [
            {"Name": TOPIC, "NumPartitions": 2, "ReplicationFactor": 1}]})["Topics"][0]
        if made["ErrorCode"]:
            raise JobFailed(f"CreateTopics: {made}")
        self.topic_id: uuid.UUID = made["TopicId"]
        self.produced = 0
        self.wait_for_leader()
        self.check_bystander()

    def wait_for_leader(self) -> None:
        """Kafka answers CreateTopics a moment before the partitions serve."""
        deadline = time.monotonic() + 20
        while any(self.produce(b"", partition=partition)["ErrorCode"] == 6 for partition in (0, 1)):
            if time.monotonic() > deadline:
                raise JobFailed("no leader after 20 s")
            time.sleep(0.05)

    def connect(self) -> Connection:
        """A connection of the attacker's own."""
        return Connection(self.broker.port)

    def produce(self, records: bytes | None, *, version: int = 9, partition: int = 0, topic: str = TOPIC, acks: int = -1,
                topic_id: uuid.UUID | None = None, peer: Connection | None = None) -> dict:
        """The partition's part of the answer to one Produce."""
        name = {"TopicId": topic_id or self.topic_id} if version >= 13 else {"Name": topic}
        body = {"Acks": acks, "TimeoutMs": 5000,
                "TopicData": [{**name, "PartitionData": [{"Index": partition, "Records": records}]}]}
        with self.connect() as own:
            return (peer or own).call("Produce", version, body)["Responses"][0]["PartitionResponses"][0]

    def refused(self, records: bytes | None, *codes: int, **where) -> None:
        """A Produce must be answered with one of these codes, and leave the log as it was."""
        before = self.log_end()
        answer = self.produce(records, **where)
        if answer["ErrorCode"] not in codes:
            raise JobFailed(f"error {answer['ErrorCode']} ({answer['ErrorMessage']}), expected one of {codes}")
        if self.log_end() != before:
            raise JobFailed("the log grew although the batch was refused")

    def log_end(self, partition: int = 0) -> int:
        """The log end offset as the bystander sees it."""
        answer = self.bystander.call("ListOffsets", 5, {"ReplicaId": -1, "Topics": [
            {"Name": TOPIC, "Partitions": [{"PartitionIndex": partition, "Timestamp": -1}]}]})
        return answer["Topics"][0]["Partitions"][0]["Offset"]

    def check_bystander(self) -> None:
        """The connection that was open all along produces and is answered."""
        try:
            self._bystander_produces()
        except Exception:
            self.bystander.close()  # the next case shall not fail for this one
            self.bystander = self.connect()
            self.produced = self.log_end(1)
            raise

    def _bystander_produces(self) -> None:
        answer = self.produce(batches.simple(b"bystander", timestamp=int(time.time() * 1000)), partition=1,
                              peer=self.bystander)
        if answer["ErrorCode"] != 0 or answer["BaseOffset"] != self.produced:
            raise JobFailed(f"the bystander's produce was answered {answer}, expected offset {self.produced}")
        self.produced += 1

    def check_after(self, peak_before: float) -> None:
        """What must hold after every case."""
        if not self.broker.alive():
            raise JobFailed("the broker ended")
        self.check_bystander()
        grown = self.broker.memory_mb("VmHWM") - peak_before
        if self.broker.kind == "dmq" and grown > GROWTH_MB:
            raise JobFailed(f"memory grew by {grown:.0f} MB")


def must_close(peer: Connection, within: float = 10) -> None:
    """The broker closes this connection without an answer."""
    with peer:
        if not peer.closed_by_peer(within):
            raise JobFailed(f"the connection is neither closed nor reset within {within} s")


CASES: list = []


def case(what: str, kafka: str | None = None):
    """Registers a case; `kafka` says why Apache Kafka is not asked."""
    def register(function):
        CASES.append((what, function, kafka))
        return function
    return register


def attack(kind: str, report: Report) -> None:
    """Every case against one broker."""
    from . import batch_cases, frame_cases, request_cases, startup_cases  # noqa: F401  (they register themselves)
    settings = {"socket.request.max.bytes": "10485760", "connections.max.idle.ms": "600000"}
    with brokers.make(kind, settings=settings) as broker, report.section("hostile"):
        broker.start()
        target = Target(broker)
        for what, function, weakness in CASES:
            if broker.kind == "kafka" and weakness:
                report.skip("hostile", f"{what}: Kafka {weakness}")
                continue
            with report.step("hostile", what):
                peak_before = broker.memory_mb("VmHWM")
                function(target)
                target.check_after(peak_before)
        with report.step("hostile", "what was acknowledged is all there"):
            if target.log_end(1) != target.produced:
                raise JobFailed(f"log end {target.log_end(1)}, acknowledged {target.produced}")
        if broker.kind == "dmq":
            with report.step("hostile", "the log names the peer of a malformed request"):
                if "127.0.0.1:" not in broker.log_text():
                    raise JobFailed("no line names a peer")
        broker.stop()
    startup_cases.run(kind, report)
