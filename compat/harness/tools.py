"""Kafka's own command-line tools and kcat, each run as a person would, against a broker that has some topics.

They cannot say everything that the programs in `clients/` can (no timestamps of their own, one header for all), so they
have steps of their own: what a tool writes is read by another, and what the Java client wrote is read by a tool.
"""
import pathlib
import re
import subprocess

from . import corpus, java, paths
from .brokers import Broker
from .clients import Client, JobFailed, run_checked
from .connection import Connection
from .report import Report
from .scenario import Written

TOOLS = "org.apache.kafka.tools"
DESCRIBE_CONFIGS, INCREMENTAL_ALTER_CONFIGS, LIST_GROUPS, LIST_REASSIGNMENTS = 32, 44, 16, 46


def advertised(broker: Broker) -> set[int]:
    """The API keys that ApiVersions names."""
    with Connection(broker.port) as peer:
        return {entry["ApiKey"] for entry in peer.call("ApiVersions", 0)["ApiKeys"]}


def expect(condition: bool, text: str) -> None:
    """Fails the step with what the tool said."""
    if not condition:
        raise JobFailed(text[-700:])


class ConsoleTools:
    """kafka-topics, console producer and consumer, perf test and their like."""

    name = "console tools"
    version = "kafka-tools 4.3.1"

    def __init__(self, report: Report):
        self.report = report

    def prepare(self) -> None:
        """Resolves the jars."""
        java.classpath(java.TOOLS)
        java.classpath(java.CONFIGS)

    def run(self, main: str, *args: str, stdin: pathlib.Path | None = None, timeout: int = 120) -> str:
        """Standard output and error of one tool; a bad exit code fails the step."""
        return self.run_class(java.TOOLS, f"{TOOLS}.{main}", args, stdin, timeout)[1]

    @staticmethod
    def run_class(project: pathlib.Path, main: str, args: tuple[str, ...], stdin: pathlib.Path | None = None,
                  timeout: int = 120, fails: bool = False) -> tuple[int, str]:
        """Exit code and output of a class; whether it must fail or must not."""
        with open(stdin or "/dev/null", "rb") as source:
            done = subprocess.run(java.command(project, main, *args), stdin=source, capture_output=True,
                                  timeout=timeout, check=False)
        text = (done.stdout + done.stderr).decode(errors="replace")
        expect((done.returncode != 0) == fails, f"exit code {done.returncode}: {text}")
        return done.returncode, text

    def drive(self, broker: Broker, small: pathlib.Path) -> None:
        """All the tools."""
        at = ("--bootstrap-server", broker.address)
        apis = advertised(broker)
        with self.report.step(self.name, "kafka-topics --create, --list"):
            self.run("TopicCommand", *at, "--create", "--topic", "console", "--partitions", "3", "--replication-factor", "1")
            expect("console" in self.run("TopicCommand", *at, "--list").split(), "the topic is not listed")
        if {DESCRIBE_CONFIGS, LIST_REASSIGNMENTS} <= apis:
            with self.report.step(self.name, "kafka-topics --describe"):
                text = self.run("TopicCommand", *at, "--describe", "--topic", "console")
                expect("PartitionCount: 3" in text and text.count("Leader: ") == 3, text)
        else:
            self.report.skip(self.name, "kafka-topics --describe: the broker has no DescribeConfigs yet")
        if INCREMENTAL_ALTER_CONFIGS in apis:
            self.configs(at, apis)
        with self.report.step(self.name, "kafka-console-producer writes, kafka-console-consumer reads"):
            self.produce_and_consume(at, small)
        with self.report.step(self.name, "kafka-get-offsets"):
            self.offsets(at, small)
        with self.report.step(self.name, "kafka-producer-perf-test"):
            text = self.run("ProducerPerformance", "--topic", "console-perf", "--num-records", "20000", "--record-size",
                            "1024", "--throughput", "-1", "--bootstrap-server", broker.address, "--command-property",
                            "acks=all")
            expect("20000 records sent" in text, text)
        with self.report.step(self.name, "kafka-verifiable-producer"):
            text = self.run("VerifiableProducer", *at, "--topic", "console-verified", "--max-messages", "500", "--acks", "-1")
            expect(text.count('"producer_send_success"') == 500, text)
        with self.report.step(self.name, "kafka-broker-api-versions, kafka-cluster cluster-id"):
            text = self.run("BrokerApiVersionsCommand", *at)
            expect(re.search(r"Produce\(0\): 0 to 13", text) is not None, text)
            text = self.run("ClusterTool", "cluster-id", *at)
            expect(re.search(r"Cluster ID: [\w-]{22}", text) is not None, text)
        with self.report.step(self.name, "kafka-topics --delete"):
            self.run("TopicCommand", *at, "--delete", "--topic", "console-perf")
            expect("console-perf" not in self.run("TopicCommand", *at, "--list").split(), "the topic is still listed")

    def produce_and_consume(self, at: tuple[str, ...], small: pathlib.Path) -> None:
        """Keys and values of the small file's first lines through one partition, with headers."""
        lines = [line for line in small.read_bytes().decode(errors="ignore").splitlines()[:20_000]
                 if line and line.isascii() and line.isprintable()]
        source = paths.work("tmp", "console.txt")
        source.write_text("".join(f"h:v,n:{i}\tkey-{i}\t{line}\n" for i, line in enumerate(lines)))
        self.run("TopicCommand", *at, "--create", "--topic", "console-one", "--partitions", "1")
        self.run("ConsoleProducer", *at, "--topic", "console-one", "--compression-codec", "zstd", "--request-required-acks",
                 "all", "--reader-property", "parse.key=true", "--reader-property", "parse.headers=true", stdin=source)
        text = self.run("consumer.ConsoleConsumer", *at, "--topic", "console-one", "--partition", "0", "--offset",
                        "earliest", "--max-messages", str(len(lines)), "--formatter-property", "print.key=true",
                        "--formatter-property", "print.headers=true", "--timeout-ms", "30000")
        got = [line for line in text.splitlines() if line.startswith("h:v,n:")]
        expect(got == source.read_text().splitlines(), f"{len(got)} of {len(lines)} lines: {text[-500:]}")
        self.console_records = len(lines)

    def configs(self, at: tuple[str, ...], apis: set[int]) -> None:
        """kafka-configs for every kind of resource: altered, described, left to the default again."""
        def tool(*args: str, fails: bool = False) -> str:
            return self.run_class(java.CONFIGS, "kafka.admin.ConfigCommand", (*at, *args), fails=fails)[1]

        broker = "DYNAMIC_BROKER_CONFIG"
        cases = [
            (("topics", "--entity-name", "console"), "cleanup.policy=[delete,compact]", "cleanup.policy",
             "cleanup.policy=delete,compact sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:cleanup.policy=delete,compact, "
             "DEFAULT_CONFIG:log.cleanup.policy=delete}"),
            (("brokers", "--entity-name", "1"), "log.retention.ms=5000000", "log.retention.ms",
             f"log.retention.ms=5000000 sensitive=false synonyms={{{broker}:log.retention.ms=5000000, "
             "DEFAULT_CONFIG:log.retention.hours=168}"),
            (("brokers", "--entity-default"), "message.max.bytes=2000000", "message.max.bytes",
             "message.max.bytes=2000000 sensitive=false synonyms={DYNAMIC_DEFAULT_BROKER_CONFIG:message.max.bytes=2000000}"),
            (("client-metrics", "--entity-name", "sub"), "interval.ms=5000", "interval.ms",
             "interval.ms=5000 sensitive=false synonyms={DYNAMIC_CLIENT_METRICS_CONFIG:interval.ms=5000}"),
        ]
        if LIST_GROUPS in apis:
            cases.append((("groups", "--entity-name", "g"), "consumer.session.timeout.ms=50000",
                          "consumer.session.timeout.ms", "consumer.session.timeout.ms=50000 sensitive=false"))
        for entity, setting, name, line in cases:
            with self.report.step(self.name, f"kafka-configs {' '.join(entity)}"):
                tool("--alter", "--entity-type", *entity, "--add-config", setting)
                text = tool("--describe", "--entity-type", *entity)
                expect(line in text, text)
                tool("--alter", "--entity-type", *entity, "--delete-config", name)
                text = tool("--describe", "--entity-type", *entity)
                expect(f"{setting} " not in text, text)
        with self.report.step(self.name, "kafka-configs broker-loggers"):
            loggers = ("--entity-type", "broker-loggers", "--entity-name", "1")
            before = re.search(r"root=(\w+)", tool("--describe", *loggers))
            expect(before is not None, "no root logger")
            tool("--alter", *loggers, "--add-config", "root=ERROR")
            expect("root=ERROR" in tool("--describe", *loggers), "the level is another")
            tool("--alter", *loggers, "--add-config", f"root={before.group(1)}")
        with self.report.step(self.name, "kafka-configs --all, and what cannot be changed"):
            text = tool("--describe", "--entity-type", "brokers", "--entity-name", "1", "--all")
            expect("node.id=1 sensitive=false" in text and text.count("sensitive=") > 300, text)
            text = tool("--alter", "--entity-type", "brokers", "--entity-name", "1", "--add-config", "node.id=3", fails=True)
            expect("Cannot update these configs dynamically: [node.id]" in text, text)

    def offsets(self, at: tuple[str, ...], _small: pathlib.Path) -> None:
        """Log ends and starts as kafka-get-offsets prints them."""
        text = self.run("GetOffsetShell", *at, "--topic", "console-one", "--time", "-1")
        expect(f"console-one:0:{self.console_records}" in text, text)
        text = self.run("GetOffsetShell", *at, "--topic", "console-one", "--time", "earliest")
        expect("console-one:0:0" in text, text)


