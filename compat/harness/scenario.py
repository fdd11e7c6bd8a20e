"""What every client does to a broker, and what must come of it.

Three parts on one data directory: each client writes and reads; after SIGTERM and a new start each client reads what
its neighbour wrote; after kill -9 under load everything acknowledged with acks=all is there, once and in order.
"""
import dataclasses
import pathlib
import threading
import time
from collections.abc import Callable

from . import corpus
from .brokers import Broker
from .clients import Client, JobFailed, Session
from .report import Report


@dataclasses.dataclass
class Written:
    """A topic that somebody filled, and with what."""

    topic: str
    path: pathlib.Path
    null_header: bool
    writer: str
    arrived: tuple[int, ...] | None = None
    """With acks=0, the records of each partition that the broker has: a producer that closes its connection may lose
    its last ones with any broker, but none before them."""

    def expected(self) -> corpus.Expected:
        return corpus.Expected.of(self.path, self.null_header, self.arrived)


@dataclasses.dataclass
class Inputs:
    """The files that are sent."""

    small: pathlib.Path
    large: pathlib.Path
    big: pathlib.Path | None


def read_back(session: Session, written: Written) -> None:
    """Reads a whole topic by assignment and compares the checksums."""
    expected = written.expected()
    got = session.job("consume", topic=written.topic, counts=",".join(map(str, expected.counts)))["sums"]
    if got != expected.sums:
        wrong = [p for p, (a, b) in enumerate(zip(got, expected.sums)) if a != b]
        raise JobFailed(f"checksum differs in partitions {wrong}")


