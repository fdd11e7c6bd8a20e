#!/usr/bin/env python3
"""Drives real Kafka clients against a broker and compares what they read with what was sent.

    compat/run.py                          the built dmq (target/release/dmq, or $DMQ_BIN)
    compat/run.py --broker kafka           Apache Kafka 4.4.0: what the suite itself is tested with
    compat/run.py --clients java,franz     only these
    compat/run.py --size full              a corpus of 200 MB for the fast clients (default: quick, 20 MB)

Closes with `N passed, N failed`; the exit code is 0 only if nothing failed and nothing was missing.
"""
import argparse
import shutil
import sys

from harness import brokers, corpus, paths
from harness.clients import (ConfluentClient, FranzClient, JavaClient, KafkaPythonClient, SaramaClient)
from harness.report import Report
from harness.scenario import Inputs, Scenario

CLIENTS = [JavaClient(), FranzClient(), SaramaClient(), ConfluentClient(), KafkaPythonClient()]
SIZES = {"quick": (20_000_000, 1_500_000), "full": (200_000_000, 8_000_000)}


def inputs(size: str) -> Inputs:
    """The files of this size."""
    big, small = SIZES[size]
    lines = corpus.build(big)
    return Inputs(small=corpus.slice_of(lines, "small", big // 3, small), large=corpus.large(lines), big=lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--broker", default="dmq", help="dmq, kafka, or the path of a dmq binary")
    parser.add_argument("--clients", default="all", help="names, comma-separated")
    parser.add_argument("--size", choices=SIZES, default="quick")
    parser.add_argument("--verbose", action="store_true", help="a stack trace for each failure")
    parser.add_argument("--keep", action="store_true", help="keeps the broker's data and says where")
    args = parser.parse_args()
    chosen = [client for client in CLIENTS if args.clients == "all" or client.name in args.clients.split(",")]
    report = Report(args.verbose)
    shutil.rmtree(paths.WORK / "logs", ignore_errors=True)
    ready = []
    for client in chosen:
        with report.step(client.name, f"is there: {client.version}"):
            client.prepare()
            ready.append(client)
    broker = brokers.make(args.broker)
    try:
        with report.section("broker"):
            Scenario(broker, ready, inputs(args.size), report).run()
    finally:
        broker.kill()
        if report.failed:
            print(f"--- the end of {broker.log_path}\n{broker.log_text()[-3000:]}")
        if args.keep:
            print(f"kept {broker.home}")
        else:
            paths.discard(broker.home)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
