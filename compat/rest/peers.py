"""REST and its neighbours: the fuzzer that reads the OpenAPI description, Spring's RestTemplate, Kafka clients that read
what was posted and post what is read, Prometheus.

Runs within the suite's virtual environment (see `part.py`), because it uses `requests` from there.
"""
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.parse

import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from harness import brokers, corpus, java, paths  # noqa: E402
from harness.clients import (ConfluentClient, FranzClient, JavaClient, KafkaPythonClient,  # noqa: E402
                             SaramaClient, run_checked)
from harness.connection import Connection  # noqa: E402
from harness.report import Report  # noqa: E402
from rest.records import Rest  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = [JavaClient, FranzClient, SaramaClient, ConfluentClient, KafkaPythonClient]
HEARTBEAT = "storageHeartbeat"
CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
          "response_schema_conformance,unsupported_method,allow_header_conformance")


def create(broker, topic: str) -> None:
    """A topic with as many partitions as the rule has."""
    with Connection(broker.port) as peer:
        peer.call("CreateTopics", 5, {"timeoutMs": 10000, "Topics": [
            {"Name": topic, "NumPartitions": corpus.PARTITIONS, "ReplicationFactor": 1}]})


def clients(broker, lines: pathlib.Path, wanted: str, report: Report) -> None:
    """Every client family, in both directions."""
    rest = Rest(broker.rest_port)
    create(broker, "posted")
    with report.step("requests", "posts keys, values, headers and times"):
        counts, sums = rest.write("posted", lines)
    with report.step("requests", "reads them back"):
        for partition, expected in enumerate(sums):
            assert rest.read("posted", partition, counts[partition]) == expected, f"partition {partition} differs"
    for client in (kind() for kind in CLIENTS):
        if wanted != "all" and client.name not in wanted.split(","):
            continue
        with report.section(client.name):
            client.prepare()
            with client.session(broker.address) as session:
                with report.step(client.name, "reads what was posted over REST"):
                    got = session.job("consume", topic="posted", counts=",".join(map(str, counts)))["sums"]
                    assert got == sums, f"{got} instead of {sums}"
                with report.step(client.name, "writes what is read over REST"):
                    topic = f"from-{client.name}"
                    create(broker, topic)
                    session.job("produce", topic=topic, file=lines, codec="zstd", acks="all", idempotent="false",
                                nullheader=str(client.null_header).lower())
                    expected = corpus.Expected.of(lines, client.null_header)
                    for partition, digest in enumerate(expected.sums):
                        assert rest.read(topic, partition, expected.counts[partition]) == digest, f"partition {partition}"


def spring(broker, report: Report) -> None:
    """RestTemplate and Jackson as existing callers use them."""
    classes = paths.WORK / "spring-classes"
    with report.step("Spring", "RestTemplate and Jackson: produce, consume, an error, health, a metadata push"):
        classpath = java.classpath(HERE / "spring")
        run_checked("Spring caller", ["javac", "-d", str(classes), "-cp", classpath, str(HERE / "spring" / "Caller.java")])
        create(broker, "spring")
        command = ["java", "-XX:+UseSerialGC", "-cp", f"{classes}:{classpath}", "Caller",
                   f"http://127.0.0.1:{broker.rest_port}", "spring", "1"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0 and done.stdout.strip().endswith("ok"), (done.stdout + done.stderr)[-1500:]


def fuzz(broker, seed: int, seconds: int, report: Report, operations: tuple[str, ...]) -> None:
    """Requests made of the OpenAPI description: no 5xx, no answer that is not described."""
    url = f"http://127.0.0.1:{broker.rest_port}"
    with report.step("schemathesis", f"finds no answer that is not described (seed {seed}, {seconds} s, {operations})"):
        tool = pathlib.Path(sys.executable).parent / "schemathesis"
        command = [str(tool), "--config-file", str(HERE / "schemathesis.toml"), "run", f"{url}/api/v1/openapi.json",
                   "--checks", CHECKS, "--seed", str(seed), "--max-time", str(seconds), "--phases", "coverage,fuzzing",
                   "--request-timeout", "30", "--suppress-health-check", "all", "--warnings", "off", "--no-color",
                   *operations]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 300, check=False,
                              cwd=paths.work("tmp", "schemathesis").parent)
        paths.work("logs", "schemathesis.log").write_text(done.stdout + done.stderr)
        assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    with report.step("schemathesis", "the broker lives, and serves"):
        assert broker.alive()
        assert requests.get(f"{url}/api/v1/storage/readiness", timeout=10).text == "OK"


