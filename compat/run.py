#!/usr/bin/env python3
"""Drives real Kafka clients against a broker and compares what they read with what was sent.

    compat/run.py                          everything, on the built dmq (target/release/dmq, or $DMQ_BIN)
    compat/run.py --broker kafka           Apache Kafka 4.4.0: what the suite itself is tested with
    compat/run.py --parts clients --clients java,franz     only this
    compat/run.py --size full              a corpus of 200 MB for the fast clients (default: quick, 20 MB)

Parts: protocol (every message against Kafka's own classes), clients (every client writes, reads, across a restart and
kill -9), files (data directories exchanged with Apache Kafka, DumpLogSegments), hostile (bad input), rest (HTTP callers and
Kafka clients side by side, a fuzzer on the OpenAPI description, Prometheus), tools (Kafka's command-line tools, side by side
with Apache Kafka), differential (the same drawn requests to both, answers compared field by field). Closes with
`N passed, N failed`; the exit code is 0 only if nothing failed.
"""
import argparse
import shutil
import sys

from differential import run as differential
from harness import brokers, compaction, corpus, paths, protocol
from harness.clients import (ConfluentClient, FranzClient, JavaClient, KafkaPythonClient, SaramaClient)
from harness.files import Exchange, dump_directory
from harness.report import Report
from harness.scenario import Inputs, Scenario
from harness.tools import ConsoleTools, Kcat
from hostile.attacks import attack
from rest.part import run_rest
from tools import compare as side_by_side

CLIENTS = [JavaClient(), FranzClient(), SaramaClient(), ConfluentClient(), KafkaPythonClient()]
SIZES = {"quick": (20_000_000, 1_500_000), "full": (200_000_000, 8_000_000)}
REST_SECONDS = {"quick": 30, "full": 600}
SEEDS = {"quick": 16, "full": 500}


def inputs(size: str) -> Inputs:
    """The files of this size."""
    big, small = SIZES[size]
    lines = corpus.build(big)
    return Inputs(small=corpus.slice_of(lines, "small", big // 3, small), large=corpus.large(lines), big=lines)


def chosen(things: list, wanted: str, report: Report) -> list:
    """Those that were asked for and can be built; one that cannot is a failed step."""
    ready = []
    for thing in things:
        if wanted == "all" or thing.name.split()[0] in wanted.split(","):
            with report.step(thing.name, f"is there: {thing.version}"):
                thing.prepare()
                ready.append(thing)
    return ready


def run_clients(kind: str, wanted: str, files: Inputs, report: Report) -> None:
    """Every client against one broker."""
    clients = chosen(CLIENTS, wanted, report)
    tools = chosen([Kcat(report), ConsoleTools(report)], wanted, report)
    with brokers.make(kind) as broker, report.section("broker"):
        scenario = Scenario(broker, clients, files, report)
        scenario.run(lambda: drive_tools(tools, scenario))
        broker.stop()
        dump_directory(broker.data, report, f"{broker.kind}'s files")
        if report.failed:
            print(f"--- the end of the broker's output\n{broker.log_text()[-3000:]}")


def drive_tools(tools: list, scenario: Scenario) -> None:
    """The command-line tools, after the clients wrote."""
    written = scenario.topics.get("java") or [None]
    for tool in tools:
        with scenario.report.section(tool.name):
            if isinstance(tool, Kcat):
                tool.drive(scenario.broker, scenario.inputs.small, written[0])
            else:
                tool.drive(scenario.broker, scenario.inputs.small)


def run_files(kind: str, files: Inputs, report: Report) -> None:
    """Data directories in both directions."""
    with report.section("files"):
        exchange = Exchange(report, files)
        exchange.from_kafka(kind)
        exchange.to_kafka(kind)
        if kind != "kafka":
            compaction.run(kind, report)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--broker", default="dmq", help="dmq, kafka, or the path of a dmq binary")
    parser.add_argument("--parts", default="protocol,clients,files,hostile,rest,tools")
    parser.add_argument("--clients", default="all", help="names, comma-separated")
    parser.add_argument("--size", choices=SIZES, default="quick")
    parser.add_argument("--verbose", action="store_true", help="a stack trace for each failure")
    args = parser.parse_args()
    parts = args.parts.split(",")
    report = Report(args.verbose)
    shutil.rmtree(paths.WORK / "logs", ignore_errors=True)
    if "protocol" in parts:
        protocol.compare(SEEDS[args.size], report)
    if "clients" in parts:
        run_clients(args.broker, args.clients, inputs(args.size), report)
    if "files" in parts:
        run_files(args.broker, inputs(args.size), report)
    if "hostile" in parts:
        attack(args.broker, report)
    if "rest" in parts and args.broker != "kafka":
        run_rest(args.broker, args.clients, REST_SECONDS[args.size], report)
    if "tools" in parts:
        with report.section("tools"):
            side_by_side.test(args.broker, report)
    if "differential" in parts:
        differential.test(args.broker, report)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
