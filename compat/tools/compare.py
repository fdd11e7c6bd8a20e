"""Runs the commands on a broker of each kind, compares what was printed, and keeps `docs/tools.md` true.

All commands of one broker run in one process, `RunTools.java`; what they print is brought into a form without ports, ids,
paths and times first. The page in the docs lists what was run and how far it agreed.
"""
import re
import subprocess

from harness import batches, brokers, java, paths, wire
from harness.brokers import Broker
from harness.connection import Connection
from harness.report import Report

from . import commands
from .commands import COMMANDS, Command

RUNNER = paths.COMPAT / "tools" / "RunTools.java"
PAGE = paths.ROOT / "docs" / "tools.md"
SETTINGS = {"num.partitions": "1", "log.retention.check.interval.ms": "3600000", "log.initial.task.delay.ms": "3600000"}
TIME = 1_700_000_000_000


def start(kind: str) -> Broker:
    """A fresh broker of this kind."""
    more = {"controller.quorum.append.linger.ms": "0"} if kind == "kafka" else {"node.id": "1"}
    broker = brokers.make(kind, settings={**SETTINGS, **more})
    broker.start()
    return broker


def prepare(broker: Broker) -> set[str]:
    """Topics with the same bytes on every broker; the names of the APIs that it serves."""
    keys = {schema["key"]: name for name, schema in wire.apis().items()}
    with Connection(broker.port) as peer:
        served = {keys[one["ApiKey"]] for one in peer.call("ApiVersions", 0)["ApiKeys"]}
        peer.call("CreateTopics", 5, {"timeoutMs": 10000, "Topics": [
            {"Name": name, "NumPartitions": 1, "ReplicationFactor": 1} for name in ("dump", "perf", "verified")]})
        for first in (0, 3):
            records = [batches.record(i, b"key-%d" % (first + i), b"value", ((b"h", b"v"),), timestamp_delta=i)
                       for i in range(3)]
            data = batches.batch(records, timestamp=TIME + first, max_timestamp=TIME + first + 2)
            while peer.call("Produce", 9, {"Acks": -1, "TimeoutMs": 10000, "TopicData": [
                    {"Name": "dump", "PartitionData": [{"Index": 0, "Records": data}]}]}
                            )["Responses"][0]["PartitionResponses"][0]["ErrorCode"] != 0:
                pass
    return served


def run(broker: Broker, wanted: list[Command]) -> list[tuple[int, str]]:
    """Exit code and output of each command."""
    lines = []
    for number, command in enumerate(wanted):
        arguments = [_filled(word, broker) for word in command.arguments.split()]
        lines.append("\t".join([str(number), commands.CLASSES[command.tool], *arguments]))
    done = subprocess.run(java.command(java.TOOLS, str(RUNNER)), input="\n".join(lines) + "\n", capture_output=True, text=True,
                          timeout=900, check=False)
    parts = done.stdout.split("\x01")[1:]
    if done.returncode != 0 or len(parts) != 2 * len(wanted):
        raise RuntimeError(f"{len(parts) // 2} of {len(wanted)} commands ended: {(done.stdout + done.stderr)[-1500:]}")
    answers = []
    for code_and_output in parts[1::2]:
        code, _, output = code_and_output.partition("\n")
        answers.append((int(code), normal(output, broker)))
    return answers


def _filled(word: str, broker: Broker) -> str:
    word = word.replace("{at}", broker.address).replace("{data}", str(broker.data))
    name = re.search(r"\{file:([^}]+)\}", word)
    if name:
        path = paths.work("tmp", name[1])
        path.write_text(commands.FILES[name[1]])
        word = word.replace(name[0], str(path))
    return word


def normal(text: str, broker: Broker) -> str:
    """Without what differs by nature."""
    for value, name in ((str(broker.data), "<data>"), (broker.address, "<address>"), (f":{broker.port}", ":<port>"),
                        (f":{getattr(broker, 'controller_port', 0)}", ":<controller's port>")):
        text = text.replace(value, name)
    text = re.sub(r"(TopicId: |[Tt]opic ID |Cluster ID: |ClusterId: +)[\w-]{22}", r"\1<id>", text)
    text = re.sub(r"^\[\d{4}-\d\d-\d\d [\d:,]+\]", "<time>", text, flags=re.M)
    text = re.sub(r"\b1[78]\d{11}\b", "<now>", text.replace(str(TIME)[:-3], "T0"))
    return re.sub(r"@[0-9a-f]{5,8}\b", "@<hash>", text).strip()


