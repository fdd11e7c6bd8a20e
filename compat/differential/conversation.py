"""One conversation with both brokers: draws requests, sends each to both, compares what comes back.

The same seed gives the same requests as long as both brokers answer as before. After a difference in something that changes
the cluster, the topics and settings that could be out of step now are removed from both, so that one fault shows once.
"""
import collections
import dataclasses
import random
import re
import time

from harness import wire

from . import differences, fields
from .draw import Draw
from .model import Model, Ref
from .normal import Normal, compare
from .side import CLOSED, NO_REPLY, Side, even_out

MUTATING = {"CreateTopics", "DeleteTopics", "CreatePartitions", "AlterConfigs", "IncrementalAlterConfigs", "Metadata",
            "AlterClientQuotas", "UpdateFeatures", "ElectLeaders", "AlterPartitionReassignments", "UnregisterBroker",
            "AlterReplicaLogDirs", "CreateAcls", "DeleteAcls", "AlterUserScramCredentials"}
RETRIED = ("Describe", "List", "Metadata", "OffsetForLeaderEpoch", "GetTelemetrySubscriptions", "ApiVersions")
BARRIER = "barrier"
DRIFTS = MUTATING | {"Produce", "DeleteRecords"}


@dataclasses.dataclass
class Step:
    """One request, the same for both brokers but for their own ids."""

    number: int
    api: str
    version: int
    body: dict
    mutation: str = ""
    reply: bool = True

    def __str__(self):
        what = f" [{self.mutation}]" if self.mutation else ""
        return f"step {self.number}: {self.api} v{self.version}{what} {self.body}"


@dataclasses.dataclass
class Found:
    """A difference between the two answers to one request."""

    step: Step
    path: str
    kafka: object
    dmq: object
    answers: tuple = ()

    @property
    def signature(self) -> str:
        """What makes it the same fault as another."""
        return f"{self.step.api}{self.path.replace(self.step.api, '', 1)}: {_short(self.kafka)} / {_short(self.dmq)}"


def _short(value) -> str:
    if isinstance(value, str) and not value.startswith("<") and len(value) > 12:
        return "text" if len(value) < 40 else "text: " + re.sub(r"'[^']*'|\d+", "…", value)[:40]
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}={_short(item)}" for name, item in list(value.items())[:3]) + ", …}"
    if isinstance(value, list):
        return f"[{len(value)}]"
    if isinstance(value, Ref):
        return f"<{value.kind}>"
    if isinstance(value, int) and abs(value) > 200:
        return "number"
    return str(value)


