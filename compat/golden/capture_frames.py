#!/usr/bin/env python3
"""Makes tests/golden/frames: what Apache Kafka 4.4.0 answers to a fixed conversation, for every version of each API.

    python3 compat/golden/capture_frames.py

Ids, times and the port differ from run to run; the shape and the error codes do not. Every answer is decoded by
`harness.wire` first, so a pair that this decoder does not understand is never written.
"""
import json
import pathlib
import shutil
import sys
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from harness import batches, brokers, paths, wire  # noqa: E402
from harness.connection import Connection  # noqa: E402

TARGET = paths.GOLDEN / "frames"
TIME = 1_700_000_000_000
HEADERS = [(b"header", b"value"), (b"null", None)]


def plain(value):
    """A message in JSON's types: bytes as hex, ids as their UUID text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


class Recorder:
    """Sends messages on one connection and keeps each pair."""

    def __init__(self, port: int):
        self.port = port
        self.connection = Connection(port)
        self.index = []
        self.correlation = 0

    def say(self, api: str, version: int, body: dict, case: str = "", about: str = "", frame: bytes | None = None,
            answer_version: int | None = None) -> dict:
        """One request and its answer, stored as `<Api>.v<N>[.<case>]`."""
        self.correlation += 1
        frame = frame or wire.request(api, version, body, self.correlation, client="golden")
        decoded_as = version if answer_version is None else answer_version
        name = f"{api}.v{version}" + (f".{case}" if case else "")
        (TARGET / f"{name}.request").write_bytes(frame)
        try:
            answer = self.connection.call_frame(frame)
            correlation, decoded = wire.response(api, decoded_as, answer)
            assert correlation == self.correlation, (api, version, correlation)
            (TARGET / f"{name}.response").write_bytes(answer)
        except ConnectionError:
            print(f"{name}: the broker closed the connection")
            decoded = None
            self.connection = Connection(self.port)
        heads = wire.header_versions(api, version)
        self.index.append({"name": name, "api": api, "key": wire.apis()[api]["key"], "version": version,
                           "response_version": decoded_as, "request_header": heads[0], "response_header": heads[1],
                           "about": about, "request": plain(body), "response": plain(decoded)})
        return decoded


def batch(*values: bytes, **fields) -> bytes:
    """A batch with a key, headers and a null value among its records."""
    records = [batches.record(i, b"key", value, HEADERS, timestamp_delta=i) for i, value in enumerate(values)]
    records.append(batches.record(len(records), None, None, timestamp_delta=len(records)))
    return batches.batch(records, timestamp=TIME, max_timestamp=TIME + len(records) - 1, **fields)


def produce(topic: str, topic_id: uuid.UUID, version: int, data: bytes, partition: int = 0, acks: int = -1) -> dict:
    """A ProduceRequest's body for one partition."""
    name = {"TopicId": topic_id} if version >= 13 else {"Name": topic}
    return {"Acks": acks, "TimeoutMs": 10000,
            "TopicData": [{**name, "PartitionData": [{"Index": partition, "Records": data}]}]}


def fetch(topic: str, topic_id: uuid.UUID, version: int, offset: int, partition: int = 0, **more) -> dict:
    """A FetchRequest's body for one partition."""
    name = {"TopicId": topic_id} if version >= 13 else {"Topic": topic}
    return {"MaxWaitMs": 0, "MinBytes": 0, "MaxBytes": 1 << 20, **more,
            "Topics": [{**name, "Partitions": [{"Partition": partition, "FetchOffset": offset,
                                                "PartitionMaxBytes": 1 << 20}]}]}