def prometheus(broker, report: Report) -> None:
    """promtool on the page, and Prometheus scraping it."""
    url = f"http://127.0.0.1:{broker.rest_port}/metrics"
    with report.step("promtool", "check metrics finds the page in order"):
        page = requests.get(url, timeout=10).content
        done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, timeout=60, check=False)
        told = (done.stdout + done.stderr).decode()
        # The exit code 3 is for names that are Kafka's: nothing else may be wrong.
        wrong = [line for line in told.splitlines() if line and not line.startswith("kafka_")]
        assert done.returncode in (0, 3) and not wrong, told
    with report.step("Prometheus", "scrapes the page and answers queries"):
        scrape(broker, url)


def scrape(broker, url: str) -> None:
    """Starts Prometheus on the broker and asks it for a counter and a quantile."""
    home, port = paths.scratch("prometheus"), brokers.free_port()
    config = home / "prometheus.yml"
    target = urllib.parse.urlparse(url).netloc
    config.write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": [
        {"job_name": "dmq", "static_configs": [{"targets": [target]}]}]}))
    with open(home / "log", "wb") as log:
        process = subprocess.Popen(["prometheus", f"--config.file={config}", f"--storage.tsdb.path={home}/data",
                                    f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
    try:
        queries = {
            'up{job="dmq"}': lambda value: value == 1,
            'kafka_server_brokertopicmetrics_messagesin_total{topic=""}': lambda value: value > 0,
            'histogram_quantile(0.99, kafka_network_requestmetrics_totaltime_seconds_bucket{request="Produce"})':
                lambda value: value > 0,
        }
        deadline, missing = time.monotonic() + 60, dict(queries)
        while missing:
            assert time.monotonic() < deadline, f"no answer to {list(missing)}: {(home / 'log').read_text()[-1500:]}"
            for query, holds in list(missing.items()):
                try:
                    told = requests.get(f"http://127.0.0.1:{port}/api/v1/query", params={"query": query}, timeout=5).json()
                except (requests.ConnectionError, ValueError):
                    break
                found = told.get("data", {}).get("result", [])
                if found and holds(float(found[0]["value"][1])):
                    del missing[query]
            time.sleep(0.1)
    finally:
        process.terminate()
        process.wait(20)
        paths.discard(home)


def main() -> int:
    """Arguments: kind of broker, clients, seed, seconds."""
    kind, wanted, seed, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    report = Report(verbose=bool(os.environ.get("VERBOSE")))
    lines = corpus.slice_of(corpus.build(20_000_000), "rest", 5_000_000, 100_000)
    with brokers.make(kind, settings={"node.id": "1"}) as broker, report.section("broker"):
        broker.start()
        clients(broker, lines, wanted, report)
        prometheus(broker, report)
        spring(broker, report)
        fuzz(broker, seed, seconds, report, ("--exclude-operation-id", HEARTBEAT))
        code = broker.stop()
        with report.step("dmq", "stops in order afterwards"):
            assert code == 0, f"exit code {code}: {broker.log_text()[-1500:]}"
    # A broker that takes heartbeats calls back whoever sent one, wherever that says it is; this one takes none.
    controlled = {"node.id": "1", "metadata.service-url": "http://127.0.0.1:9"}
    with brokers.make(kind, settings=controlled) as broker, report.section("broker of another controller"):
        broker.start()
        fuzz(broker, seed, 5, report, ("--include-operation-id", HEARTBEAT))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
