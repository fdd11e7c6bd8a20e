"""Record batches that are wrong. Kafka's codes: 2 CORRUPT_MESSAGE, 10 too large, 32 timestamp, 43 format, 45 out of
order, 47 old epoch, 76 codec, 87 INVALID_RECORD. `kafka=` are the codes of Kafka 4.4 where it says less."""
import gzip
import time

from harness import batches
from harness.clients import JobFailed

from .attacks import Target, case

NOW = int(time.time() * 1000)


def _refused(what: str, codes: tuple[int, ...], make, kafka: tuple[int, ...] = ()) -> None:
    def run(target: Target) -> None:
        if target.broker.kind != "kafka" or not kafka:
            target.refused(make(), *codes)
        elif target.produce(make())["ErrorCode"] not in kafka:
            raise JobFailed(f"Kafka no longer answers one of {kafka}")
    case(f"batch: {what}")(run)


def _simple(**fields) -> bytes:
    return batches.simple(b"a", b"b", timestamp=NOW, **fields)


def _payload(data: bytes, codec: int, count: int = 1) -> bytes:
    return batches.batch([], payload=data, attributes=codec, count=count, timestamp=NOW)


_refused("wrong CRC", (2,), lambda: _simple(crc=1))
_refused("one bit flipped in a record", (2,), lambda: _simple()[:-3] + bytes([_simple()[-3] ^ 1]) + _simple()[-2:])
_refused("length shorter than the header", (2,), lambda: _simple(length=10))
_refused("length longer than what was sent", (2, 87), lambda: _simple(length=100_000))
_refused("length negative", (2,), lambda: _simple(length=-1))
_refused("magic 3", (2, 43, 87), lambda: _simple(magic=3))
_refused("magic 1 in a version that takes only magic 2", (2, 43, 87), lambda: _simple(magic=1))
_refused("count larger than the records", (2, 87), lambda: _simple(count=3, last_delta=2))
_refused("count smaller than the records", (2, 87), lambda: _simple(count=1, last_delta=0))
_refused("count 0 with records", (2, 87), lambda: _simple(count=0, last_delta=-1))
_refused("count negative", (2, 87), lambda: _simple(count=-5, last_delta=-6))
_refused("count 2147483647", (2, 87), lambda: _simple(count=2**31 - 1, last_delta=2**31 - 2))
_refused("last offset delta against the count", (2, 87), lambda: _simple(last_delta=5))
_refused("last offset delta negative", (2, 87), lambda: _simple(last_delta=-1))
_refused("offset deltas that do not count up", (2, 87), lambda: batches.batch(
    [batches.record(0, None, b"a"), batches.record(5, None, b"b")], timestamp=NOW), kafka=(0,))
_refused("a timestamp two hours ahead", (32,), lambda: batches.simple(b"x", timestamp=NOW + 7_200_000))
_refused("a batch cut in the middle", (2, 87), lambda: _simple()[:40])
_refused("twelve bytes", (2, 87), lambda: bytes(12))
_refused("garbage behind a good batch", (2, 87), lambda: _simple() + b"garbage!", kafka=(0,))
_refused("two batches in one partition", (87,), lambda: _simple() + _simple())
_refused("no batch at all", (87, 2), lambda: b"")
_refused("codec 5", (76, 87, 2), lambda: _simple(attributes=5), kafka=(-1,))
_refused("codec 7", (76, 87, 2), lambda: _simple(attributes=7), kafka=(-1,))
_refused("a control batch from a client", (87,), lambda: _simple(attributes=0x20))
_refused("gzip that is no gzip", (2, 87), lambda: _payload(b"this is no gzip", 1), kafka=(2, 87, -1))
_refused("gzip that stops in the middle", (2, 87), lambda: _payload(gzip.compress(
    batches.record(0, None, b"x" * 5000))[:-20], 1), kafka=(2, 87, -1))
_refused("snappy that claims 2 GB", (2, 87), lambda: _payload(b"\xff\xff\xff\xff\x07" + bytes(20), 2),
         kafka=(2, 87, -1))
_refused("lz4 that is no frame", (2, 87), lambda: _payload(b"\x04\x22\x4d\x18" + b"\xff" * 30, 3),
         kafka=(2, 87, -1))
_refused("zstd that is no frame", (2, 87), lambda: _payload(b"\x28\xb5\x2f\xfd" + b"\xff" * 30, 4),
         kafka=(2, 87, -1))
_refused("a record longer than the batch", (2, 87), lambda: batches.batch(
    [batches.varint(100_000) + b"\0\0\0\x01\x01\0"], timestamp=NOW, count=1))
_refused("a record of negative length", (2, 87), lambda: batches.batch([batches.varint(-9) + bytes(20)], timestamp=NOW,
                                                                     count=1))
