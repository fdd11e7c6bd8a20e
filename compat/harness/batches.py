"""Record batches (magic 2) by hand: right ones, and wrong ones made from them.

Pure Python, CRC-32C included; for batches of kilobytes, not for load.
"""
import gzip
import struct
import zlib

HEADER = struct.Struct(">qiibIhiqqqhii")
HEADER_LEN = 61


def _table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_CRC = _table()


def crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli)."""
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ _CRC[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def varint(value: int) -> bytes:
    """Zigzag LEB128."""
    value = value << 1 ^ value >> 63
    value &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _sized(data: bytes | None) -> bytes:
    return varint(-1) if data is None else varint(len(data)) + data


def record(offset_delta: int, key: bytes | None, value: bytes | None, headers=(), timestamp_delta: int = 0) -> bytes:
    """One record with its length."""
    body = b"\0" + varint(timestamp_delta) + varint(offset_delta) + _sized(key) + _sized(value) + varint(len(headers))
    for name, content in headers:
        body += _sized(name) + _sized(content)
    return varint(len(body)) + body


def batch(records: list[bytes], *, base_offset: int = 0, attributes: int = 0, timestamp: int = 1_700_000_000_000,
          max_timestamp: int | None = None, producer: tuple[int, int, int] = (-1, -1, -1), count: int | None = None,
          last_delta: int | None = None, leader_epoch: int = -1, magic: int = 2, payload: bytes | None = None,
          crc: int | None = None, length: int | None = None) -> bytes:
    """A batch; every field that could lie can be given. `payload` replaces the records' bytes (compressed)."""
    body = b"".join(records) if payload is None else payload
    count = len(records) if count is None else count
    tail = struct.pack(">hiqqqhii", attributes, count - 1 if last_delta is None else last_delta, timestamp,
                       timestamp if max_timestamp is None else max_timestamp, *producer, count) + body
    crc = crc32c(tail) if crc is None else crc
    return struct.pack(">qiibI", base_offset, 9 + len(tail) if length is None else length, leader_epoch, magic,
                       crc) + tail


def simple(*values: bytes, **fields) -> bytes:
    """A batch of records that have only values."""
    return batch([record(i, None, value) for i, value in enumerate(values)], **fields)


def gzipped(records: list[bytes], **fields) -> bytes:
    """The same compressed with gzip."""
    return batch(records, payload=gzip.compress(b"".join(records), mtime=0), attributes=1, **fields)


def bomb(inflated: int, **fields) -> bytes:
    """A gzip batch of one record whose value is `inflated` zero bytes."""
    prefix = b"\0" + varint(0) + varint(0) + varint(-1) + varint(inflated)
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    out = squeeze.compress(varint(len(prefix) + inflated + 1) + prefix)
    zeroes, left = bytes(1 << 20), inflated
    while left > 0:
        out += squeeze.compress(zeroes[:left])
        left -= min(left, len(zeroes))
    out += squeeze.compress(varint(0)) + squeeze.flush()
    return batch([], payload=out, attributes=1, count=1, **fields)