def versions_and_topics(r: Recorder) -> None:
    """ApiVersions, CreateTopics, DeleteTopics."""
    for v in wire.versions("ApiVersions"):
        r.say("ApiVersions", v, {"ClientSoftwareName": "golden", "ClientSoftwareVersion": "1.0"} if v >= 3 else {})
    r.correlation += 1
    frame = wire.request("ApiVersions", 3, {"ClientSoftwareName": "golden", "ClientSoftwareVersion": "1.0"}, r.correlation)
    r.correlation -= 1
    r.say("ApiVersions", 99, {}, about="an unknown version is answered with a v0 body and error 35",
          frame=frame[:2] + (99).to_bytes(2, "big") + frame[4:], answer_version=0)
    r.say("ApiVersions", 4, {"ClientSoftwareName": "", "ClientSoftwareVersion": ""}, "empty-software",
          "a client software name that is no name")
    r.say("ApiVersions", 5, {"ClientSoftwareName": "golden", "ClientSoftwareVersion": "1", "ClusterId": "other"},
          "other-cluster", "the client expects another cluster")
    r.say("ApiVersions", 5, {"ClientSoftwareName": "golden", "ClientSoftwareVersion": "1", "NodeId": 77}, "other-node",
          "the client expects another node")
    for v in wire.versions("CreateTopics"):
        r.say("CreateTopics", v, {"timeoutMs": 10000, "Topics": [
            {"Name": f"created-{v}", "NumPartitions": 2, "ReplicationFactor": 1,
             "Configs": [{"Name": "retention.ms", "Value": "-1"}]}]})
    last = wire.versions("CreateTopics")[-1]
    for case, topic, about in (
            ("exists", {"Name": "created-7", "NumPartitions": 1, "ReplicationFactor": 1}, "the topic exists"),
            ("dots", {"Name": "..", "NumPartitions": 1, "ReplicationFactor": 1}, "an illegal name"),
            ("slash", {"Name": "a/b", "NumPartitions": 1, "ReplicationFactor": 1}, "an illegal name"),
            ("long", {"Name": "x" * 250, "NumPartitions": 1, "ReplicationFactor": 1}, "a name of 250 characters"),
            ("empty", {"Name": "", "NumPartitions": 1, "ReplicationFactor": 1}, "an empty name"),
            ("collides", {"Name": "created.7", "NumPartitions": 1, "ReplicationFactor": 1}, "a dot for the dash: allowed"),
            ("zero-partitions", {"Name": "zero", "NumPartitions": 0, "ReplicationFactor": 1}, "no partitions"),
            ("replicas", {"Name": "three", "NumPartitions": 1, "ReplicationFactor": 3}, "more replicas than brokers"),
            ("replicas-zero", {"Name": "none", "NumPartitions": 1, "ReplicationFactor": 0}, "no replicas"),
            ("unknown-config", {"Name": "conf", "NumPartitions": 1, "ReplicationFactor": 1,
                                "Configs": [{"Name": "no.such", "Value": "1"}]}, "an unknown setting"),
            ("bad-config", {"Name": "conf", "NumPartitions": 1, "ReplicationFactor": 1,
                            "Configs": [{"Name": "retention.ms", "Value": "soon"}]}, "a setting that is no number"),
            ("null-config", {"Name": "conf", "NumPartitions": 1, "ReplicationFactor": 1,
                             "Configs": [{"Name": "retention.ms", "Value": None}]}, "a null setting"),
            ("defaults", {"Name": "defaults", "NumPartitions": -1, "ReplicationFactor": -1}, "the broker's defaults"),
            ("assigned", {"Name": "assigned", "NumPartitions": -1, "ReplicationFactor": -1, "Assignments": [
                {"PartitionIndex": 0, "BrokerIds": [1]}, {"PartitionIndex": 1, "BrokerIds": [1]}]}, "by assignment"),
            ("assigned-gap", {"Name": "gap", "NumPartitions": -1, "ReplicationFactor": -1, "Assignments": [
                {"PartitionIndex": 1, "BrokerIds": [1]}]}, "an assignment without partition 0"),
            ("assigned-unknown", {"Name": "unknown", "NumPartitions": -1, "ReplicationFactor": -1, "Assignments": [
                {"PartitionIndex": 0, "BrokerIds": [9]}]}, "an assignment to an unknown broker"),
            ("assigned-count", {"Name": "both", "NumPartitions": 1, "ReplicationFactor": -1, "Assignments": [
                {"PartitionIndex": 0, "BrokerIds": [1]}]}, "an assignment and a count")):
        r.say("CreateTopics", last, {"timeoutMs": 10000, "Topics": [topic]}, case, about)
    twice = {"Name": "twice", "NumPartitions": 1, "ReplicationFactor": 1}
    r.say("CreateTopics", last, {"timeoutMs": 10000, "Topics": [twice, twice]}, "twice", "one name twice in a request")
    r.say("CreateTopics", last, {"timeoutMs": 10000, "validateOnly": True, "Topics": [
        {"Name": "dry", "NumPartitions": 1, "ReplicationFactor": 1}]}, "validate-only", "nothing is created")
    for v in wire.versions("DeleteTopics"):
        names = {"Topics": [{"Name": f"created-{v + 1}"}]} if v >= 6 else {"TopicNames": [f"created-{v + 1}"]}
        r.say("DeleteTopics", v, {"TimeoutMs": 10000, **names})
    r.say("DeleteTopics", 6, {"TimeoutMs": 10000, "Topics": [{"Name": "never"}]}, "unknown", "an unknown name")
    r.say("DeleteTopics", 6, {"TimeoutMs": 10000, "Topics": [{"Name": None, "TopicId": uuid.UUID(int=5)}]}, "unknown-id",
          "an unknown id")
    r.say("DeleteTopics", 6, {"TimeoutMs": 10000, "Topics": [{"Name": "defaults", "TopicId": uuid.UUID(int=5)}]},
          "name-and-id", "both a name and an id")


