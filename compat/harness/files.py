"""The data directory as the other side sees it.

Three checks: Kafka's DumpLogSegments reads every file that the broker wrote; a directory that Apache Kafka wrote is
opened by the broker and served identically, ids included; a directory that the broker wrote is opened by Apache Kafka.
"""
import json
import pathlib
import re
import shutil
import subprocess

from . import brokers, corpus, java, paths
from .brokers import Broker
from .clients import JavaClient, JobFailed
from .connection import Connection
from .report import Report
from .scenario import Inputs, Written, read_back

DUMP = "org.apache.kafka.tools.DumpLogSegments"
KINDS = (".log", ".index", ".timeindex", ".txnindex", ".snapshot")
COMPLAINT = re.compile(r"mismatch|corrupt|isvalid: false|exception|not enough bytes|invalid|error|could not|out of order"
                       r"|found \d+ ", re.I)
PROGRAM = paths.COMPAT / "golden" / "GoldenDirectory.java"


def dump(files: list[pathlib.Path], *options: str) -> int:
    """Runs DumpLogSegments over these files; how many lines it printed. JobFailed with its first complaint."""
    command = java.command(java.TOOLS, DUMP, *options, "--files", ",".join(map(str, files)), options=("-Xmx1g",))
    lines, complaint = 0, None
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as tool:
        assert tool.stdout
        for line in tool.stdout:
            lines += 1
            # Lines of batches and records hold what was written; they complain only through isvalid.
            is_data = line.startswith(("baseOffset:", "| offset:", "offset:", "timestamp:", "producerId:", "Dumping ",
                                       "Log starting"))
            if complaint is None and (COMPLAINT.search(line) if not is_data else "isvalid: false" in line):
                complaint = line.strip()
    if complaint or tool.returncode != 0:
        raise JobFailed(f"DumpLogSegments (exit code {tool.returncode}): {complaint}")
    return lines


def preallocated_only(index: pathlib.Path) -> bool:
    """An index of zeroes beside an empty segment, as Kafka leaves one too: DumpLogSegments stumbles over it."""
    log = index.with_suffix(".log")
    return "index" in index.suffix and log.exists() and log.stat().st_size == 0 and not any(index.read_bytes())


def dump_directory(data: pathlib.Path, report: Report, who: str) -> None:
    """Every segment, index and snapshot under a data directory."""
    for kind in KINDS:
        # Recent tools read a .txnindex through its .log; a metadata log has a decoder of its own.
        found = [path for path in sorted(data.glob(f"*/*{kind}")) if path.stat().st_size > 0
                 and path.parent.name != "__cluster_metadata-0" and not preallocated_only(path)]
        if not found:
            continue
        with report.step(who, f"DumpLogSegments reads {len(found)} {kind} files"):
            options = ("--deep-iteration", "--skip-record-metadata") if kind == ".log" else ()
            if dump(found, *options) < len(found):
                raise JobFailed("it printed nothing")
            if kind == ".index":
                dump(found, "--index-sanity-check")
    metadata = sorted((data / "__cluster_metadata-0").glob("*.log")) + \
        sorted((data / "__cluster_metadata-0").glob("*.checkpoint"))
    if metadata:
        with report.step(who, f"DumpLogSegments decodes {len(metadata)} metadata files"):
            dump(metadata, "--cluster-metadata-decoder")


def golden_program(broker: Broker, *args: str) -> None:
    """A step of the program that made the golden directory."""
    done = subprocess.run(java.command(java.SERVER, str(PROGRAM), args[0], broker.address, *args[1:]),
                          capture_output=True, text=True, timeout=240, check=False)
    if done.returncode != 0:
        raise JobFailed(f"{args[0]}: {(done.stdout + done.stderr)[-800:]}")


def describe(broker: Broker, name: str) -> list[str]:
    """Every topic, partition and record that a consumer sees."""
    path = paths.work("tmp", name)
    golden_program(broker, "describe", str(path))
    return path.read_text().splitlines()


def identity(broker: Broker) -> tuple:
    """Cluster id, node ids and topic ids."""
    with Connection(broker.port) as peer:
        answer = peer.call("Metadata", 12, {"Topics": None})
    return (answer["ClusterId"], sorted(node["NodeId"] for node in answer["Brokers"]),
            sorted((topic["Name"], str(topic["TopicId"])) for topic in answer["Topics"]
                   if not topic["Name"].startswith("__")))


def first_difference(before: list[str], after: list[str]) -> str:
    """Where two descriptions part."""
    for was, now in zip(before, after):
        if was != now:
            return f"was {was[:250]} — is {now[:250]}"
    return f"{len(before)} lines before, {len(after)} after"


