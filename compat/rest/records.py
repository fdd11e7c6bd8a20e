"""Records by the rule of `clients/README.md`, over REST: posted and read, with the checksum that clients give.

What REST cannot post (a null value, a header without a value) is left out of the rule for what is posted; it is there
when records that a Kafka client wrote are read.
"""
import base64
import hashlib
import pathlib
import struct

import requests

from harness import corpus

MESSAGES_A_REQUEST = 200


def _packed(offset: int, timestamp: int, key, value, headers) -> bytes:
    sized = lambda data: b"\xff\xff\xff\xff" if data is None else struct.pack(">i", len(data)) + data
    fields = b"".join(sized(name) + sized(text) for name, text in headers)
    return struct.pack(">qq", offset, timestamp) + sized(key) + sized(value) + struct.pack(">i", len(headers)) + fields


class Rest:
    """A caller of one broker's REST interface."""

    def __init__(self, port: int):
        self.base = f"http://127.0.0.1:{port}/api/v1/storage"
        self.session = requests.Session()

    def post(self, path: str, body: dict) -> dict:
        """The answer to a request that must succeed."""
        answer = self.session.post(f"{self.base}/{path}", json=body, timeout=60)
        told = answer.json()
        if answer.status_code != 200 or not told["success"]:
            raise AssertionError(f"{answer.status_code}: {told['errorCode']}: {told['errorMessage']}")
        return told

    def write(self, topic: str, path: pathlib.Path) -> tuple[list[int], list[str]]:
        """Posts the file's lines; how many each partition got, and the checksum of what a reader must get."""
        counts, sums, batches = [0] * corpus.PARTITIONS, [hashlib.sha256() for _ in range(corpus.PARTITIONS)], {}
        for i, (key, value, headers) in enumerate(corpus.records(path, False)):
            partition, value = i % corpus.PARTITIONS, value or b"instead of null"
            batches.setdefault(partition, []).append({
                "key": None if key is None else key.decode(), "value": base64.b64encode(value).decode(),
                "timestamp": corpus.T0 + i, "headers": {name.decode(): text.decode() for name, text in headers}})
            sums[partition].update(_packed(counts[partition], corpus.T0 + i, key, value, headers))
            counts[partition] += 1
        for partition, messages in batches.items():
            for at in range(0, len(messages), MESSAGES_A_REQUEST):
                self.post("messages", {"topic": topic, "partition": partition, "producerId": "compat", "producerEpoch": 0,
                                       "messages": messages[at:at + MESSAGES_A_REQUEST]})
        return counts, [digest.hexdigest() for digest in sums]

    def read(self, topic: str, partition: int, count: int) -> str:
        """The checksum of the first `count` records of a partition."""
        digest, offset = hashlib.sha256(), 0
        while offset < count:
            told = self.post("consume", {"topic": topic, "partition": partition, "offset": offset, "maxMessages": 1000,
                                         "maxBytes": 8 << 20})
            if not told["messages"]:
                raise AssertionError(f"{topic}-{partition} ends at {offset} of {count}")
            for message in told["messages"]:
                digest.update(_packed(message["offset"], message["timestamp"], _key(message), _value(message["value"]),
                                      _headers(message)))
                offset = message["offset"] + 1
        return digest.hexdigest()


def _value(text):
    return None if text is None else base64.b64decode(text)


def _key(message: dict):
    key = message["key"]
    if message.get("keyEncoding") == "base64":
        return base64.b64decode(key)
    return None if key is None else key.encode()


def _headers(message: dict) -> list:
    if "rawHeaders" in message:
        return [(header["key"].encode(), _value(header["value"])) for header in message["rawHeaders"]]
    # An object has no order of its own; the rule's is that of the names here, from the last to the first.
    return sorted(((name.encode(), text.encode()) for name, text in message["headers"].items()), reverse=True)
