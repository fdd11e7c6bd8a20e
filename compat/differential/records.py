"""Record batches for Produce requests: right ones with and without producer ids, and wrong ones of every kind."""
import gzip

from harness import batches

from .model import Lazy, Producer

TIME = 1_700_000_000_000
FAR = 9_000_000_000_000


def _records(draw, count: int) -> list[bytes]:
    return [batches.record(i, draw.pick([b"key", None, b"k%d" % i]), draw.pick([b"value", None, b"", b"v" * 200]),
                           draw.pick([(), ((b"h", b"v"), (b"n", None))]), timestamp_delta=i) for i in range(count)]


def _batch(draw, records: list[bytes], **fields) -> bytes:
    fields = {"timestamp": TIME, "max_timestamp": TIME + len(records) - 1, **fields}
    if draw.chance(0.15):
        fields = {**fields, "payload": gzip.compress(b"".join(records), mtime=0), "attributes": 1}
    return batches.batch(records, **fields)


def plain(draw) -> Lazy:
    """One batch of a few records without a producer."""
    count = draw.rng.randint(1, 4)
    data = _batch(draw, _records(draw, count))
    return Lazy(f"batch of {count}", lambda _side: data, {"count": count})


def idempotent(draw, topic, partition: int) -> Lazy:
    """One batch of a producer: its next one mostly, else a repeated, early, late or fenced one."""
    producer: Producer = draw.rng.choice(draw.model.producers)
    following = producer.sequences.get((topic.generation, partition), 0)
    count = draw.rng.randint(1, 3)
    sequence = draw.pick([following], [0, max(0, following - 1), following + 1, following + 100, -1, 2**31 - 1])
    epoch = draw.pick([producer.epoch], [producer.epoch - 1, producer.epoch + 1, -1, 32767])
    records = _records(draw, count)

    def build(side):
        return batches.batch(records, timestamp=TIME, max_timestamp=TIME + count - 1,
                             producer=(side.resolve(producer.ref), epoch, sequence))
    facts = {"count": count}
    if sequence == following and epoch == producer.epoch:
        facts.update(producer=producer, next=following + count)
    return Lazy(f"batch of {count} by {producer.ref} epoch {epoch} sequence {sequence}", build, facts)


def _wrong(draw) -> list[tuple[str, bytes]]:
    records = _records(draw, 2)
    good = batches.batch(records, timestamp=TIME, max_timestamp=TIME + 1)

    def made(**fields):
        return batches.batch(records, **{"timestamp": TIME, "max_timestamp": TIME + 1, **fields})
    return [
        ("no bytes", b""),
        ("one byte", b"\0"),
        ("a header cut short", good[:40]),
        ("a batch cut short", good[:-3]),
        ("two batches", good + good),
        ("a batch and garbage", good + b"\1\2\3"),
        ("a wrong CRC", made(crc=1)),
        ("magic 0", made(magic=0)),
        ("magic 1", made(magic=1)),
        ("magic 3", made(magic=3)),
        ("magic -1", made(magic=-1)),
        ("length 0", made(length=0)),
        ("length -1", made(length=-1)),
        ("length 49", made(length=49)),
        ("length beyond", made(length=len(good))),
        ("length 2^31-1", made(length=2**31 - 1)),
        ("count 3 of 2", made(count=3)),
        ("count 1 of 2", made(count=1)),
        ("count 0", made(count=0)),
        ("count -1", made(count=-1)),
        ("last delta 5", made(last_delta=5)),
        ("last delta 0", made(last_delta=0)),
        ("last delta -1", made(last_delta=-1)),
        ("base offset 7", made(base_offset=7)),
        ("base offset -1", made(base_offset=-1)),
        ("leader epoch 99", made(leader_epoch=99)),
        ("a control batch", made(attributes=0x20)),
        ("a transactional batch without producer", made(attributes=0x10)),
        ("LogAppendTime set", made(attributes=0x08)),
        ("unused attribute bits", made(attributes=0x80)),
        ("codec 5", made(attributes=5)),
        ("codec 7", made(attributes=7)),
        ("gzip that is none", made(attributes=1)),
        ("producer id without epoch", made(producer=(5, -1, -1))),
        ("producer id without sequence", made(producer=(5, 0, -1))),
        ("an unknown producer", made(producer=(2**40, 0, 0))),
        ("an unknown producer in its middle", made(producer=(2**40, 0, 5))),
        ("an unknown producer, another epoch", made(producer=(2**40 + 1, 3, 0))),
        ("max timestamp wrong", made(max_timestamp=TIME + 1000)),
        ("max timestamp -1", made(max_timestamp=-1)),
        ("timestamps -1", made(timestamp=-1, max_timestamp=-1)),
        ("timestamps in the future", made(timestamp=FAR, max_timestamp=FAR + 1)),
        ("timestamps of 1970", made(timestamp=0, max_timestamp=1)),
        ("offset deltas twice", batches.batch([records[0], records[0]], timestamp=TIME)),
        ("offset deltas from 1", batches.batch([batches.record(1, None, b"a"), batches.record(2, None, b"b")],
                                               timestamp=TIME, last_delta=1)),
        ("a record of negative length", batches.batch([batches.varint(-1)], timestamp=TIME)),
        ("a record longer than its batch", batches.batch([batches.varint(100) + b"\0" * 5], timestamp=TIME)),
        ("a record with bytes left over", batches.batch([batches.varint(20) + b"\0\0\0\1\1\0" + b"\0" * 14],
                                                        timestamp=TIME)),
        ("a null header name", batches.batch([batches.record(0, None, b"a", ((None, b"v"),))], timestamp=TIME)),
        ("a large record", batches.batch([batches.record(0, None, b"z" * 3000)], timestamp=TIME)),
        ("too large a record", batches.batch([batches.record(0, None, b"z" * 1_100_000)], timestamp=TIME)
         if draw.chance(0.1) else good),
        ("a gzip batch that lies about its count", batches.gzipped(records, timestamp=TIME, count=5)),
        ("a gzip batch with a null key", batches.gzipped([batches.record(0, None, b"x")], timestamp=TIME)),
    ]


def wrong(draw) -> Lazy:
    """A batch that some rule forbids, or that stands at the edge of one."""
    label, data = draw.rng.choice(_wrong(draw))
    return Lazy(label, lambda _side: data, {"count": 2})


def for_produce(draw, here):
    """The records of a produced partition."""
    topic = draw.model.find(here["TopicId"] if here.version >= 13 else here["Name"])
    partition = here["Index"]
    if draw.chance(0.002):
        return None
    if draw.wrong() or draw.chance(0.15):
        return wrong(draw)
    if topic is not None and draw.model.producers and draw.chance(0.4):
        return idempotent(draw, topic, partition)
    return plain(draw)