class Kcat(Client):
    """kcat (librdkafka), Debian's package."""

    name = "kcat"
    version = "kcat 1.7.1"

    def __init__(self, report: Report):
        self.report = report

    def prepare(self) -> None:
        """It must be there; `.ci/run` installs it."""
        run_checked("kcat", ["kcat", "-V"])

    def run(self, broker: Broker, *args: str, stdin: pathlib.Path | None = None) -> bytes:
        """Standard output; a bad exit code fails the step."""
        with open(stdin or "/dev/null", "rb") as source:
            done = subprocess.run(["kcat", "-b", broker.address, "-m", "30", *args], stdin=source, capture_output=True,
                                  timeout=120, check=False)
        expect(done.returncode == 0, f"exit code {done.returncode}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def drive(self, broker: Broker, small: pathlib.Path, java_topic: Written | None) -> None:
        """Listing, every codec and acks, and what the Java client wrote."""
        lines = paths.work("tmp", "kcat.txt")
        lines.write_bytes(b"".join(line for line in small.read_bytes().splitlines(keepends=True)[:20_000]
                                   if line.strip(b"\r\n") and b"\0" not in line and b"\r" not in line))
        with Connection(broker.port) as peer:
            peer.call("CreateTopics", 5, {"timeoutMs": 10000, "Topics": [
                {"Name": f"kcat-{case}", "NumPartitions": 3, "ReplicationFactor": 1}
                for case in ("none", "gzip", "snappy", "lz4", "zstd", "acks1", "idempotent")]})
        with self.report.step(self.name, "lists the broker and its topics"):
            text = self.run(broker, "-L").decode()
            expect('topic "kcat-none" with 3 partitions' in text, text)
        cases = [(codec, ["-z", codec, "-X", "acks=all"]) for codec in ("none", "gzip", "snappy", "lz4", "zstd")]
        cases += [("acks1", ["-X", "acks=1"]), ("idempotent", ["-X", "enable.idempotence=true"])]
        for case, options in cases:
            with self.report.step(self.name, f"writes and reads {case}"):
                self.run(broker, "-P", "-t", f"kcat-{case}", "-p", "1", "-H", "from=kcat", *options, stdin=lines)
                got = self.run(broker, "-C", "-t", f"kcat-{case}", "-p", "1", "-o", "beginning", "-e", "-q")
                expect(got == lines.read_bytes(), f"{len(got)} bytes of {lines.stat().st_size} or others")
        if java_topic:
            with self.report.step(self.name, "reads the Java client's keys, values, headers and times"):
                self.read_java(broker, java_topic)
            with self.report.step(self.name, "offset by time"):
                middle = java_topic.expected().lines // 6 * 3  # a line of partition 0
                text = self.run(broker, "-Q", "-t", f"{java_topic.topic}:0:{corpus.T0 + middle}").decode()
                expect(f"[0] offset {middle // 3}" in text, text)

    def read_java(self, broker: Broker, written: Written) -> None:
        """Partition 0 with everything that kcat can print."""
        want = []
        for i, (key, value, headers) in enumerate(corpus.records(written.path, written.null_header)):
            if i % corpus.PARTITIONS == 0:
                text = b",".join(name + b"=" + (b"NULL" if content is None else content) for name, content in headers)
                # kcat -Z prints NULL for what is empty, too.
                want.append(b"%d %d %s [%s] %s\n" % (i // corpus.PARTITIONS, corpus.T0 + i, key or b"NULL", text,
                                                     value or b"NULL"))
        got = self.run(broker, "-C", "-t", written.topic, "-p", "0", "-o", "beginning", "-e", "-q", "-Z", "-f",
                       "%o %T %k [%h] %s\n")
        expect(got == b"".join(want), f"{len(got)} bytes, expected {sum(map(len, want))}")
