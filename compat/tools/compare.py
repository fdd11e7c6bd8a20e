"""Runs the commands on a broker of each kind, compares what was printed, and keeps `docs/tools.md` true.

All commands of one broker run in one process, `RunTools.java`; what they print is brought into a form without ports, ids,
paths and times first. The page in the docs lists what was run and how far it agreed.
"""
import itertools
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
    """Exit code and output of each command, in their order."""
    answers: list[tuple[int, str]] = []
    for alone, group in itertools.groupby(wanted, key=lambda command: command.tool in commands.ALONE):
        answers += map(_alone, group, itertools.repeat(broker)) if alone else _together(list(group), broker)
    answers = [(code, normal(output, broker)) for code, output in answers]
    paths.work("logs", f"tools-{broker.kind}.txt").write_text("".join(
        f"$ {command.name}\n{output}\n[{code}]\n\n" for command, (code, output) in zip(wanted, answers, strict=True)))
    return answers


def _alone(command: Command, broker: Broker) -> tuple[int, str]:
    """A tool that ends with its process only."""
    arguments = [_filled(word, broker) for word in command.arguments.split()]
    done = subprocess.run(java.command(java.TOOLS, commands.CLASSES[command.tool], *arguments), capture_output=True, text=True,
                          timeout=300, check=False)
    return done.returncode, done.stdout + done.stderr


def _together(group: list[Command], broker: Broker) -> list[tuple[int, str]]:
    """Many commands in one process."""
    lines = []
    for command in group:
        arguments = [_filled(word, broker) for word in command.arguments.split()]
        lines.append("\t".join(["-", commands.CLASSES[command.tool], *arguments]))
    done = subprocess.run(java.command(java.TOOLS, str(RUNNER)), input="\n".join(lines) + "\n", capture_output=True, text=True,
                          timeout=900, check=False)
    parts = done.stdout.split("\x01")[1:]
    if done.returncode != 0 or len(parts) != 2 * len(group):
        raise RuntimeError(f"exit code {done.returncode}, {len(parts) // 2} of {len(group)} commands ended: "
                           f"{done.stdout[-300:]} {done.stderr[-1500:]}")
    split = (code_and_output.partition("\n") for code_and_output in parts[1::2])
    return [(int(code), output) for code, _, output in split]


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
    text = text.replace(str(broker.data), "<data>")
    text = re.sub(rf"\b{broker.port}\b *", "<port> ", text)
    if getattr(broker, "controller_port", 0):
        text = re.sub(rf"\b{broker.controller_port}\b", "<controller's port>", text)
    text = re.sub(r"(TopicId: |[Tt]opic ID |Cluster ID: |ClusterId: +)[\w-]{22}", r"\1<id>", text)
    text = re.sub(r"^\[\d{4}-\d\d-\d\d [\d:,]+\]", "<time>", text, flags=re.M)
    text = re.sub(r"\b1[78]\d{11}\b", "<now>", text.replace(str(TIME)[:-3], "T0"))
    return re.sub(r"@[0-9a-f]{5,8}\b", "@<hash>", text).strip()


def reduced(command: Command, kafka: str, dmq: str, served: set[str]) -> tuple[str, str]:
    """Both outputs as far as they must agree."""
    if command.how == "numbers":
        # DMQ is its own controller and has no listener for controllers.
        return _without_numbers(re.sub(r', "endpoints": \[[^]]*\]', "", kafka)), _without_numbers(dmq)
    if command.how == "perf":
        return tuple(re.sub(r"[\d.]+", "<n>", text.splitlines()[-1]) + text.split()[0] for text in (kafka, dmq))
    if command.how == "events":
        return tuple("\n".join(sorted(re.sub(r'("timestamp":|"avg_throughput":|"sent":)[^,}]+', r"\1<n>", line)
                                      for line in text.splitlines())) for text in (kafka, dmq))
    if command.how == "json":
        return tuple("".join(sorted(re.split(r"(?=[{])|[\]]", text))) for text in (kafka, dmq))
    if command.how == "apis":
        return _apis(kafka, served), _apis(dmq, served)
    if command.how == "features":
        ours = {line.split()[1] for line in dmq.splitlines() if line.startswith("Feature:")}
        return tuple("\n".join(sorted(re.sub(r"Epoch: \d+", "Epoch: <n>", line) for line in text.splitlines()
                                      if line.split()[1] in ours)) for text in (kafka, dmq))
    return kafka, dmq


def _apis(text: str, served: set[str]) -> str:
    """The lines of the APIs that DMQ serves."""
    lines = [line.strip().rstrip(",") for line in text.splitlines()]
    return "\n".join(line for line in lines if not re.match(r"\w+\(\d+\): ", line) or line.split("(")[0] in served)


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
            kept = reduced(command, theirs[1], ours[1], served)
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
        assert PAGE.exists() and PAGE.read_text() == page, f"it is not what this run found: cp {proposed} {PAGE}"


HOW = {"same": "word for word", "json": "in any order", "numbers": "but for numbers", "perf": "but for the figures", "events": "event by event",
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
