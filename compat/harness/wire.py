"""A second, independent encoder and decoder of Kafka messages, driven by `schemas.json`.

Slow and simple on purpose: it is what the suite compares the broker with. Messages are dicts with the schema's field
names; absent fields take their default. `decode` refuses bytes that are left over.
"""
import json
import pathlib
import struct
import uuid as _uuid

_SCHEMAS = {api["name"]: api for api in
            json.loads(pathlib.Path(__file__).with_name("schemas.json").read_text())["apis"]}
FIXED = {"int8": ">b", "int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "int64": ">q", "float64": ">d",
          "bool": ">?"}


class WireError(Exception):
    """Bytes that are not the message they claim to be."""


def apis() -> dict[str, dict]:
    """Name → schema."""
    return _SCHEMAS


def versions(api: str, direction: str = "request") -> range:
    """The versions that the schema has."""
    low, high = span(_SCHEMAS[api][direction]["versions"])
    return range(low, high + 1)


def header_versions(api: str, version: int) -> tuple[int, int]:
    """(request header, response header) for this version."""
    for entry in _SCHEMAS[api]["headers"]:
        low, high = span(entry["v"])
        if low <= version <= high:
            return entry["request"], entry["response"]
    flexible = within(_SCHEMAS[api]["request"]["flexible"], version)
    return (2, 0 if api == "ApiVersions" else 1) if flexible else (1, 0)


def span(text: str) -> tuple[int, int]:
    """The first and the last of `3-13`, `4+`, `7`; nothing for `none`."""
    if text in ("none", ""):
        return 0, -1
    if text.endswith("+"):
        return int(text[:-1]), 32767
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def within(text: str | None, version: int) -> bool:
    """Whether these versions have this one."""
    if not text:
        return False
    low, high = span(text)
    return low <= version <= high


def uvarint(value: int) -> bytes:
    """Unsigned LEB128."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def request(api: str, version: int, body: dict, correlation: int = 1, client: str | None = "compat") -> bytes:
    """Header and body without the length prefix."""
    return request_header(api, version, correlation, client) + encode(api, "request", version, body)


def request_header(api: str, version: int, correlation: int, client: str | None) -> bytes:
    """What stands before a request's body."""
    head = struct.pack(">hhi", _SCHEMAS[api]["key"], version, correlation)
    head += struct.pack(">h", -1) if client is None else struct.pack(">h", len(client.encode())) + client.encode()
    return head + b"\0" if header_versions(api, version)[0] == 2 else head


def response(api: str, version: int, frame: bytes) -> tuple[int, dict]:
    """(correlation id, body) of a frame without its length prefix."""
    reader = _Reader(frame)
    correlation = reader.fixed(">i")
    if header_versions(api, version)[1] == 1:
        reader.tags()
    return correlation, decode(api, "response", version, frame[reader.at:])


def encode(api: str, direction: str, version: int, body: dict) -> bytes:
    """The body of one message."""
    schema = _SCHEMAS[api][direction]
    return _Encoder(version, within(schema["flexible"], version), schema.get("structs", {})).struct(
        schema["fields"], body)


def decode(api: str, direction: str, version: int, data: bytes) -> dict:
    """The message, all of whose bytes must be used."""
    schema = _SCHEMAS[api][direction]
    reader = _Reader(data)
    decoder = _Decoder(version, within(schema["flexible"], version), schema.get("structs", {}), reader)
    body = decoder.struct(schema["fields"])
    if reader.at != len(data):
        raise WireError(f"{api} v{version} {direction}: {len(data) - reader.at} bytes left over")
    return body


def default(field: dict):
    """The value of a field that is not given."""
    kind, text = field["t"], field.get("def")
    if kind.startswith("[]"):
        return None if text == "null" else []
    if text == "null":
        return None
    if kind == "string":
        return text or ""
    if kind in ("bytes", "records"):
        return b""
    if kind == "uuid":
        return _uuid.UUID(int=0)
    if kind == "bool":
        return text in ("true", True)
    if kind == "float64":
        return float(text or 0)
    if kind in FIXED:
        return int(str(text or 0), 0)
    return {}