_refused("a key longer than its record", (2, 87), lambda: batches.batch(
    [batches.varint(8) + b"\0\0\0" + batches.varint(5000) + b"abc"], timestamp=NOW, count=1))
_refused("a varint that never ends", (2, 87), lambda: batches.batch([b"\xff" * 20], timestamp=NOW, count=1),
         kafka=(-1,))
_refused("a million headers in a record of 20 bytes", (2, 87), lambda: batches.batch(
    [batches.varint(10) + b"\0\0\0\x01\x01" + batches.varint(1_000_000) + bytes(4)], timestamp=NOW, count=1))
_refused("larger than max.message.bytes", (10,), lambda: batches.batch(
    [batches.record(0, None, bytes(1_100_000))], timestamp=NOW, crc=None))


@case("batch: a gzip bomb of 300 MB in 300 KB: refused or taken, never inflated into memory")
def bomb(target: Target) -> None:
    """Kafka stores it: it inflates record by record. Ours may refuse it by its own bound."""
    answer = target.produce(batches.bomb(300_000_000, timestamp=NOW))
    if answer["ErrorCode"] not in (0, 2, 10, 87):
        raise JobFailed(f"error {answer['ErrorCode']}")


@case("batch: null records are refused", kafka="never answers")
def null_records(target: Target) -> None:
    """The field may be null on the wire; a produce of nothing is wrong all the same."""
    target.refused(None, 2, 42, 87)


def _producer(target: Target) -> int:
    with target.connect() as peer:
        for _ in range(100):
            answer = peer.call("InitProducerId", 4, {"TransactionalId": None, "TransactionTimeoutMs": 1000})
            if answer["ErrorCode"] == 0:
                return answer["ProducerId"]
            time.sleep(0.1)
    raise JobFailed(f"InitProducerId: error {answer['ErrorCode']}")


@case("sequences: a retry gets its first offset, a gap 45, a new epoch starts at 0, an old epoch 47")
def sequences(target: Target) -> None:
    """The idempotent producer's whole contract, by hand."""
    pid = _producer(target)

    def send(epoch: int, sequence: int) -> dict:
        return target.produce(batches.simple(b"1", b"2", timestamp=NOW, producer=(pid, epoch, sequence)))

    first = send(0, 0)
    second = send(0, 2)
    steps = [("first", first["ErrorCode"], 0), ("second", second["ErrorCode"], 0),
             ("retry of the first", send(0, 0)["BaseOffset"], first["BaseOffset"]),
             ("retry of the second", send(0, 2)["BaseOffset"], second["BaseOffset"]),
             ("gap", send(0, 9)["ErrorCode"], 45), ("overlap", send(0, 3)["ErrorCode"], 45),
             ("new epoch, sequence 7", send(1, 7)["ErrorCode"], 45), ("new epoch", send(1, 0)["ErrorCode"], 0),
             ("old epoch", send(0, 4)["ErrorCode"], 47)]
    for _ in range(6):
        last = send(1, 2 + 2 * _)
    steps.append(("a duplicate older than the five that are kept", send(1, 0)["ErrorCode"], 45))
    steps.append(("the newest again", send(1, 12)["BaseOffset"], last["BaseOffset"]))
    for what, got, want in steps:
        if got != want:
            raise JobFailed(f"{what}: {got}, expected {want}")


@case("sequences: an unknown producer may begin anywhere; a sequence wraps at 2147483647")
def wrap(target: Target) -> None:
    """Kafka takes the first batch of a producer it does not know, whatever its sequence."""
    pid = _producer(target)
    for sequence, want in ((2**31 - 2, 0), (0, 0), (2, 0), (5, 45)):
        code = target.produce(batches.simple(b"1", b"2", timestamp=NOW, producer=(pid, 0, sequence)))["ErrorCode"]
        if code != want:
            raise JobFailed(f"sequence {sequence}: error {code}, expected {want}")


@case("one wrong partition among good ones: the good ones are stored")
def mixed(target: Target) -> None:
    """An error is a partition's, not the request's."""
    good = batches.simple(b"good", timestamp=NOW)
    with target.connect() as peer:
        before = target.log_end()
        answer = peer.call("Produce", 9, {"Acks": -1, "TimeoutMs": 5000, "TopicData": [{"Name": "hostile", "PartitionData": [
            {"Index": 0, "Records": good}, {"Index": 9, "Records": good}]}]})
        codes = {entry["Index"]: entry["ErrorCode"] for entry in answer["Responses"][0]["PartitionResponses"]}
        if codes != {0: 0, 9: 3} or target.log_end() != before + 1:
            raise JobFailed(f"answered {codes}")