def describing(r: Recorder, topic_id: uuid.UUID) -> None:
    """Metadata, DescribeCluster, DescribeTopicPartitions."""
    for v in wire.versions("Metadata"):
        r.say("Metadata", v, {"Topics": [{"Name": "golden"}], "AllowAutoTopicCreation": False})
        r.say("Metadata", v, {"Topics": None if v >= 1 else []}, "all", "every topic")
        if v >= 1:
            r.say("Metadata", v, {"Topics": []}, "none", "no topic")
    for v in (4, 12, 13):
        r.say("Metadata", v, {"Topics": [{"Name": "absent"}], "AllowAutoTopicCreation": False}, "unknown", "an unknown name")
        r.say("Metadata", v, {"Topics": [{"Name": "a/b"}], "AllowAutoTopicCreation": True}, "illegal", "an illegal name")
    r.say("Metadata", 9, {"Topics": [{"Name": "golden"}], "IncludeClusterAuthorizedOperations": True,
                          "IncludeTopicAuthorizedOperations": True}, "operations", "with authorized operations")
    r.say("Metadata", 12, {"Topics": [{"Name": None, "TopicId": topic_id}]}, "by-id", "by topic id")
    r.say("Metadata", 12, {"Topics": [{"Name": None, "TopicId": uuid.UUID(int=5)}]}, "unknown-id", "an unknown topic id")
    r.say("Metadata", 13, {"Topics": [{"Name": "golden"}, {"Name": "golden"}]}, "twice", "one name twice")
    r.say("Metadata", 13, {"Topics": [{"Name": "auto"}], "AllowAutoTopicCreation": True}, "auto-create",
          "first answer for a topic that is created by asking")
    for v in wire.versions("DescribeCluster"):
        r.say("DescribeCluster", v, {"IncludeClusterAuthorizedOperations": True})
    r.say("DescribeCluster", 1, {"EndpointType": 2}, "controllers", "the controllers' endpoints asked of a broker")
    one = {"Topics": [{"Name": "golden"}], "ResponsePartitionLimit": 2000}
    r.say("DescribeTopicPartitions", 0, one)
    r.say("DescribeTopicPartitions", 0, {"Topics": [{"Name": "golden"}], "ResponsePartitionLimit": 2}, "paged",
          "more partitions than the limit")
    r.say("DescribeTopicPartitions", 0, {"Topics": [{"Name": "golden"}], "ResponsePartitionLimit": 2,
                                         "Cursor": {"TopicName": "golden", "PartitionIndex": 2}}, "cursor", "the next page")
    r.say("DescribeTopicPartitions", 0, {"Topics": [{"Name": "absent"}], "ResponsePartitionLimit": 10}, "unknown",
          "an unknown topic")