class _Encoder:
    def __init__(self, version: int, flexible: bool, structs: dict):
        self.version, self.flexible, self.structs = version, flexible, structs

    def struct(self, fields: list[dict], body: dict) -> bytes:
        unknown = set(body) - {field["n"] for field in fields}
        if unknown:
            raise WireError(f"no such fields: {unknown}")
        out, tagged = bytearray(), []
        for field in fields:
            if not within(field["v"], self.version):
                continue
            value = body.get(field["n"], default(field))
            if within(field.get("tagv"), self.version):
                if field["n"] in body:
                    tagged.append((field["tag"], self.value(field, value)))
            else:
                out += self.value(field, value)
        if self.flexible:
            out += uvarint(len(tagged))
            for tag, data in sorted(tagged):
                out += uvarint(tag) + uvarint(len(data)) + data
        return bytes(out)

    def value(self, field: dict, value) -> bytes:
        kind = field["t"]
        if kind.startswith("[]"):
            if value is None:
                return b"\0" if self.flexible else struct.pack(">i", -1)
            count = uvarint(len(value) + 1) if self.flexible else struct.pack(">i", len(value))
            return count + b"".join(self.value({**field, "t": kind[2:], "null": None}, item) for item in value)
        if kind in FIXED:
            return struct.pack(FIXED[kind], value)
        if kind == "uuid":
            return value.bytes
        if kind == "string":
            return self.sized(None if value is None else value.encode(), ">h")
        if kind in ("bytes", "records"):
            return self.sized(value, ">i")
        fields = field.get("fields") or self.structs[kind]
        if field.get("null") and within(field["null"], self.version):
            return b"\xff" if value is None else b"\x01" + self.struct(fields, value)
        return self.struct(fields, value)

    def sized(self, data: bytes | None, legacy: str) -> bytes:
        if self.flexible:
            return b"\0" if data is None else uvarint(len(data) + 1) + data
        return struct.pack(legacy, -1) if data is None else struct.pack(legacy, len(data)) + data


class _Reader:
    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > len(self.data):
            raise WireError(f"{count} bytes wanted at {self.at} of {len(self.data)}")
        self.at += count
        return self.data[self.at - count:self.at]

    def fixed(self, form: str):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def uvarint(self) -> int:
        value, shift = 0, 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def tags(self) -> dict[int, bytes]:
        return {self.uvarint(): self.take(self.uvarint()) for _ in range(self.uvarint())}


class _Decoder:
    def __init__(self, version: int, flexible: bool, structs: dict, reader: _Reader):
        self.version, self.flexible, self.structs, self.reader = version, flexible, structs, reader

    def struct(self, fields: list[dict]) -> dict:
        body, tagged = {}, {}
        for field in fields:
            if not within(field["v"], self.version):
                continue
            if within(field.get("tagv"), self.version):
                tagged[field["tag"]] = field
            else:
                body[field["n"]] = self.value(field)
        if self.flexible:
            for tag, data in self.reader.tags().items():
                if tag in tagged:
                    inner = _Reader(data)
                    outer, self.reader = self.reader, inner
                    body[tagged[tag]["n"]] = self.value(tagged[tag])
                    self.reader = outer
                    if inner.at != len(data):
                        raise WireError(f"tag {tag}: bytes left over")
                else:
                    body[f"_tag{tag}"] = data
        return body

    def value(self, field: dict):
        kind = field["t"]
        if kind.startswith("[]"):
            count = self.reader.uvarint() - 1 if self.flexible else self.reader.fixed(">i")
            if count < 0:
                return None
            return [self.value({**field, "t": kind[2:], "null": None}) for _ in range(count)]
        if kind in FIXED:
            return self.reader.fixed(FIXED[kind])
        if kind == "uuid":
            return _uuid.UUID(bytes=self.reader.take(16))
        if kind == "string":
            data = self.sized(">h")
            return None if data is None else data.decode()
        if kind in ("bytes", "records"):
            return self.sized(">i")
        if field.get("null") and within(field["null"], self.version) and self.reader.fixed(">b") < 0:
            return None
        return self.struct(field.get("fields") or self.structs[kind])

    def sized(self, legacy: str) -> bytes | None:
        count = self.reader.uvarint() - 1 if self.flexible else self.reader.fixed(legacy)
        return None if count < 0 else self.reader.take(count)
