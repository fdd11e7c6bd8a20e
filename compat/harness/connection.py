"""One connection to a broker that sends frames as they are given and reads what comes back.

It knows the length prefix and nothing more, unless a message is sent by name.
"""
import socket
import struct

from . import wire


class Connection:
    """A TCP connection; every wait is bounded by `timeout` seconds."""

    def __init__(self, port: int, timeout: float = 15):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.correlation = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        """Closes at once."""
        self.socket.close()

    def send_raw(self, data: bytes) -> None:
        """Bytes as they are, without a length prefix."""
        self.socket.sendall(data)

    def send_frame(self, frame: bytes) -> None:
        """A frame with the length prefix it should have."""
        self.socket.sendall(struct.pack(">i", len(frame)) + frame)

    def receive_exactly(self, count: int) -> bytes:
        """`count` bytes; ConnectionError where the peer closes before, TimeoutError where it stays silent."""
        data = bytearray()
        while len(data) < count:
            chunk = self.socket.recv(min(count - len(data), 1 << 20))
            if not chunk:
                raise ConnectionError(f"closed after {len(data)} of {count} bytes")
            data += chunk
        return bytes(data)

    def receive_frame(self) -> bytes:
        """The next frame without its length prefix."""
        return self.receive_exactly(struct.unpack(">i", self.receive_exactly(4))[0])

    def call_frame(self, frame: bytes) -> bytes:
        """A request frame, and the frame that answers it."""
        self.send_frame(frame)
        return self.receive_frame()

    def call(self, api: str, version: int, body: dict | None = None) -> dict:
        """A message by name; the answer decoded."""
        self.correlation += 1
        frame = self.call_frame(wire.request(api, version, body or {}, self.correlation))
        correlation, answer = wire.response(api, version, frame)
        if correlation != self.correlation:
            raise wire.WireError(f"{api}: correlation id {correlation}, expected {self.correlation}")
        return answer

    def closed_by_peer(self, within: float) -> bool:
        """Whether the peer closes (or resets) without another byte within this many seconds."""
        self.socket.settimeout(within)
        try:
            return self.socket.recv(1) == b""
        except TimeoutError:
            return False
        except ConnectionError:
            return True
