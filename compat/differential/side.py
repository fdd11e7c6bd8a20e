"""One of the two brokers: its connection, and its values for the things that differ by nature."""
import time
import uuid

from harness import wire
from harness.brokers import Broker
from harness.connection import Connection

from .model import ZERO, Lazy, Ref

CLOSED, SILENT, NO_REPLY = "<connection closed>", "<silence>", "<no reply>"
CLIENT = "compat"
# What ids that no topic has begin with.
MADE_UP = 0xA11CE


class Side:
    """A broker and what its answers have told."""

    def __init__(self, broker: Broker):
        self.broker = broker
        self.kind = broker.kind
        self.values: dict[Ref, object] = {}
        self.names: dict[tuple[str, object], Ref] = {}
        self.counts: dict[tuple[str, str], int] = {}
        self.connection: Connection | None = None
        self.correlation = 0
        self.texts: list[tuple[str, str]] = []

    def close(self) -> None:
        """Ends the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def know(self, kind: str, value, name: str) -> Ref:
        """The Ref of this value; a value not seen before gets the next number under `name`."""
        ref = self.names.get((kind, value))
        if ref is None:
            number = self.counts[(kind, name)] = self.counts.get((kind, name), 0) + 1
            ref = Ref(kind, f"{name}#{number}")
            self.values[ref] = value
            self.names[(kind, value)] = ref
        return ref

    def fix(self, ref: Ref, value) -> None:
        """Names a value that is known from the start."""
        self.values[ref] = value
        self.names[(ref.kind, value)] = ref

    def resolve(self, tree):
        """A request with this broker's values."""
        if isinstance(tree, Ref):
            return self.values.get(tree, ZERO if tree.kind == "topic" else 0)
        if isinstance(tree, Lazy):
            return tree.build(self)
        if isinstance(tree, dict):
            return {name: self.resolve(value) for name, value in tree.items()}
        if isinstance(tree, list):
            return [self.resolve(value) for value in tree]
        return tree

    def learn(self, api: str, answer: dict) -> None:
        """Takes over ids from an answer as it came."""
        if api in ("CreateTopics", "Metadata", "DescribeTopicPartitions"):
            for topic in answer.get("Topics") or []:
                if topic.get("TopicId", ZERO) != ZERO and topic.get("ErrorCode") == 0 and topic.get("Name"):
                    self.know("topic", topic["TopicId"], topic["Name"])
        elif api == "InitProducerId" and answer["ErrorCode"] == 0 and answer["ProducerId"] >= 0:
            self.know("producer", answer["ProducerId"], "producer")
        elif api == "Fetch" and answer.get("SessionId", 0) != 0:
            self.know("session", answer["SessionId"], "session")

    def call(self, api: str, version: int, body: dict):
        """A well-formed request and its answer decoded."""
        return self.exchange(api, version, wire.encode(api, "request", version, self.resolve(body)))

    def exchange(self, api: str, version: int, body: bytes, *, decode_as: int | None = None, reply: bool = True,
                 client: str | None = CLIENT, header: bytes | None = None, timeout: float = 5):
        """A request with this body; the decoded answer, or what happened in its place."""
        if self.connection is None:
            self.connection = Connection(self.broker.port, timeout=timeout)
        self.correlation += 1
        head = header or wire.request_header(api, version, self.correlation, client)
        try:
            self.connection.send_frame(head + body)
            if not reply:
                self.connection.call("ApiVersions", 0)
                return NO_REPLY
            frame = self.connection.receive_frame()
        except ConnectionError:
            self.close()
            return CLOSED
        except TimeoutError:
            self.close()
            return SILENT
        correlation, answer = wire.response(api, version if decode_as is None else decode_as, frame)
        if header is None and correlation != self.correlation:
            raise wire.WireError(f"{api}: correlation id {correlation}, expected {self.correlation}")
        return answer

    def wait_for(self, what: str, condition, seconds: float = 10) -> None:
        """Polls until the condition holds."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.kind}: {what}")
            time.sleep(0.002)


def random_id(number: int) -> uuid.UUID:
    """An id that no topic has."""
    return uuid.UUID(int=(MADE_UP << 100) + (4 << 76) + (2 << 62) + number)


def even_out(one: Side, other: Side) -> None:
    """Numbers go on alike after the two brokers disagreed on how many things there are."""
    for key in {**one.counts, **other.counts}:
        one.counts[key] = other.counts[key] = max(one.counts.get(key, 0), other.counts.get(key, 0))
