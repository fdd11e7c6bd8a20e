"""Frames that are wrong before anybody knows which request they are."""
import struct
import time

from harness import wire
from harness.clients import JobFailed

from .attacks import Target, case, must_close

API_VERSIONS = wire.request("ApiVersions", 0, {}, 7)


def _length(value: int, rest: bytes = b""):
    def run(target: Target) -> None:
        peer = target.connect()
        peer.send_raw(struct.pack(">i", value) + rest)
        must_close(peer)
    return run


case("frame length −1")(_length(-1))
case("frame length −2147483648")(_length(-(2**31)))
case("frame length 2147483647")(_length(2**31 - 1))
case("frame length one over socket.request.max.bytes")(_length(10485760 + 1))
case("frame length 0")(_length(0))
case("frame of 3 bytes: shorter than any header")(_length(3, b"\0\x12\0"))
case("frame of 7 bytes: the correlation id is cut")(_length(7, b"\0\x12\0\0\0\0\0"))


@case("half a frame, then silence: no answer, others served")
def half_frame(target: Target) -> None:
    """A body that never comes."""
    with target.connect() as peer:
        peer.send_raw(struct.pack(">i", 5000) + API_VERSIONS)
        target.check_bystander()
        if peer.closed_by_peer(0.5):
            raise JobFailed("closed at once: a slow sender would be cut, too")


@case("200 connections that never send a byte")
def silent(target: Target) -> None:
    """They cost no more than themselves."""
    peers = [target.connect() for _ in range(200)]
    target.check_bystander()
    for peer in peers:
        peer.close()


@case("200 announced frames of 10 MB of which nothing comes: memory is not taken for them",
      kafka="allocates them all and hangs out of memory")
def announced(target: Target) -> None:
    """A length is a claim, not a reason to allocate."""
    peers = []
    for _ in range(200):
        peer = target.connect()
        peer.send_raw(struct.pack(">i", 10_000_000))
        peers.append(peer)
    target.check_bystander()
    for peer in peers:
        peer.close()


@case("a frame sent byte by byte is answered")
def dribble(target: Target) -> None:
    """Slow is not wrong."""
    with target.connect() as peer:
        for byte in struct.pack(">i", len(API_VERSIONS)) + API_VERSIONS:
            peer.send_raw(bytes([byte]))
            time.sleep(0.002)
        correlation, answer = wire.response("ApiVersions", 0, peer.receive_frame())
        if correlation != 7 or answer["ErrorCode"] != 0:
            raise JobFailed(f"answered {answer}")


@case("500 requests at once on one connection are answered in order")
def pipelined(target: Target) -> None:
    """Order is the protocol's only link between request and answer."""
    with target.connect() as peer:
        for correlation in range(500):
            peer.send_frame(wire.request("ApiVersions", 0, {}, correlation))
        for correlation in range(500):
            got = wire.response("ApiVersions", 0, peer.receive_frame())[0]
            if got != correlation:
                raise JobFailed(f"answer {got} in place {correlation}")


@case("a peer that sends requests and never reads the answers")
def never_reads(target: Target) -> None:
    """The broker must stop reading from it, not buffer without end."""
    with target.connect() as peer:
        peer.socket.settimeout(2)
        frame = wire.request("Metadata", 1, {"Topics": None}, 1)
        try:
            for _ in range(40_000):
                peer.send_frame(frame)
        except (TimeoutError, ConnectionError):
            pass
        target.check_bystander()


@case("HTTP sent to the Kafka port")
def http(target: Target) -> None:
    """'GET ' is a length of 1.2 GB."""
    peer = target.connect()
    peer.send_raw(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    must_close(peer)


@case("a TLS ClientHello sent to the Kafka port")
def tls(target: Target) -> None:
    """0x16030100 is a length of 369 MB."""
    peer = target.connect()
    peer.send_raw(bytes.fromhex("160301002e0100002a0303") + bytes(32) + bytes.fromhex("000002130101000000"))
    must_close(peer)


@case("random bytes on 50 connections")
def noise(target: Target) -> None:
    """Deterministic noise: a linear congruential sequence."""
    state = 12345
    for _ in range(50):
        data = bytearray()
        for _ in range(300):
            state = (state * 1103515245 + 12345) % 2**31
            data.append(state >> 16 & 0xFF)
        with target.connect() as peer:
            peer.send_raw(struct.pack(">i", len(data)) + bytes(data))
    target.check_bystander()