def reduced(command: Command, kafka: str, dmq: str) -> tuple[str, str]:
    """Both outputs as far as they must agree."""
    if command.how == "numbers":
        return _without_numbers(kafka), _without_numbers(dmq)
    if command.how == "perf":
        return tuple(re.sub(r"[\d.]+", "<n>", text.splitlines()[-1]) + text.split()[0] for text in (kafka, dmq))
    if command.how == "events":
        return tuple("\n".join(sorted(re.sub(r'("timestamp":|"avg_throughput":|"sent":)[^,}]+', r"\1<n>", line)
                                      for line in text.splitlines())) for text in (kafka, dmq))
    if command.how in ("apis", "features"):
        ours = [line.strip().rstrip(",") for line in dmq.splitlines()]
        named = {re.split(r"[:(\t]", line)[0].strip() + line.partition("(")[2].partition(")")[0] for line in ours}
        kept = []
        for line in (line.strip().rstrip(",") for line in kafka.splitlines()):
            if re.split(r"[:(\t]", line)[0].strip() + line.partition("(")[2].partition(")")[0] in named:
                kept.append(line)
        return "\n".join(map(_without_epoch, kept)), "\n".join(
            _without_epoch(line) for line in ours if "UNSUPPORTED" not in line)
    return kafka, dmq


def _without_epoch(line: str) -> str:
    return re.sub(r"Epoch: \d+", "Epoch: <n>", line)


def _without_numbers(text: str) -> str:
    return re.sub(r"[ \t]+", " ", re.sub(r"\b\d+\b", "<n>", text))


def test(kind: str, report: Report) -> None:
    """One step a command, and one for the page."""
    outcomes: list[tuple[Command, str]] = []
    with start("kafka") as kafka, start(kind) as dmq:
        prepare(kafka)
        served = prepare(dmq)
        wanted = [one for one in COMMANDS if set(one.needs) <= served]
        answers = (run(kafka, wanted), run(dmq, wanted))
    for command, theirs, ours in zip(wanted, *answers, strict=True):
        with report.step("tools", f"{command.name}: as on Apache Kafka") as outcome:
            kept = reduced(command, theirs[1], ours[1])
            assert theirs[0] == ours[0] and kept[0] == kept[1], \
                f"Kafka ({theirs[0]}):\n{kept[0][-1500:]}\n--- DMQ ({ours[0]}):\n{kept[1][-1500:]}"
        outcomes.append((command, "same" if outcome["passed"] else "differs"))
    for command in COMMANDS:
        if command not in wanted:
            report.skip("tools", f"{command.name}: the broker has no {', '.join(sorted(set(command.needs) - served))} yet")
            outcomes.append((command, "not yet"))
    with report.step("tools", "docs/tools.md says what was run"):
        page = render(outcomes)
        proposed = paths.work("tools.md")
        proposed.write_text(page)
        assert PAGE.exists() and PAGE.read_text() == page, f"it differs from {proposed}, which is what this run found"


HOW = {"same": "word for word", "numbers": "but for numbers", "perf": "but for the figures", "events": "event by event",
       "apis": "for what is served", "features": "for what is supported"}


def render(outcomes: list[tuple[Command, str]]) -> str:
    """The page."""
    lines = ["# Kafka's command-line tools", "",
             "Written by `python3 compat/run.py --parts tools`, which runs each command on DMQ and on Apache Kafka 4.4.0 and",
             "compares exit code and output; ports, ids, paths and times are made equal first. The tools are kafka-tools 4.3.1",
             "(4.4.0 is not published).", "", "| tool | arguments | output agrees |", "|---|---|---|"]
    order = {tool: place for place, tool in enumerate(commands.CLASSES)}
    for command, outcome in sorted(outcomes, key=lambda one: order[one[0].tool]):
        arguments = command.name.partition(" ")[2].strip()
        agrees = HOW[command.how] if outcome == "same" else "**no**" if outcome == "differs" else "API not served yet"
        lines.append(f"| {command.tool} | `{arguments}` | {agrees} |" if arguments else f"| {command.tool} | | {agrees} |")
    lines += [f"| {tool} | | not run: {reason} |" for tool, reason in commands.WAITING.items()]
    return "\n".join(lines) + "\n"
