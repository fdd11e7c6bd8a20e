"""Brings an answer into a form that can be compared with the other broker's.

What differs by nature is replaced by what it stands for (the id of that topic, that producer, this broker's port), not
left out: where one broker answers a topic's id and the other none, that is a difference. Entries that clients look up by
key are sorted, for Kafka's own order is that of a hash map.
"""
import base64
import gzip
import time
import uuid

from harness import batches

from .model import ZERO, Ref
from .side import MADE_UP, Side

NEAR_MS = 3_600_000
# Answers whose order means something.
ORDERED = {"DescribeTopicPartitions.Topics", "DescribeTopicPartitions.Topics.Partitions"}
METADATA_OFFSETS = {"ApiVersions.FinalizedFeaturesEpoch", "DescribeQuorum.Topics.Partitions.HighWatermark",
                    "DescribeQuorum.Topics.Partitions.CurrentVoters.LogEndOffset"}
KEYS = ("Name", "Topic", "TopicName", "ResourceType", "ResourceName", "TopicId", "LogDir", "PartitionIndex", "Partition",
        "PartitionId", "Index", "ApiKey", "NodeId", "BrokerId", "ReplicaId", "EntityType", "EntityName", "Key")
BATCH_FIELDS = ("offset", "length", "leader_epoch", "magic", "crc", "attributes", "last_delta", "base_timestamp",
                "max_timestamp", "producer_id", "producer_epoch", "sequence", "count")


class Normal:
    """Answers of one broker in normal form."""

    def __init__(self, side: Side):
        self.side = side

    def of(self, api: str, answer):
        """The normal form; what is no answer stays as it is."""
        if not isinstance(answer, dict):
            return answer
        if api == "Fetch":
            answer = {**answer, "Responses": _whole_topics(answer["Responses"])}
        return self._value(answer, api, "")

    def _value(self, value, path: str, name: str):
        if isinstance(value, dict):
            return {key: self._value(item, f"{path}.{key}", key) for key, item in value.items()}
        if isinstance(value, list):
            items = [self._value(item, path, name) for item in value]
            return items if path in ORDERED else sorted(items, key=_order)
        if isinstance(value, uuid.UUID):
            made_up = value == ZERO or value.int >> 100 == MADE_UP
            return value if made_up else self.side.names.get(("topic", value), Ref("id", "some"))
        if isinstance(value, bytes):
            return self._records(value) if name == "Records" else value
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int):
            return self._number(value, path, name)
        return self._text(value, name) if isinstance(value, str) else _float(value)

    def _number(self, value: int, path: str, name: str):
        if name == "Port" and value in (self.side.broker.port, getattr(self.side.broker, "controller_port", 0)):
            return "<port>" if value == self.side.broker.port else "<controller's port>"
        if path in METADATA_OFFSETS and value > 0:
            return "<offset of the metadata log>"
        if path == "DescribeQuorum.Topics.Partitions.LeaderEpoch" and value > 0:
            return "<epoch of the quorum>"
        if name == "ProducerId" and value >= 0:
            return self.side.names.get(("producer", value), value)
        if name == "SessionId" and value != 0:
            return self.side.names.get(("session", value), "<session>")
        if name == "ThrottleTimeMs" and value > 0:
            return "<throttled>"
        return self._time(value)

    def _time(self, value: int):
        return "<now>" if abs(value - time.time() * 1000) < NEAR_MS else value

    def _text(self, value: str, _name: str):
        for ref, known in self.side.values.items():
            if ref.kind in ("cluster", "dir", "home") and known in value:
                value = value.replace(known, f"<{ref.kind}>")
            elif ref.kind == "topic" and len(value) > 21:
                value = value.replace(text_id(known), f"<id of {ref.name}>").replace(str(known), f"<id of {ref.name}>")
        value = value.replace(f":{self.side.broker.port}", ":<port>")
        controller_port = getattr(self.side.broker, "controller_port", 0)
        return value.replace(f":{controller_port}", ":<controller's port>") if controller_port else value

    def _records(self, data: bytes):
        """Batches as lists of fields and records; a last one that is cut short is left out."""
        found, at = [], 0
        while at + batches.HEADER_LEN <= len(data):
            head = dict(zip(BATCH_FIELDS, batches.HEADER.unpack_from(data, at), strict=True))
            end = at + 12 + head["length"]
            if head["length"] < 49 or end > len(data):
                break
            found.append(self._batch(head, data[at:end]))
            at = end
        return found

    def _batch(self, head: dict, data: bytes) -> dict:
        body, codec = data[batches.HEADER_LEN:], head["attributes"] & 7
        head["crc"] = "right" if batches.crc32c(data[21:]) == head["crc"] else "wrong"
        if codec == 1:
            body = gzip.decompress(body)
        if codec:
            head["length"] = "compressed"
        head["base_timestamp"], head["max_timestamp"] = map(self._time, (head["base_timestamp"], head["max_timestamp"]))
        if head["producer_id"] >= 0:
            head["producer_id"] = self.side.names.get(("producer", head["producer_id"]), head["producer_id"])
        return {**head, "records": body if codec in (0, 1) else f"codec {codec}"}