class Conversation:
    """Kafka, DMQ, and what they were told."""

    def __init__(self, kafka: Side, dmq: Side, seed: int, only: set[str] | None = None, verbose: bool = False):
        self.kafka, self.dmq = kafka, dmq
        self.normals = (Normal(kafka), Normal(dmq))
        self.rng = random.Random(seed)
        self.model = Model()
        self.only, self.verbose = only, verbose
        self.number = 0
        self.sent: collections.Counter = collections.Counter()
        self.values = self.closed = self.mutated = 0
        self.named: collections.Counter = collections.Counter()
        self.found: dict[str, list[Found]] = {}
        self.barriers = 0
        self.served: dict[str, range] = {}

    # -- beginning ------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Asks DMQ what it serves, and makes the topic that barriers are written to."""
        keys = {schema["key"]: name for name, schema in wire.apis().items()}
        listed = {keys[one["ApiKey"]]: one for one in self.dmq.call("ApiVersions", 0, {})["ApiKeys"]}
        theirs = {keys[one["ApiKey"]]: one for one in self.kafka.call("ApiVersions", 0, {})["ApiKeys"]}
        for name, one in listed.items():
            known = wire.versions(name)
            self.served[name] = range(max(one["MinVersion"], known[0]), min(one["MaxVersion"], known[-1]) + 1)
            if name not in theirs or (theirs[name]["MinVersion"], theirs[name]["MaxVersion"]) != (
                    one["MinVersion"], one["MaxVersion"]):
                self._note(Found(Step(0, "ApiVersions", 0, {}), f".ApiKeys.{name}", theirs.get(name), one))
        self.model.served = set(self.served)
        for side in (self.kafka, self.dmq):
            side.fix(Ref("cluster", "id"), side.call("Metadata", 2, {"Topics": []})["ClusterId"])
            side.fix(Ref("dir", "data"), str(side.broker.data))
            side.fix(Ref("home", "home"), str(side.broker.home))
            side.call("CreateTopics", 5, {"Topics": [{"Name": BARRIER, "NumPartitions": 1, "ReplicationFactor": 1}],
                                          "timeoutMs": 10000})
            side.wait_for("gives out no producer id", lambda: self._first_producer(side))
        self._sync(Step(0, "CreateTopics", 5, {}))

    @staticmethod
    def _first_producer(side: Side) -> bool:
        """Kafka refuses the first request for an id, while it fetches its first block of them."""
        answer = side.call("InitProducerId", 1, {"TransactionalId": None, "TransactionTimeoutMs": 60000})
        side.learn("InitProducerId", answer)
        return answer["ErrorCode"] == 0

    def choices(self) -> list[str]:
        """The APIs to draw from."""
        return [name for name in self.served if not self.only or name in self.only]

    # -- going on -------------------------------------------------------------------------------------------------------

    def every_version(self, times: int, until: float) -> None:
        """Each API in each version this many times, in an order that makes things before it asks for them."""
        for _ in range(times):
            for name in sorted(self.choices(), key=lambda name: (name != "CreateTopics", wire.apis()[name]["key"])):
                for version in self.served[name]:
                    if time.monotonic() > until:
                        return
                    self.ask(name, version, chaos=self.rng.choice([0.0, 0.1]))

    def at_random(self, count: int, until: float) -> None:
        """This many requests more, of all APIs and versions."""
        names = self.choices()
        weights = [fields.WEIGHTS.get(name, 2) for name in names]
        while self.number < count and time.monotonic() < until:
            if len(self.model.topics) < 3 and "CreateTopics" in self.served:
                self.ask("CreateTopics", self.served["CreateTopics"][-1], chaos=0.0)
            name = self.rng.choices(names, weights)[0]
            version = self.rng.choice(self.served[name])
            self.ask(name, version, chaos=self.rng.choice([0.0, 0.0, 0.05, 0.2, 0.5]),
                     mutate=self.rng.random() < 0.06)

    def ask(self, api: str, version: int, chaos: float, mutate: bool = False) -> None:
        """One drawn request to both."""
        self.number += 1
        draw = Draw(self.rng, self.model, chaos, fields.FIELDS, fields.COUNTS, fields.FIXES)
        body = draw.body(api, version)
        step = Step(self.number, api, version, body, reply=not (api == "Produce" and body["Acks"] == 0))
        self.sent[(api, version)] += 1
        if self.verbose:
            print(step, flush=True)
        if mutate and step.reply:
            self._ask_mutated(step)
            return
        answers = [self._send(side, step) for side in (self.kafka, self.dmq)]
        found = self._compare(step, answers)
        if found and api.startswith(RETRIED):
            answers, found = self._ask_again(step, answers, found)
        unnamed = [one for one in found if not self._is_named(one)]
        for one in unnamed:
            self._note(one)
        if not unnamed and isinstance(answers[0], dict):
            self.model.learn(api, version, body, self.normals[0].of(api, answers[0]))
        if api in MUTATING and (api != "Metadata" or body.get("AllowAutoTopicCreation", True)):
            self._sync(step)
        # What a request with acks=0 did is not told where it closes the connection or contradicts itself.
        if found or (not step.reply and (CLOSED in answers or differences.repeated(body))):
            self._realign(api)

    def _send(self, side: Side, step: Step):
        body = wire.encode(step.api, "request", step.version, side.resolve(step.body))
        answer = side.exchange(step.api, step.version, body, reply=step.reply)
        if isinstance(answer, dict):
            side.learn(step.api, answer)
        return answer

    def _compare(self, step: Step, answers: list) -> list[Found]:
        kafka, dmq = (normal.of(step.api, answer) for normal, answer in zip(self.normals, answers, strict=True))
        kafka, dmq = differences.shared(step.api, kafka, dmq)
        found, values = compare(kafka, dmq, step.api)
        self.values += values
        self.closed += kafka == CLOSED
        return [Found(step, path, one, other, (kafka, dmq)) for path, one, other in found]

    def _ask_again(self, step: Step, answers: list, found: list[Found]):
        """Kafka publishes its images a moment after it answers; what only asks is asked again until it has."""
        for _ in range(4):
            if all(differences.named(one) for one in found):
                break
            time.sleep(0.05)
            answers = [self._send(side, step) for side in (self.kafka, self.dmq)]
            found = self._compare(step, answers)
            if not found:
                break
        return answers, found

    def _ask_mutated(self, step: Step) -> None:
        """The request with a fault in its frame: both must close the connection, or both must not mind."""
        self.mutated += 1
        plain = [wire.encode(step.api, "request", step.version, side.resolve(step.body)) for side in (self.kafka, self.dmq)]
        step.mutation = kind = self.rng.choice(["cut", "cut", "unknown tag", "version", "client null", "key"])
        share = self.rng.random()
        answers = []
        for side, body in zip((self.kafka, self.dmq), plain, strict=True):
            options = {}
            if kind == "cut":
                body = body[:int(len(body) * share)]
            elif kind == "unknown tag" and body[-1:] == b"\0" and self._ends_with_tags(step):
                body = body[:-1] + b"\x01" + wire.uvarint(9999) + b"\x03abc"
            elif kind == "version":
                options = {"header": _header(step.api, self.served[step.api][-1] + 1), "decode_as": 0}
            elif kind == "client null":
                options = {"client": None}
            elif kind == "key":
                options = {"header": b"\x03\xe7\0\0\0\0\0\1\xff\xff"}
            try:
                answer = side.exchange(step.api, step.version, body, **options)
            except wire.WireError as error:
                answer = f"<undecodable: {error}>"
            if isinstance(answer, dict):
                side.learn(step.api, answer)
            answers.append(answer)
        found = self._compare(step, answers)
        for one in found:
            if not self._is_named(one):
                self._note(one)
        if isinstance(answers[0], dict) and isinstance(answers[1], dict) and not found and kind in (
                "unknown tag", "client null"):
            self.model.learn(step.api, step.version, step.body, self.normals[0].of(step.api, answers[0]))
        if step.api in MUTATING:
            self._sync(step)
        if found:
            self._realign(step.api)

    @staticmethod
    def _ends_with_tags(step: Step) -> bool:
        """Whether the last byte of the body says that there are no tagged fields."""
        fields = wire.apis()[step.api]["request"]["fields"]
        tagged = [field["n"] for field in fields if wire.within(field.get("tagv"), step.version)]
        return wire.header_versions(step.api, step.version)[0] == 2 and not any(name in step.body for name in tagged)

    # -- what was found -------------------------------------------------------------------------------------------------

    def _is_named(self, found: Found) -> bool:
        name = differences.named(found)
        if name:
            self.named[name] += 1
        return bool(name)

    def _note(self, found: Found) -> None:
        known = self.found.setdefault(found.signature, [])
        known.append(found)
        if len(known) == 1:
            print(f"DIFFERENT {found.path}: Kafka {_long(found.kafka)}, DMQ {_long(found.dmq)}\n    {_long(found.step, 1200)}",
                  flush=True)

    # -- keeping in step ------------------------------------------------------------------------------------------------

    def _barrier(self, side: Side) -> None:
        """Waits until this broker's own view has everything that was written before."""
        self.barriers += 1
        value = str(604_800_000 + self.barriers)
        side.call("IncrementalAlterConfigs", 1, {"Resources": [{"ResourceType": 2, "ResourceName": BARRIER, "Configs": [
            {"Name": "retention.ms", "ConfigOperation": 0, "Value": value}]}]})

        def there():
            answer = side.call("DescribeConfigs", 4, {"Resources": [
                {"ResourceType": 2, "ResourceName": BARRIER, "ConfigurationKeys": ["retention.ms"]}]})
            return answer["Results"][0]["Configs"] and answer["Results"][0]["Configs"][0]["Value"] == value
        side.wait_for("does not publish its settings", there)

    def _sync(self, step: Step) -> None:
        """Lists the topics of both; what only one of them has is a difference, and removed."""
        for side in (self.kafka, self.dmq):
            if side.kind == "kafka":
                self._barrier(side)
        listed = [self._topics(side) for side in (self.kafka, self.dmq)]
        if listed[0] != listed[1]:
            only = [{name: what for name, what in one.items() if other.get(name) != what}
                    for one, other in (listed, listed[::-1])]
            self._note(Found(dataclasses.replace(step, api=f"Metadata after {step.api}"), ".Topics", *only))
            for name in {**only[0], **only[1]}:
                self._delete(name)
            listed = [self._topics(side) for side in (self.kafka, self.dmq)]
        self.model.set_topics({name: (generation, partitions) for name, (generation, partitions) in listed[0].items()
                               if name != BARRIER and listed[1].get(name) == (generation, partitions)})

    def _topics(self, side: Side) -> dict[str, tuple[str, int]]:
        answer = side.call("Metadata", 12, {"Topics": None})
        side.learn("Metadata", answer)
        return {topic["Name"]: (side.names[("topic", topic["TopicId"])].name, len(topic["Partitions"]))
                for topic in answer["Topics"] if topic["ErrorCode"] == 0 and not topic["IsInternal"]}

    def _delete(self, name: str) -> None:
        for side in (self.kafka, self.dmq):
            side.call("DeleteTopics", 5, {"TopicNames": [name], "TimeoutMs": 10000})

    def _realign(self, api: str) -> None:
        """After a difference: what may differ now is let go."""
        even_out(self.kafka, self.dmq)
        if api == "Fetch":
            self.model.sessions = []
        if api in DRIFTS:
            self._reset()

    def _reset(self) -> None:
        """Removes every topic and every setting from both."""
        for name in list(self.model.topics):
            self._delete(name)
        for side in (self.kafka, self.dmq):
            self._unset(side)
            if side.kind == "kafka":
                self._barrier(side)
        self.model.sessions, self.model.producers = [], []
        self.model.set_topics({})

    def _unset(self, side: Side) -> None:
        if "IncrementalAlterConfigs" not in self.served or "DescribeConfigs" not in self.served:
            return
        for name in ("1", ""):
            answer = side.call("DescribeConfigs", 4, {"Resources": [{"ResourceType": 4, "ResourceName": name,
                                                                     "ConfigurationKeys": None}]})
            dynamic = [one["Name"] for one in answer["Results"][0]["Configs"]
                       if one["ConfigSource"] == (2 if name else 3) and one["Name"] != "min.insync.replicas"]
            if dynamic:
                side.call("IncrementalAlterConfigs", 1, {"Resources": [{"ResourceType": 4, "ResourceName": name, "Configs": [
                    {"Name": one, "ConfigOperation": 1, "Value": None} for one in dynamic]}]})

    def end(self) -> None:
        """Both must still be there and of one mind."""
        self._sync(Step(self.number, "Metadata", 12, {}))
        for side in (self.kafka, self.dmq):
            side.close()


def _header(api: str, version: int) -> bytes:
    """A header as of the version before, for a version that may not exist."""
    tags = b"\0" if wire.header_versions(api, version - 1)[0] == 2 else b""
    return wire.apis()[api]["key"].to_bytes(2, "big") + version.to_bytes(2, "big") + b"\0\0\0\1\0\6compat" + tags


def _long(value, limit: int = 300) -> str:
    text = str(value) if isinstance(value, Step) else repr(value)
    return text if len(text) <= limit else text[:limit] + "…"


__all__ = ["Conversation", "Found", "Step", "NO_REPLY"]
