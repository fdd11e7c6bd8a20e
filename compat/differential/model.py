"""What the test knows of the cluster that both brokers are meant to be: topics, producers, fetch sessions.

It is learned from answers that the brokers agree on, and holds names only. What differs between the brokers by nature
(ids, the producers' numbers, sessions, paths) is a `Ref` here, and each `Side` knows its own value for it.
"""
import dataclasses
import uuid
from collections.abc import Callable

ZERO = uuid.UUID(int=0)


@dataclasses.dataclass(frozen=True)
class Ref:
    """A thing that has another value on each broker, by kind and name."""

    kind: str
    name: str

    def __repr__(self):
        return f"<{self.kind} {self.name}>"


@dataclasses.dataclass
class Lazy:
    """Bytes that depend on the broker's values; `label` says what they are."""

    label: str
    build: Callable[["object"], bytes]
    facts: dict = dataclasses.field(default_factory=dict)

    def __repr__(self):
        return f"<{self.label}>"


@dataclasses.dataclass
class Topic:
    """A topic that exists on both brokers."""

    name: str
    partitions: int
    generation: str
    ends: dict[int, int] = dataclasses.field(default_factory=dict)

    @property
    def id(self) -> Ref:
        """Its id on each broker."""
        return Ref("topic", self.generation)

    def end(self, partition: int) -> int:
        """The log end offset as far as acknowledged writes tell."""
        return self.ends.get(partition, 0)


@dataclasses.dataclass
class Producer:
    """A producer id with its epoch, and the next sequence number of each partition."""

    ref: Ref
    epoch: int
    sequences: dict[tuple[str, int], int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Session:
    """A fetch session and the epoch of its next request."""

    ref: Ref
    epoch: int


class Model:
    """Everything that generators choose from."""

    PRODUCERS_MAX, SESSIONS_MAX = 6, 4

    def __init__(self):
        self.topics: dict[str, Topic] = {}
        self.gone: list[Topic] = []
        self.producers: list[Producer] = []
        self.sessions: list[Session] = []
        self.cursor: dict | None = None
        self.served: set[str] = set()

    def set_topics(self, listed: dict[str, tuple[str, int]]) -> None:
        """Takes over what Metadata lists: name → (generation, partitions)."""
        for name, topic in list(self.topics.items()):
            if listed.get(name, ("", 0))[0] != topic.generation:
                self.gone = (self.gone + [self.topics.pop(name)])[-6:]
        for name, (generation, partitions) in listed.items():
            if name in self.topics:
                self.topics[name].partitions = partitions
            else:
                self.topics[name] = Topic(name, partitions, generation)

    def find(self, key) -> Topic | None:
        """The topic of this name or id."""
        if isinstance(key, Ref):
            return next((topic for topic in self.topics.values() if topic.id == key), None)
        return self.topics.get(key) if isinstance(key, str) else None

    def learn(self, api: str, version: int, body: dict, answer: dict) -> None:
        """Takes note of an answer (in its normal form) that both brokers gave."""
        teach = getattr(self, f"_{api}", None)
        if teach is not None:
            teach(version, body, answer)

    def _InitProducerId(self, _version, body, answer):
        if answer["ErrorCode"] == 0 and isinstance(answer["ProducerId"], Ref) and not body.get("TransactionalId"):
            known = next((one for one in self.producers if one.ref == answer["ProducerId"]), None)
            if known:
                known.epoch, known.sequences = answer["ProducerEpoch"], {}
            else:
                fresh = Producer(answer["ProducerId"], answer["ProducerEpoch"])
                self.producers = (self.producers + [fresh])[-self.PRODUCERS_MAX:]

    def _Produce(self, version, body, answer):
        if not answer:
            return
        name = "TopicId" if version >= 13 else "Name"
        done = {(topic[name], partition["Index"]): partition for topic in answer["Responses"]
                for partition in topic["PartitionResponses"] if partition["ErrorCode"] == 0}
        for topic in body["TopicData"]:
            known = self.find(topic.get(name))
            for partition in topic["PartitionData"]:
                result = done.get((topic.get(name), partition["Index"]))
                if known is None or result is None or not isinstance(partition["Records"], Lazy):
                    continue
                facts = partition["Records"].facts
                known.ends[partition["Index"]] = max(known.end(partition["Index"]), result["BaseOffset"] + facts["count"])
                if facts.get("producer"):
                    facts["producer"].sequences[(known.generation, partition["Index"])] = facts["next"]

    def _Fetch(self, _version, body, answer):
        session = answer.get("SessionId", 0)
        if not isinstance(session, Ref):
            if isinstance(body.get("SessionId"), Ref) and body.get("SessionEpoch", 0) <= 0:
                self.sessions = [one for one in self.sessions if one.ref != body["SessionId"]]
            return
        if answer["ErrorCode"] != 0:
            return
        known = next((one for one in self.sessions if one.ref == session), None)
        if known:
            known.epoch = 1 if known.epoch == 2**31 - 1 else known.epoch + 1
        else:
            self.sessions = (self.sessions + [Session(session, 1)])[-self.SESSIONS_MAX:]

    def _DescribeTopicPartitions(self, _version, _body, answer):
        self.cursor = answer.get("NextCursor")