def producing(r: Recorder, topic_id: uuid.UUID) -> None:
    """InitProducerId and Produce."""
    # The first block of producer ids is on its way from the controller: error 14 until then.
    with Connection(r.port) as waiting:
        while waiting.call("InitProducerId", 4, {"TransactionTimeoutMs": 1, "TransactionalId": None})["ErrorCode"] != 0:
            time.sleep(0.05)
    for v in range(0, 6):
        identity = r.say("InitProducerId", v, {"TransactionalId": None, "TransactionTimeoutMs": 60000})
    for v in range(3, 14):
        r.say("Produce", v, produce("golden", topic_id, v, batch(b"value of version %d" % v)))
    last, pid, epoch = 13, identity["ProducerId"], identity["ProducerEpoch"]
    for case, data, about in (
            ("gzip", batches.gzipped([batches.record(0, None, b"z" * 500)], timestamp=TIME), "a gzip batch"),
            ("sequence-0", batch(b"s", producer=(pid, epoch, 0)), "first batch of an idempotent producer"),
            ("sequence-0-again", batch(b"s", producer=(pid, epoch, 0)), "a retry: answered with the first offsets"),
            ("sequence-gap", batch(b"s", producer=(pid, epoch, 9)), "out of order"),
            ("epoch-new-sequence", batch(b"s", producer=(pid, epoch + 1, 4)), "a new epoch must begin with sequence 0"),
            ("epoch-new", batch(b"s", producer=(pid, epoch + 1, 0)), "a new epoch"),
            ("epoch-old", batch(b"s", producer=(pid, epoch, 2)), "the old epoch"),
            ("crc", batch(b"s", crc=1), "a wrong CRC"),
            ("offset-delta", batch(b"s", last_delta=7), "last offset delta against the count"),
            ("two-batches", batch(b"s") + batch(b"t"), "two batches in one partition"),
            ("empty", b"", "no batch at all"),
            ("old-timestamp", batches.simple(b"s", timestamp=1), "a timestamp of 1970"),
            ("future", batches.simple(b"s", timestamp=99_999_999_999_999), "a timestamp of the far future"),
            ("no-timestamp", batches.simple(b"s", timestamp=-1), "no timestamp"),
            ("control", batch(b"s", attributes=0x20), "a control batch from a client"),
            ("unknown-codec", batch(b"s", attributes=5), "codec 5")):
        r.say("Produce", last, produce("golden", topic_id, last, data), case, about)
    r.say("Produce", 12, produce("absent", topic_id, 12, batch(b"s")), "unknown-topic", "an unknown topic")
    r.say("Produce", last, produce("", uuid.UUID(int=5), last, batch(b"s")), "unknown-id", "an unknown topic id")
    r.say("Produce", last, produce("", topic_id, last, batch(b"s"), 99), "unknown-partition", "an unknown partition")
    r.say("Produce", last, produce("", topic_id, last, batch(b"s"), acks=2), "acks-2", "acks must be -1, 0 or 1")
    r.say("Produce", last, produce("", topic_id, last, batch(b"s"), acks=1), "acks-1", "acks 1")