class Scenario:
    """One broker and some clients."""

    def __init__(self, broker: Broker, clients: list[Client], inputs: Inputs, report: Report):
        self.broker, self.clients, self.inputs, self.report = broker, clients, inputs, report
        self.topics: dict[str, list[Written]] = {client.name: [] for client in clients}
        self.run_id = f"{int(time.time()) % 100000}"

    def run(self, tools: Callable[[], None]) -> None:
        """All three parts; `tools` is what the command-line tools do once the clients wrote."""
        self.broker.start()
        for client in self.clients:
            with self.report.section(client.name), client.session(self.broker.address) as session:
                self.write_and_read(client, session)
        tools()
        with self.report.step("broker", "SIGTERM ends it with exit code 0 or 143, then it starts again"):
            code = self.broker.stop()
            if code not in (0, 143):
                raise JobFailed(f"exit code {code}")
            self.broker.start()
        self.read_across("after restart")
        self.kill_under_load()
        self.read_across("after kill -9", own=True)

    def topic_of(self, client: Client, case: str) -> str:
        return f"{client.name}-{case}-{self.run_id}"

    def cases(self, client: Client) -> list[tuple[str, dict]]:
        """(name, words of the produce job) for everything this client can send."""
        cases = [(f"{codec}-all", {"codec": codec, "acks": "all", "idempotent": client.idempotent})
                 for codec in client.codecs]
        cases += [(f"none-acks{acks}", {"codec": "none", "acks": acks, "idempotent": False}) for acks in client.acks]
        return cases

    def write_and_read(self, client: Client, session: Session) -> None:
        """Part one for one client."""
        for case, words in self.cases(client):
            written = Written(self.topic_of(client, case), self.inputs.small, client.null_header, client.name)
            if self.write(client, session, written, words) and client.can_read:
                with self.report.step(client.name, f"read {case}"):
                    read_back(session, written)
        large = Written(self.topic_of(client, "large"), self.inputs.large, client.null_header, client.name)
        wrote = self.write(client, session, large, {"codec": "none", "acks": "all", "idempotent": client.idempotent})
        if wrote and client.can_read:
            with self.report.step(client.name, "read 1 MB records"):
                read_back(session, large)
        if client.can_lookup and self.topics[client.name]:
            with self.report.step(client.name, "offsets by time"):
                self.look_up(session, self.topics[client.name][0])
        if client.big and self.inputs.big:
            big = Written(self.topic_of(client, "big"), self.inputs.big, client.null_header, client.name)
            if self.write(client, session, big, {"codec": "lz4", "acks": "all", "idempotent": client.idempotent}):
                with self.report.step(client.name, "read the whole corpus"):
                    read_back(session, big)

    def write(self, client: Client, session: Session, written: Written, words: dict) -> bool:
        """Creates the topic and sends the file, as one step; whether it passed."""
        case = written.topic.removeprefix(client.name + "-").removesuffix("-" + self.run_id)
        with self.report.step(client.name, f"write {case}") as outcome:
            session.job("create", topic=written.topic, partitions=corpus.PARTITIONS)
            flags = {name: str(value).lower() if isinstance(value, bool) else value for name, value in words.items()}
            sent = session.job("produce", topic=written.topic, file=written.path,
                               nullheader=str(client.null_header).lower(), **flags)["sent"]
            if words["acks"] == "0":
                written.arrived = self.settled(session, written.topic)
            elif sent != written.expected().lines:
                raise JobFailed(f"{sent} acknowledged of {written.expected().lines}")
            self.topics[client.name].append(written)
        return outcome["passed"]

    def settled(self, session: Session, topic: str) -> tuple[int, ...]:
        """The log ends once they no longer move."""
        before: list[int] = []
        while True:
            ends = session.job("ends", topic=topic, partitions=corpus.PARTITIONS)["ends"]
            if ends == before and sum(ends) > 0:
                return tuple(ends)
            before = ends
            time.sleep(0.4)

    def look_up(self, session: Session, written: Written) -> None:
        """Offsets by time and the log's end."""
        expected = written.expected()
        for partition, moment, offset in corpus.lookup_cases(expected.lines):
            got = session.job("lookup", topic=written.topic, partition=partition, time=moment)["offset"]
            if got != offset:
                raise JobFailed(f"time {moment} in partition {partition}: offset {got}, expected {offset}")
        ends = session.job("ends", topic=written.topic, partitions=corpus.PARTITIONS)["ends"]
        if ends != expected.counts:
            raise JobFailed(f"log ends {ends}, expected {expected.counts}")

    def read_across(self, when: str, own: bool = False) -> None:
        """Each reader reads a neighbour's topics, so that every writer is read by another library."""
        readers = [client for client in self.clients if client.can_read]
        for at, client in enumerate(self.clients):
            others = [reader for reader in readers if reader is not client] or readers
            reader = client if own and client.can_read else others[at % len(others)]
            if not self.topics[client.name]:
                continue
            with reader.session(self.broker.address) as session:
                for written in self.topics[client.name]:
                    if written.path == self.inputs.big and not reader.big:
                        continue
                    case = written.topic.removeprefix(client.name + "-").removesuffix("-" + self.run_id)
                    with self.report.step(reader.name, f"read {client.name}'s {case} {when}"):
                        read_back(session, written)

    def kill_under_load(self) -> None:
        """Kills the broker with SIGKILL while a producer works; the producer goes on when it is back."""
        for client in self.clients:
            if not client.survives_kill:
                continue
            written = Written(self.topic_of(client, "killed"), self.inputs.big or self.inputs.small, client.null_header,
                              client.name)
            with self.report.step(client.name, "kill -9 while it produces: all acknowledged is there, once, in order"):
                with client.session(self.broker.address) as session:
                    self.produce_through_kill(client, session, written)
                    read_back(session, written)

    def produce_through_kill(self, client: Client, session: Session, written: Written) -> None:
        """The producing itself, with the kill as soon as something was acknowledged."""
        session.job("create", topic=written.topic, partitions=corpus.PARTITIONS)
        outcome: list = []

        def produce():
            try:
                outcome.append(session.job("produce", topic=written.topic, file=written.path, codec="lz4", acks="all",
                                           idempotent="true", nullheader=str(client.null_header).lower()))
            except JobFailed as error:
                outcome.append(error)

        worker = threading.Thread(target=produce)
        worker.start()
        deadline = time.monotonic() + 30
        folder = self.broker.data / f"{written.topic}-0"
        while not any(path.stat().st_size > 0 for path in folder.glob("*.log")) and time.monotonic() < deadline:
            time.sleep(0.005)
        killed_early = worker.is_alive()
        self.broker.kill()
        self.broker.start()
        worker.join()
        if isinstance(outcome[0], JobFailed):
            raise outcome[0]
        if not killed_early:
            raise JobFailed("the producer was done before the kill: the file is too small")
        if outcome[0]["sent"] != written.expected().lines:
            raise JobFailed(f"{outcome[0]['sent']} acknowledged of {written.expected().lines}")
