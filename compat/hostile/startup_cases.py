"""Data directories that a broker must refuse, or survive, when it starts."""
import os
import subprocess
import time

from harness import batches, brokers
from harness.brokers import Broker, BrokerFailed
from harness.clients import JobFailed
from harness.connection import Connection
from harness.report import Report


def run(kind: str, report: Report) -> None:
    """Every case; each with a directory of its own."""
    for what, function in (("a second broker on the same directory is refused, the first goes on", second_instance),
                           ("garbage in a segment, an index and a snapshot: the good part is served", garbage),
                           ("a silent connection and half a frame are closed in time", idle),
                           ("a read-only data directory is refused with a message", read_only),
                           ("a full disk: producers get an error, reads go on, acknowledged data stays", full_disk)):
        if kind == "kafka" and function is second_instance:
            report.skip("hostile", f"{what}: Kafka takes its lock after it wrote its metadata log, and breaks the first one's")
            continue
        with report.step("hostile", what), brokers.make(kind) as broker:
            function(kind, broker)


def idle(_kind: str, broker: Broker) -> None:
    """A first byte that never comes, a frame that stops half-way, a peer that fell silent: all end, who works does not."""
    broker.settings["connections.max.idle.ms"] = "3000"
    if broker.kind == "dmq":
        broker.settings["connection.first.request.timeout.ms"] = "3000"
        broker.settings["connection.request.stall.timeout.ms"] = "3000"
    broker.start()
    with Connection(broker.port) as silent, Connection(broker.port) as half, Connection(broker.port) as spoke, \
            Connection(broker.port) as working:
        spoke.call("ApiVersions", 0)
        half.send_raw(b"\0\0\x10\0" + bytes(10))
        ended: set[str] = set()
        deadline = time.monotonic() + 30
        while len(ended) < 3 and time.monotonic() < deadline:
            ended |= {name for name, peer in (("silent", silent), ("half", half), ("spoke", spoke))
                      if name not in ended and peer.closed_by_peer(0.5)}
            working.call("ApiVersions", 0)
        if len(ended) < 3:
            raise JobFailed(f"only {ended or 'none'} was closed")


def _fill(broker: Broker, topic: str, count: int) -> int:
    """Produces one-record batches until `count` or an error; how many were acknowledged."""
    acknowledged = 0
    with Connection(broker.port, timeout=40) as peer:
        peer.call("CreateTopics", 5, {"timeoutMs": 10000, "Topics": [
            {"Name": topic, "NumPartitions": 1, "ReplicationFactor": 1}]})
        while _end(broker, topic) < 0:
            time.sleep(0.05)
        data = batches.simple(os.urandom(100_000), timestamp=int(time.time() * 1000))
        for _ in range(count):
            try:
                answer = peer.call("Produce", 9, {"Acks": -1, "TimeoutMs": 5000, "TopicData": [
                    {"Name": topic, "PartitionData": [{"Index": 0, "Records": data}]}]})
            except (ConnectionError, TimeoutError):
                break
            if answer["Responses"][0]["PartitionResponses"][0]["ErrorCode"] != 0:
                break
            acknowledged += 1
    return acknowledged


def _end(broker: Broker, topic: str) -> int:
    with Connection(broker.port) as peer:
        answer = peer.call("ListOffsets", 5, {"ReplicaId": -1, "Topics": [
            {"Name": topic, "Partitions": [{"PartitionIndex": 0, "Timestamp": -1}]}]})
    found = answer["Topics"][0]["Partitions"][0]
    return found["Offset"] if found["ErrorCode"] == 0 else -1


def second_instance(kind: str, broker: Broker) -> None:
    """The lock file does its work."""
    broker.start()
    other = brokers.make(kind, home=broker.home / "second")
    other.data = broker.data
    try:
        other.start()
    except BrokerFailed:
        pass
    else:
        raise JobFailed("it started")
    finally:
        text = other.log_text()
        other.kill()
    if ".lock" not in text and "lock" not in text.lower():
        raise JobFailed(f"the message does not name the lock: {text[-300:]}")
    if _fill(broker, "still-there", 1) != 1:
        raise JobFailed("the first broker does not take records any more")


def garbage(_kind: str, broker: Broker) -> None:
    """After kill -9: a torn tail, an index of nonsense, a snapshot of nonsense."""
    broker.start()
    if _fill(broker, "torn", 20) != 20:
        raise JobFailed("could not fill")
    broker.kill()
    folder = broker.data / "torn-0"
    segment = sorted(folder.glob("*.log"))[0]
    with open(segment, "ab") as out:
        out.write(batches.simple(b"torn")[:50])
    for index in (*folder.glob("*.index"), *folder.glob("*.timeindex")):
        index.write_bytes(b"\x55" * 1003)
    (folder / "00000000000000000020.snapshot").write_bytes(b"nonsense")
    broker.start()
    if _end(broker, "torn") != 20:
        raise JobFailed(f"log end {_end(broker, 'torn')}, expected 20")
    if _fill(broker, "torn", 1) != 1 or _end(broker, "torn") != 21:
        raise JobFailed("it does not go on behind the torn tail")


def read_only(_kind: str, broker: Broker) -> None:
    """A bind mount, because root may write anywhere else."""
    broker.data.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=1m", "none", str(broker.data)], capture_output=True,
                           text=True, check=False)
    if mount.returncode != 0:
        raise JobFailed(f"mount: {mount.stderr}")
    try:
        try:
            broker.start()
        except BrokerFailed as error:
            if "read-only" not in str(error).lower() and "read only" not in str(error).lower():
                raise JobFailed(f"the message does not say it: {str(error)[-300:]}") from error
        else:
            raise JobFailed("it started")
    finally:
        broker.kill()
        subprocess.run(["umount", str(broker.data)], check=False)


def full_disk(_kind: str, broker: Broker) -> None:
    """A tmpfs of 48 MB. Apache Kafka ends itself when its only log directory fails; ours must not."""
    broker.data.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "none", str(broker.data)], capture_output=True,
                           text=True, check=False)
    if mount.returncode != 0:
        raise JobFailed(f"mount: {mount.stderr}")
    try:
        broker.start()
        acknowledged = _fill(broker, "full", 1000)
        if not 10 < acknowledged < 1000:
            raise JobFailed(f"{acknowledged} batches acknowledged")
        if broker.kind != "kafka":
            if not broker.alive():
                raise JobFailed("the broker ended")
            with Connection(broker.port) as peer:
                answer = peer.call("Fetch", 12, {"MaxWaitMs": 0, "MinBytes": 0, "Topics": [{"Topic": "full", "Partitions": [
                    {"Partition": 0, "FetchOffset": 0, "PartitionMaxBytes": 1 << 20}]}]})
                code = answer["Responses"][0]["Partitions"][0]["ErrorCode"]
                if code not in (0, 56):
                    raise JobFailed(f"Fetch: error {code}")
        broker.kill()
        subprocess.run(["mount", "-o", "remount,size=256m", str(broker.data)], check=True)
        broker.start()
        if _end(broker, "full") < acknowledged:
            raise JobFailed(f"log end {_end(broker, 'full')}, acknowledged {acknowledged}")
    finally:
        broker.kill()
        subprocess.run(["umount", str(broker.data)], check=False)
