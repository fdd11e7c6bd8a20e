"""The records that are sent: lines of the text files installed on this machine, and what a reader must get for them.

Nothing is downloaded or made up. The corpus is written once to the work folder and cut into slices; a slice is a file
with one record a line. `expected` is the harness's own computation of the checksum in `clients/README.md`.
"""
import hashlib
import os
import pathlib
import struct
import time

from . import paths

# Two hours ago: see clients/README.md.
T0 = int(time.time() - 7200) * 1000
PARTITIONS = 3
LINE_MAX = 64 * 1024
SUFFIXES = {".rs", ".go", ".py", ".c", ".h", ".md", ".txt", ".html", ".js", ".json", ".java", ".pm", ".pl", ".el"}


def _roots() -> list[pathlib.Path]:
    home = pathlib.Path.home()
    guesses = [home / ".cargo" / "registry" / "src", home / ".rustup", pathlib.Path("/usr/local/go"),
               pathlib.Path("/usr/lib"), pathlib.Path("/usr/share"), pathlib.Path("/usr/include"), home / "go"]
    return [path for path in guesses if path.is_dir()]


def _files():
    for root in _roots():
        for folder, names, files in os.walk(root):
            names.sort()
            for name in sorted(files):
                if os.path.splitext(name)[1] in SUFFIXES:
                    yield os.path.join(folder, name)


def build(size: int) -> pathlib.Path:
    """A file of at least `size` bytes of lines, or of all there are."""
    target = paths.work("corpus", f"lines-{size}")
    if target.exists():
        return target
    partial = target.with_suffix(".partial")
    written = 0
    with open(partial, "wb") as out:
        for name in _files():
            try:
                with open(name, "rb") as source:
                    lines = [line for line in source.read(1 << 20).split(b"\n")[:-1] if len(line) <= LINE_MAX]
            except OSError:
                continue
            if lines:
                out.write(b"\n".join(lines) + b"\n")
                written += sum(map(len, lines)) + len(lines)
            if written >= size:
                break
    if written < size // 2:
        raise RuntimeError(f"only {written} bytes of text found on this machine")
    partial.rename(target)
    return target


def slice_of(corpus: pathlib.Path, name: str, start: int, size: int) -> pathlib.Path:
    """Whole lines of the corpus from about byte `start`, about `size` bytes."""
    target = paths.work("corpus", f"{name}-{start}-{size}")
    if not target.exists():
        with open(corpus, "rb") as source:
            source.seek(start)
            source.readline()
            data = source.read(size)
        target.write_bytes(data[:data.rindex(b"\n") + 1])
    return target


def large(corpus: pathlib.Path, records: int = 7, size: int = 1_000_000) -> pathlib.Path:
    """Records of about 1 MB: text with its newlines replaced."""
    target = paths.work("corpus", f"large-{records}-{size}")
    if not target.exists():
        with open(corpus, "rb") as source, open(target, "wb") as out:
            for _ in range(records):
                out.write(source.read(size).replace(b"\n", b" ") + b"\n")
    return target


def _sized(data: bytes | None) -> bytes:
    return b"\xff\xff\xff\xff" if data is None else struct.pack(">i", len(data)) + data


def records(path: pathlib.Path, null_header: bool):
    """(key, value, headers) of every line, by the rule of `clients/README.md`."""
    with open(path, "rb") as lines:
        for i, line in enumerate(lines):
            headers = []
            if i % 5 == 0:
                headers = [(b"index", b"%d" % i), (b"empty", b"")]
                if null_header and i % 10 == 0:
                    headers.append((b"null", None))
            yield (None if i % 4 == 3 else b"key-%d" % (i % 1000),
                   None if i % 101 == 100 and i % 4 != 3 else line[:-1], headers)


class Expected:
    """What reading a file's records back must give; with `limits`, only the first so many of each partition."""

    _known: dict[tuple, "Expected"] = {}

    def __init__(self, path: pathlib.Path, null_header: bool, limits: tuple[int, ...] | None):
        sums = [hashlib.sha256() for _ in range(PARTITIONS)]
        self.counts = [0] * PARTITIONS
        self.lines = 0
        for i, (key, value, headers) in enumerate(records(path, null_header)):
            partition = i % PARTITIONS
            self.lines += 1
            if limits and self.counts[partition] >= limits[partition]:
                continue
            packed = struct.pack(">i", len(headers)) + b"".join(_sized(name) + _sized(text) for name, text in headers)
            sums[partition].update(struct.pack(">qq", self.counts[partition], T0 + i) + _sized(key) + _sized(value) + packed)
            self.counts[partition] += 1
        self.sums = [digest.hexdigest() for digest in sums]

    @classmethod
    def of(cls, path: pathlib.Path, null_header: bool, limits: tuple[int, ...] | None = None) -> "Expected":
        """Computed once for each file."""
        key = (path, null_header, limits)
        if key not in cls._known:
            cls._known[key] = cls(path, null_header, limits)
        return cls._known[key]


def lookup_cases(lines: int) -> list[tuple[int, int, int]]:
    """(partition, time, expected offset): before all, inside, at the last record, behind all."""
    middle = lines // 2
    last = lines - 1
    cases = [(0, 0, 0), (last % PARTITIONS, T0 + last, last // PARTITIONS), (1, T0 + lines + 1_000_000, -1)]
    for partition in range(PARTITIONS):
        first = middle + (partition - middle) % PARTITIONS
        cases.append((partition, T0 + middle, first // PARTITIONS))
    return cases
