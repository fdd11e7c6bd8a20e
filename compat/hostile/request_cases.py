"""Whole frames whose request is unknown, lies about its parts, or asks for what is not there."""
import struct
import time
import uuid

from harness import batches, wire
from harness.clients import JobFailed
from harness.connection import Connection

from .attacks import TOPIC, Target, case, must_close


def _closing(what: str, frame: bytes, kafka: str | None = None) -> None:
    def run(target: Target) -> None:
        peer = target.connect()
        peer.send_frame(frame)
        must_close(peer)
    case(what, kafka)(run)


def _header(key: int, version: int, client: bytes = b"\0\x01x") -> bytes:
    return struct.pack(">hhi", key, version, 9) + client


NO_SUCH_VERSION = _header(0, 999)
_closing("API key 32000", _header(32000, 0))
_closing("API key −1", _header(-1, 0))
_closing("API key 4, which was removed", _header(4, 0))
_closing("Produce version 999", NO_SUCH_VERSION)
_closing("Fetch version −1", _header(1, -1))
_closing("Produce version 2: advertised for old librdkafka, not served", _header(0, 2) + struct.pack(">hii", 1, 1000, 0))
_closing("client id longer than the frame", _header(18, 0, b"\x7f\xff" + b"x" * 10))
_closing("client id of length −2", _header(18, 0, b"\xff\xfe"), kafka="takes it for null")

METADATA = _header(3, 1)
_closing("Metadata that claims 2147483647 topics", METADATA + struct.pack(">i", 2**31 - 1))
_closing("Metadata that claims 1000001 topics", METADATA + struct.pack(">i", 1_000_001) + bytes(64))
_closing("Metadata with −2 topics", METADATA + struct.pack(">i", -2), kafka="takes it for null")
_closing("Metadata with a topic name longer than the frame", METADATA + struct.pack(">ih", 1, 30000) + b"abc")
_closing("Metadata whose topic name is not UTF-8",
         METADATA + struct.pack(">ih", 1, 4) + b"\xff\xfe\xfd\xfc", kafka="replaces what is not UTF-8")
_closing("a Metadata body that stops in the middle", METADATA + b"\0\0")
_closing("bytes left over after a Metadata request", METADATA + struct.pack(">i", 0) + b"left over",
         kafka="ignores them")

FLEXIBLE = _header(3, 12) + b"\0"
_closing("a compact array of 2^31 elements", FLEXIBLE + b"\x80\x80\x80\x80\x08")
_closing("a varint that never ends", FLEXIBLE + b"\xff" * 12)
_closing("20000 tagged fields announced", FLEXIBLE + b"\x01\0\0" + wire.uvarint(20_000) + bytes(60_000))
_closing("a tagged field longer than the frame", FLEXIBLE + b"\x01\0\0" + b"\x01\x05" + wire.uvarint(2**31 - 1))
_closing("tags out of order", FLEXIBLE + b"\x01\0\0" + b"\x02\x05\x01a\x04\x01b", kafka="does not look at their order")
_closing("a null where none may be: Produce's topic list", _header(0, 9) + b"\0" + b"\0" + struct.pack(">hi", -1, 1000) +
         b"\0\0")
_closing("Fetch that claims 2^31−1 partitions", _header(1, 11) + struct.pack(">iiiibii", -1, 0, 0, 1, 0, 0, -1) +
         struct.pack(">i", 1) + struct.pack(">h", 1) + b"t" + struct.pack(">i", 2**31 - 1))
_closing("CreateTopics that claims 900000 topics in 30 bytes", _header(19, 2) + struct.pack(">i", 900_000) + bytes(16))


@case("ApiVersions of an unknown version: v0 body, error 35")
def unknown_api_versions(target: Target) -> None:
    """The one request whose version may be unknown."""
    with target.connect() as peer:
        frame = wire.request("ApiVersions", 3, {"ClientSoftwareName": "x", "ClientSoftwareVersion": "1"}, 5)
        correlation, answer = wire.response("ApiVersions", 0, peer.call_frame(frame[:2] + b"\0\x63" + frame[4:]))
        if correlation != 5 or answer["ErrorCode"] != 35:
            raise JobFailed(f"answered {answer['ErrorCode']}")


