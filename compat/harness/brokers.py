"""A broker under test: DMQ or Apache Kafka, started on free ports with a data folder of its own.

Both kinds offer the same: `start`, `stop` (SIGTERM), `kill` (SIGKILL), `start` again on the same folder and the same
port, `address`, `rss_mb`. The scenarios know nothing else of them. A broker's output goes to `broker.log` beside its data.
"""
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import time

from . import java, paths

KAFKA_CLUSTER_ID = "4L6g3nShT-eMCtK--X86sw"


class BrokerFailed(Exception):
    """The broker did not come up, or died by itself."""


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """What both kinds share: the process, its log, its end."""

    kind = "?"

    def __init__(self, home: pathlib.Path | None = None, settings: dict[str, str] | None = None):
        self.home = home or paths.scratch(self.kind)
        self.home.mkdir(parents=True, exist_ok=True)
        self.data = self.home / "data"
        self.settings = dict(settings or {})
        self.port = 0
        self.rest_port = 0
        self.process: subprocess.Popen | None = None
        self.log_path = self.home / "broker.log"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        paths.discard(self.home)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def log_text(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def _spawn(self, command: list[str], env: dict[str, str] | None = None) -> None:
        # DMQ_* are settings to the broker; the suite's own are none of them.
        inherited = {name: value for name, value in os.environ.items() if name not in ("DMQ_BIN", "DMQ_COMPAT_TMP")}
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**inherited, **(env or {})})

    def stop(self, timeout: float = 60) -> int:
        """SIGTERM, and the exit code; a broker that does not end in time is an error."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise BrokerFailed(f"{self.kind} did not stop within {timeout} s of SIGTERM") from error
        self.process = None
        return code

    def kill(self) -> None:
        """SIGKILL: no byte is flushed by the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def memory_mb(self, field: str = "VmRSS") -> float:
        """VmRSS or VmHWM in MB (10^6 bytes)."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024 / 1e6
        return float("nan")

    def cpu_seconds(self) -> float:
        """User and system time of the process so far."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_ready(self, timeout: float = 90) -> None:
        """Until ApiVersions is answered without an error and Metadata names a broker."""
        deadline = time.monotonic() + timeout
        while True:
            if not self.alive():
                raise BrokerFailed(f"{self.kind} ended while starting:\n{self.log_text()[-3000:]}")
            try:
                if broker_count(self.port) > 0:
                    return
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise BrokerFailed(f"{self.kind} not ready after {timeout} s:\n{self.log_text()[-3000:]}")
            time.sleep(0.02)


def call(port: int, api: int, version: int, body: bytes, timeout: float = 10) -> bytes:
    """One request with a v1 header on a connection of its own; the body after the correlation id."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as peer:
        header = struct.pack(">hhi", api, version, 1) + struct.pack(">h", 6) + b"compat"
        peer.sendall(struct.pack(">i", len(header) + len(body)) + header + body)
        return receive(peer)[4:]


def receive(peer: socket.socket) -> bytes:
    """One frame without its length."""
    size = struct.unpack(">i", receive_exactly(peer, 4))[0]
    return receive_exactly(peer, size)


def receive_exactly(peer: socket.socket, count: int) -> bytes:
    """`count` bytes, or ConnectionError where the peer closes before."""
    data = bytearray()
    while len(data) < count:
        chunk = peer.recv(min(count - len(data), 1 << 20))
        if not chunk:
            raise ConnectionError(f"closed after {len(data)} of {count} bytes")
        data += chunk
    return bytes(data)


def broker_count(port: int) -> int:
    """How many brokers Metadata v1 names; 0 while the broker is not registered yet."""
    answer = call(port, 3, 1, struct.pack(">i", 0))
    return struct.unpack(">i", answer[:4])[0]


class Kafka(Broker):
    """Apache Kafka 4.4.0: one process that is broker and controller."""

    kind = "kafka"

    def __init__(self, home=None, settings=None, heap: str = "512m"):
        super().__init__(home, settings)
        self.heap = heap
        self.controller_port = 0

    def _write_settings(self) -> pathlib.Path:
        if not self.port:
            self.port, self.controller_port = free_port(), free_port()
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": str(self.data),
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "share.coordinator.state.topic.num.partitions": "1",
            "group.initial.rebalance.delay.ms": "0",
            **self.settings,
        }
        path = self.home / "server.properties"
        path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        return path

    def _java(self, *args: str) -> list[str]:
        config = java.quiet_log4j(self.home)
        return ["java", "-cp", java.classpath(java.SERVER), f"-Dlog4j2.configurationFile={config}",
                "-Djava.awt.headless=true", *args]

    def prepare(self) -> pathlib.Path:
        """Writes the settings and formats an empty directory; the settings file."""
        settings = self._write_settings()
        if not (self.data / "meta.properties").exists():
            done = subprocess.run(self._java("kafka.tools.StorageTool", "format", "-t", KAFKA_CLUSTER_ID, "-c",
                                             str(settings)), capture_output=True, text=True, timeout=120, check=False)
            if done.returncode != 0:
                raise BrokerFailed(f"format: {done.stdout}{done.stderr}")
        return settings

    def start(self) -> None:
        settings = self.prepare()
        self._spawn(self._java(f"-Xmx{self.heap}", f"-Xms{self.heap}", "-server", "-XX:+UseG1GC", "kafka.Kafka",
                               str(settings)))
        self.wait_ready()


class Dmq(Broker):
    """The broker of this project; its ports are read from what it prints."""

    kind = "dmq"
    LISTENING = re.compile(r"^.*?\blistening (kafka \w+|rest) \S*?:(\d+)\s*$", re.M)

    def __init__(self, home=None, settings=None, binary: str | None = None):
        super().__init__(home, settings)
        self.binary = binary or os.environ.get("DMQ_BIN") or str(paths.ROOT / "target" / "release" / "dmq")

    def start(self) -> None:
        if not os.path.exists(self.binary):
            raise BrokerFailed(f"{self.binary} does not exist: run `cargo build --release`")
        settings = {"listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
                    "rest.listeners": f"http://127.0.0.1:{self.rest_port}",
                    "log.dirs": str(self.data), **self.settings}
        seen = len(self.log_text())
        self._spawn([self.binary] + [word for name, value in settings.items()
                                     for word in ("--override", f"{name}={value}")])
        deadline = time.monotonic() + 60
        while not re.search(r"^ready$", self.log_text()[seen:], re.M):
            if not self.alive() or time.monotonic() > deadline:
                raise BrokerFailed(f"dmq did not say that it is ready:\n{self.log_text()[seen:][-3000:]}")
            time.sleep(0.005)
        for what, port in self.LISTENING.findall(self.log_text()[seen:]):
            if what.startswith("kafka"):
                self.port = int(port)
            else:
                self.rest_port = int(port)
        self.wait_ready()


def make(kind: str, **options) -> Broker:
    """The broker of this kind: `dmq`, `kafka`, or the path of a dmq binary."""
    if kind == "kafka":
        return Kafka(**options)
    if kind == "dmq":
        return Dmq(**options)
    return Dmq(binary=kind, **options)
