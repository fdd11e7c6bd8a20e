"""The record rule and the checksum of ../README.md, and the loop that reads jobs; shared by both Python clients."""
import hashlib
import json
import struct
import sys
import traceback

def records(path: str, null_header: bool, t0: int):
    """(partition, timestamp, key, value, headers) of every line."""
    with open(path, "rb") as lines:
        for i, line in enumerate(lines):
            headers = []
            if i % 5 == 0:
                headers = [("index", b"%d" % i), ("empty", b"")]
                if null_header and i % 10 == 0:
                    headers.append(("null", None))
            yield (i % 3, t0 + i, None if i % 4 == 3 else b"key-%d" % (i % 1000),
                   None if i % 101 == 100 and i % 4 != 3 else line.removesuffix(b"\n"), headers)


def _sized(data: bytes | None) -> bytes:
    return b"\xff\xff\xff\xff" if data is None else struct.pack(">i", len(data)) + data


class Sums:
    """One running checksum per partition."""

    def __init__(self, counts: str):
        self.left = [int(count) for count in counts.split(",")]
        self.missing = sum(self.left)
        self._sums = [hashlib.sha256() for _ in self.left]

    def add(self, partition: int, offset: int, timestamp: int, key, value, headers) -> None:
        """Takes the next record of a partition."""
        if self.left[partition] <= 0:
            raise ValueError(f"more records than expected in partition {partition}")
        self.left[partition] -= 1
        self.missing -= 1
        parts = [struct.pack(">qq", offset, timestamp), _sized(key), _sized(value), struct.pack(">i", len(headers))]
        for name, content in headers:
            parts += [_sized(name.encode()), _sized(content)]
        self._sums[partition].update(b"".join(parts))

    def hex(self) -> list[str]:
        """The checksums so far."""
        return [digest.hexdigest() for digest in self._sums]


def serve(jobs: dict) -> None:
    """Reads jobs until the end of standard input."""
    for line in sys.stdin:
        op, *words = line.split()
        try:
            answer = {"ok": True, **(jobs[op](dict(word.split("=", 1) for word in words)) or {})}
        except Exception as error:  # the harness judges, this program goes on
            traceback.print_exc()
            answer = {"ok": False, "error": f"{type(error).__name__}: {error}"[:500]}
        print(json.dumps(answer), flush=True)