@case("ApiVersions of an unknown version without the flexible header: error 35 or closed")
def short_header(target: Target) -> None:
    """Kafka wants the tags of the header that the version would have, and closes; an answer helps more."""
    with target.connect() as peer:
        try:
            answer = wire.response("ApiVersions", 0, peer.call_frame(_header(18, 99)))[1]
        except ConnectionError:
            return
        if answer["ErrorCode"] != 35:
            raise JobFailed(f"answered {answer['ErrorCode']}")


@case("an unknown topic, partition and id are named as such by every API")
def unknown_names(target: Target) -> None:
    """Codes as Kafka's: 3 for names and partitions, 100 for ids."""
    with target.connect() as peer:
        absent, good = uuid.UUID(int=99), batches.simple(b"good", timestamp=int(time.time() * 1000))
        got = {
            "Metadata name": _one(peer.call("Metadata", 12, {"Topics": [{"Name": "absent"}],
                                                             "AllowAutoTopicCreation": False})["Topics"])["ErrorCode"],
            "Metadata id": _one(peer.call("Metadata", 12, {"Topics": [{"Name": None, "TopicId": absent}]})["Topics"])[
                "ErrorCode"],
            "Fetch name": _fetch(peer, 12, {"Topic": "absent"}, 0), "Fetch id": _fetch(peer, 15, {"TopicId": absent}, 0),
            "Fetch partition": _fetch(peer, 12, {"Topic": TOPIC}, 77),
            "ListOffsets": _one(_one(peer.call("ListOffsets", 5, {"ReplicaId": -1, "Topics": [
                {"Name": "absent", "Partitions": [{"PartitionIndex": 0, "Timestamp": -1}]}]})["Topics"])[
                    "Partitions"])["ErrorCode"],
            "DeleteTopics": _one(peer.call("DeleteTopics", 6, {"TimeoutMs": 5000, "Topics": [{"Name": "absent"}]})[
                "Responses"])["ErrorCode"],
            "Produce name": target.produce(good, topic="absent")["ErrorCode"],
            "Produce partition": target.produce(good, partition=-1)["ErrorCode"],
            "Produce id": target.produce(good, version=13, topic_id=absent)["ErrorCode"],
        }
    want = {name: 100 if name.endswith(" id") else 3 for name in got}
    if got != want:
        raise JobFailed(f"answered {got}")


def _one(items: list):
    if len(items) != 1:
        raise JobFailed(f"{len(items)} entries where one was asked for")
    return items[0]


def _fetch(peer: Connection, version: int, name: dict, partition: int, **more) -> int:
    answer = peer.call("Fetch", version, {"MaxWaitMs": 0, "MinBytes": 0, "Topics": [
        {**name, "Partitions": [{"Partition": partition, "FetchOffset": 0, "PartitionMaxBytes": 1 << 20, **more}]}]})
    return _one(_one(answer["Responses"])["Partitions"])["ErrorCode"]


@case("illegal topic names: error 17")
def illegal_names(target: Target) -> None:
    """Kafka's legal names: 1 to 249 of letters, digits, dot, underscore, dash, and neither '.' nor '..'."""
    names = ["", ".", "..", "x" * 250, "a/b", "../../etc/passwd", "a b", "ünï", "a\0b", "a\nb", "con:aux", "x" * 30000]
    with target.connect() as peer:
        for name in names:
            answer = peer.call("CreateTopics", 7, {"timeoutMs": 5000, "Topics": [
                {"Name": name, "NumPartitions": 1, "ReplicationFactor": 1}]})
            if answer["Topics"][0]["ErrorCode"] != 17:
                raise JobFailed(f"{name[:20]!r}: {answer['Topics'][0]['ErrorCode']}")
            answer = peer.call("Metadata", 9, {"Topics": [{"Name": name}], "AllowAutoTopicCreation": True})
            if answer["Topics"][0]["ErrorCode"] != 17:
                raise JobFailed(f"{name[:20]!r} by Metadata: {answer['Topics'][0]['ErrorCode']}")
    outside = [path for path in target.broker.data.parent.iterdir() if path.name in ("etc", "b")]
    if outside:
        raise JobFailed(f"a name made {outside}")