def reading(r: Recorder, topic_id: uuid.UUID) -> None:
    """Fetch, ListOffsets, OffsetForLeaderEpoch."""
    for v in range(4, 19):
        r.say("Fetch", v, fetch("golden", topic_id, v, 0))
    r.say("Fetch", 12, fetch("golden", topic_id, 12, 4, IsolationLevel=1), "committed", "read_committed")
    r.say("Fetch", 18, fetch("", topic_id, 18, 9999), "out-of-range", "an offset behind the end")
    r.say("Fetch", 18, fetch("", topic_id, 18, 0, 99), "unknown-partition", "an unknown partition")
    r.say("Fetch", 18, fetch("", uuid.UUID(int=5), 18, 0), "unknown-id", "an unknown topic id")
    r.say("Fetch", 12, fetch("absent", topic_id, 12, 0), "unknown-topic", "an unknown topic")
    small = fetch("", topic_id, 18, 0)
    small["Topics"][0]["Partitions"][0]["PartitionMaxBytes"] = 1
    r.say("Fetch", 18, small, "one-byte", "the first batch comes whole though it is larger than the limit")
    epoch = fetch("", topic_id, 18, 0)
    epoch["Topics"][0]["Partitions"][0]["CurrentLeaderEpoch"] = 5
    r.say("Fetch", 18, epoch, "epoch-ahead", "a leader epoch the broker does not know yet")
    diverging = fetch("", topic_id, 18, 3)
    diverging["Topics"][0]["Partitions"][0]["LastFetchedEpoch"] = 7
    r.say("Fetch", 18, diverging, "last-epoch-ahead", "last fetched epoch beyond the leader's")
    session = r.say("Fetch", 18, fetch("", topic_id, 18, 0, SessionEpoch=0), "session-new", "opens a session")["SessionId"]
    r.say("Fetch", 18, {**fetch("", topic_id, 18, 0, SessionId=session, SessionEpoch=1), "Topics": []}, "session-next",
          "an incremental fetch that changes nothing")
    r.say("Fetch", 18, {**fetch("", topic_id, 18, 4, 1, SessionId=session, SessionEpoch=2)}, "session-add",
          "an incremental fetch that adds a partition")
    r.say("Fetch", 18, {**fetch("", topic_id, 18, 0, SessionId=session, SessionEpoch=3), "Topics": [],
                        "ForgottenTopicsData": [{"TopicId": topic_id, "Partitions": [0]}]}, "session-forget",
          "an incremental fetch that forgets a partition")
    r.say("Fetch", 18, {**fetch("", topic_id, 18, 0, SessionId=session, SessionEpoch=9), "Topics": []},
          "session-epoch", "a session epoch that skips")
    r.say("Fetch", 18, {**fetch("", topic_id, 18, 0, SessionId=12345, SessionEpoch=1), "Topics": []}, "session-unknown",
          "a session that does not exist")
    r.say("Fetch", 18, fetch("", topic_id, 18, 0, SessionId=session, SessionEpoch=-1), "session-close", "closes the session")
    for v in range(1, 12):
        for name, when in (("latest", -1), ("earliest", -2), ("time", TIME + 1), ("after", TIME + 1_000_000_000),
                           *((("max", -3),) if v >= 7 else ()), *((("local", -4),) if v >= 8 else ()),
                           *((("tiered", -5),) if v >= 9 else ()), *((("pending", -6),) if v >= 11 else ())):
            r.say("ListOffsets", v, {"ReplicaId": -1, "TimeoutMs": 1000, "Topics": [
                {"Name": "golden", "Partitions": [{"PartitionIndex": 0, "Timestamp": when}]}]}, name)
    r.say("ListOffsets", 11, {"ReplicaId": -1, "Topics": [{"Name": "golden", "Partitions": [
        {"PartitionIndex": 77, "Timestamp": -1}]}]}, "unknown-partition", "an unknown partition")
    r.say("ListOffsets", 11, {"ReplicaId": -1, "Topics": [{"Name": "golden", "Partitions": [
        {"PartitionIndex": 0, "Timestamp": -77}]}]}, "unknown-time", "a negative time without a meaning")
    r.say("ListOffsets", 6, {"ReplicaId": -1, "Topics": [{"Name": "golden", "Partitions": [
        {"PartitionIndex": 0, "Timestamp": -3}]}]}, "max-too-early", "max timestamp in a version that has none")
    r.say("ListOffsets", 11, {"ReplicaId": -1, "Topics": [{"Name": "golden", "Partitions": [
        {"PartitionIndex": 2, "Timestamp": TIME}]}]}, "time-empty", "by time in an empty partition")
    r.say("ListOffsets", 11, {"ReplicaId": -1, "Topics": [{"Name": "golden", "Partitions": [
        {"PartitionIndex": 2, "Timestamp": -3}]}]}, "max-empty", "max timestamp of an empty partition")
    r.say("ListOffsets", 11, {"ReplicaId": -1, "Topics": [{"Name": "golden", "Partitions": [
        {"PartitionIndex": 0, "Timestamp": -1, "CurrentLeaderEpoch": 5}]}]}, "epoch-ahead", "an unknown leader epoch")
    for v in range(2, 5):
        for name, current, wanted in (("", -1, 0), ("ahead", -1, 5), ("unknown-current", 5, 0)):
            r.say("OffsetForLeaderEpoch", v, {"ReplicaId": -1, "Topics": [{"Topic": "golden", "Partitions": [
                {"Partition": 0, "CurrentLeaderEpoch": current, "LeaderEpoch": wanted}]}]}, name)
    r.say("OffsetForLeaderEpoch", 4, {"ReplicaId": -1, "Topics": [{"Topic": "absent", "Partitions": [
        {"Partition": 0, "CurrentLeaderEpoch": -1, "LeaderEpoch": 0}]}]}, "unknown-topic", "an unknown topic")


def main() -> None:
    """The whole conversation on one connection."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    with brokers.Kafka() as broker:
        broker.start()
        r = Recorder(broker.port)
        r.correlation += 1
        made = r.connection.call_frame(wire.request("CreateTopics", 7, {"timeoutMs": 10000, "Topics": [
            {"Name": "golden", "NumPartitions": 3, "ReplicationFactor": 1}]}, r.correlation))
        topic_id = wire.response("CreateTopics", 7, made)[1]["Topics"][0]["TopicId"]
        versions_and_topics(r)
        describing(r, topic_id)
        producing(r, topic_id)
        reading(r, topic_id)
        with open(TARGET / "index.jsonl", "w", encoding="utf-8") as out:
            for entry in r.index:
                out.write(json.dumps(entry) + "\n")
        print(f"{len(r.index)} pairs")
        print(broker.log_text()[-1500:])


if __name__ == "__main__":
    main()