class Exchange:
    """A data directory that one broker writes and another serves."""

    def __init__(self, report: Report, files: Inputs):
        self.report, self.files = report, files
        self.client = JavaClient()
        self.client.prepare()

    def fill(self, broker: Broker, who: str) -> list[Written]:
        """Real content with every codec through the Java client."""
        written = []
        with self.client.session(broker.address) as session:
            for codec in self.client.codecs:
                topic = Written(f"exchange-{codec}", self.files.small, True, who)
                session.job("create", topic=topic.topic, partitions=corpus.PARTITIONS)
                session.job("produce", topic=topic.topic, file=topic.path, codec=codec, acks="all", idempotent="true",
                            nullheader="true")
                written.append(topic)
        return written

    def check(self, broker: Broker, written: list[Written], who: str, what: str) -> None:
        """Reads everything, then appends and reads a topic of its own."""
        with self.client.session(broker.address) as session:
            for topic in written:
                with self.report.step(who, f"{what}: read {topic.topic}"):
                    read_back(session, topic)
            with self.report.step(who, f"{what}: write on"):
                mine = Written(f"after-{broker.kind}", self.files.small, True, who)
                session.job("create", topic=mine.topic, partitions=corpus.PARTITIONS)
                session.job("produce", topic=mine.topic, file=mine.path, codec="zstd", acks="all", idempotent="true",
                            nullheader="true")
                read_back(session, mine)

    def from_kafka(self, kind: str) -> None:
        """Apache Kafka writes every codec, segments, leader epochs, ended, aborted and open transactions.

        The directory is handed over twice: as it is under the running broker, which is what kill -9 leaves, and after a
        clean stop.
        """
        # The golden records are of 2023: nothing may expire while the directory is compared.
        keep = {"log.retention.ms": "-1"}
        with brokers.Kafka(settings=keep) as writer:
            with self.report.step("kafka", "writes a directory to hand over") as wrote:
                writer.start()
                golden_program(writer, "create")
                golden_program(writer, "write", "0")
                written = self.fill(writer, "kafka")
                writer.stop()
                writer.start()
                golden_program(writer, "write", "2")
                before, ids = describe(writer, "before.jsonl"), identity(writer)
                shutil.copytree(writer.data, writer.home / "killed")
                writer.stop()
            if wrote["passed"]:
                for folder, what in ((writer.data, "Kafka's directory"), (writer.home / "killed", "Kafka's, killed over")):
                    reader = brokers.make(kind, home=writer.home / f"reader-{folder.name}",
                                          settings={**keep, "node.id": "1"})
                    shutil.copytree(folder, reader.data)
                    with reader, self.report.section(reader.kind):
                        self.serve(reader, written, before, ids, what)

    def serve(self, reader: Broker, written: list[Written], before: list[str], ids: tuple, what: str) -> None:
        """The broker opens the directory, serves it, writes on, and its files are dumped."""
        with self.report.step(reader.kind, f"{what}: opens it") as opened:
            reader.start()
        if not opened["passed"]:
            print(reader.log_text()[-2000:])
            return
        self.compare(reader, before, ids, what)
        self.check(reader, written, reader.kind, what)
        reader.stop()
        dump_directory(reader.data, self.report, f"{reader.kind}'s files")

    def compare(self, reader: Broker, before: list[str], ids: tuple, what: str) -> None:
        """What is served now against what the writer served."""
        with self.report.step(reader.kind, f"{what}: same cluster id, node id, topic ids"):
            now = identity(reader)
            if now != ids:
                raise JobFailed(f"was {ids} — is {now}"[:600])
        with self.report.step(reader.kind, f"{what}: the same records, offsets and transactions"):
            after = describe(reader, "after.jsonl")
            if after != before:
                raise JobFailed(first_difference(before, after))
            json.loads(after[0])

    def to_kafka(self, kind: str) -> None:
        """The broker writes, Apache Kafka opens the directory."""
        what = f"a directory that {kind} wrote"
        with brokers.make(kind, settings={"node.id": "1"}) as writer:
            with self.report.step(writer.kind, f"{what}: it is written") as wrote:
                writer.start()
                written = self.fill(writer, writer.kind)
                ids = identity(writer)
                writer.stop()
            if not wrote["passed"]:
                return
            dump_directory(writer.data, self.report, f"{writer.kind}'s files")
            with brokers.Kafka(home=writer.home / "other") as reader:
                shutil.copytree(writer.data, reader.data)
                with self.report.step("kafka", f"{what}: opens it") as opened:
                    reader.start()
                if not opened["passed"]:
                    return
                with self.report.step("kafka", f"{what}: same cluster id, node id, topic ids"):
                    now = identity(reader)
                    if now != ids:
                        raise JobFailed(f"was {ids} — is {now}"[:600])
                self.check(reader, written, "kafka", what)