@case("absurd CreateTopics: partitions, replicas, settings")
def absurd_topics(target: Target) -> None:
    """Codes as Kafka's: 37 partitions, 38 replicas, 40 settings, 44 too many, 42 one name twice, 36 exists."""
    one = {"NumPartitions": 1, "ReplicationFactor": 1}
    with target.connect() as peer:
        for topic, codes in (({"Name": "p0", **one, "NumPartitions": 0}, {37}), ({"Name": "p-2", **one, "NumPartitions": -2}, {37}),
                             ({"Name": "r0", **one, "ReplicationFactor": 0}, {38}),
                             ({"Name": "r9", **one, "ReplicationFactor": 9}, {38}),
                             ({"Name": "huge", **one, "NumPartitions": 2**31 - 1}, {37, 42, 44}),
                             ({"Name": "c", **one, "Configs": [{"Name": "no.such", "Value": "1"}]}, {40}),
                             ({"Name": "c", **one, "Configs": [{"Name": "segment.bytes", "Value": "1"}]}, {40}),
                             ({"Name": TOPIC, **one}, {36})):
            code = peer.call("CreateTopics", 7, {"timeoutMs": 5000, "Topics": [topic]})["Topics"][0]["ErrorCode"]
            if code not in codes:
                raise JobFailed(f"{topic['Name']}: error {code}, expected {codes}")


@case("a leader epoch that is ahead: error 75; an offset out of range: error 1; a session that is not there: 70")
def stale_and_ahead(target: Target) -> None:
    """The broker is at epoch 0, so none is behind it."""
    with target.connect() as peer:
        code = _fetch(peer, 12, {"Topic": TOPIC}, 0, CurrentLeaderEpoch=7)
        if code != 75:
            raise JobFailed(f"epoch ahead: error {code}")
        code = _fetch(peer, 12, {"Topic": TOPIC}, 0, FetchOffset=10**12)
        if code != 1:
            raise JobFailed(f"offset out of range: error {code}")
        code = _fetch(peer, 12, {"Topic": TOPIC}, 0, FetchOffset=-5)
        if code != 1:
            raise JobFailed(f"negative offset: error {code}")
        answer = peer.call("Fetch", 12, {"SessionId": 4711, "SessionEpoch": 3, "Topics": []})
        if answer["ErrorCode"] != 70:
            raise JobFailed(f"session: error {answer['ErrorCode']}")


@case("Fetch with negative and huge limits is answered")
def fetch_limits(target: Target) -> None:
    """Whatever a client asks for, the answer is bounded."""
    with target.connect() as peer:
        for limits in ({"MaxBytes": -1}, {"MaxBytes": 2**31 - 1}, {"MinBytes": 2**31 - 1, "MaxWaitMs": 50},
                       {"MaxWaitMs": -1}, {"MinBytes": -1}):
            answer = peer.call("Fetch", 12, {"MaxWaitMs": 0, "MinBytes": 0, **limits, "Topics": [
                {"Topic": TOPIC, "Partitions": [{"Partition": 1, "FetchOffset": 0, "PartitionMaxBytes": 2**31 - 1}]}]})
            if answer["ErrorCode"] != 0:
                raise JobFailed(f"{limits}: error {answer['ErrorCode']}")


@case("acks 2 is refused with error 21")
def acks_2(target: Target) -> None:
    """Only -1, 0 and 1 mean something."""
    target.refused(batches.simple(b"x"), 21, acks=2)