def _whole_topics(responses: list[dict]) -> list[dict]:
    """One entry a topic: a fetch's answer may come back to a topic, and clients put that together."""
    topics: dict = {}
    for one in responses:
        whole = topics.setdefault((one.get("Topic"), one.get("TopicId")), {**one, "Partitions": []})
        whole["Partitions"] = whole["Partitions"] + one["Partitions"]
    return list(topics.values())


def text_id(value: uuid.UUID) -> str:
    """An id as Kafka writes it in texts."""
    return base64.urlsafe_b64encode(value.bytes).decode().rstrip("=")


def _float(value: float):
    return "NaN" if value != value else value


def _order(item):
    if isinstance(item, dict):
        keyed = [name for name in KEYS if name in item]
        return [_key(item[name]) for name in keyed] + [repr(item)]
    return [_key(item)]


def _identity(item) -> list[str]:
    order = _order(item)
    return order[:-1] or order if isinstance(item, dict) else order


def _key(value) -> str:
    return f"{value + 2**63:020d}" if isinstance(value, int) else repr(value)


def compare(kafka, dmq, path: str = "") -> tuple[list[tuple[str, object, object]], int]:
    """(differences as (path, Kafka's, DMQ's), values compared)."""
    if isinstance(kafka, dict) and isinstance(dmq, dict):
        found, count = [], 0
        for name in {**kafka, **dmq}:
            if name not in kafka or name not in dmq:
                found.append((f"{path}.{name}", kafka.get(name, "<absent>"), dmq.get(name, "<absent>")))
                continue
            more, values = compare(kafka[name], dmq[name], f"{path}.{name}")
            found, count = found + more, count + values
        return found, count
    if isinstance(kafka, list) and isinstance(dmq, list):
        return _compare_lists(kafka, dmq, path)
    return ([] if type(kafka) is type(dmq) and kafka == dmq else [(path, kafka, dmq)]), 1


def _compare_lists(kafka: list, dmq: list, path: str):
    found, count = [], 1
    if len(kafka) != len(dmq):
        mine, theirs = [_identity(item) for item in dmq], [_identity(item) for item in kafka]
        missing = [item for item, key in zip(kafka, theirs, strict=True) if key not in mine]
        extra = [item for item, key in zip(dmq, mine, strict=True) if key not in theirs]
        if not missing and not extra:
            return [(f"{path}[]", f"{len(kafka)} items", f"{len(dmq)} items")], 1
        found = [(f"{path}[]", item, "<absent>") for item in missing] + [(f"{path}[]", "<absent>", item) for item in extra]
        kafka = [item for item, key in zip(kafka, theirs, strict=True) if key in mine]
        dmq = [item for item, key in zip(dmq, mine, strict=True) if key in theirs]
        if len(kafka) != len(dmq):
            return found, count
    for one, other in zip(kafka, dmq, strict=True):
        more, values = compare(one, other, f"{path}[]")
        found, count = found + more, count + values
    return found, count
