"""The jobs of ../README.md with confluent-kafka (librdkafka)."""
import rules
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

CONF: dict = {}
STATE: dict = {}


def connect(job):
    STATE["t0"] = int(job["t0"])
    CONF["bootstrap.servers"] = job["bootstrap"]


def create(job):
    admin = AdminClient(CONF)  # the future ends unanswered if its client is gone
    admin.create_topics([NewTopic(job["topic"], int(job["partitions"]), 1)])[job["topic"]].result()


def produce(job):
    failures, sent = [], [0]

    def delivered(error, _):
        if error is None:
            sent[0] += 1
        else:
            failures.append(str(error))

    idempotent = job["idempotent"] == "true"
    producer = Producer({**CONF, "compression.type": job["codec"], "acks": job["acks"], "linger.ms": 5,
                         "enable.idempotence": idempotent, "message.max.bytes": 1048576, "batch.size": 131072,
                         "queue.buffering.max.kbytes": 65536,
                         **({} if idempotent else {"max.in.flight.requests.per.connection": 1})})
    for partition, timestamp, key, value, headers in rules.records(job["file"], job["nullheader"] == "true", STATE["t0"]):
        while True:
            try:
                producer.produce(job["topic"], partition=partition, timestamp=timestamp, key=key, value=value,
                                 headers=headers, on_delivery=delivered)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    if producer.flush(120) > 0:
        failures.append("records left after 120 s")
    if failures:
        raise RuntimeError(failures[0])
    return {"sent": sent[0]}


def consumer():
    return Consumer({**CONF, "group.id": "unused", "enable.auto.commit": False, "auto.offset.reset": "error"})


def consume(job):
    sums = rules.Sums(job["counts"])
    reader = consumer()
    reader.assign([TopicPartition(job["topic"], p, 0) for p, count in enumerate(sums.left) if count])
    silent = 0
    while sums.missing and silent < 30:
        batch = reader.consume(2000, 1)
        silent = 0 if batch else silent + 1
        for record in batch:
            if record.error():
                raise RuntimeError(str(record.error()))
            sums.add(record.partition(), record.offset(), record.timestamp()[1], record.key(), record.value(),
                     record.headers() or [])
    reader.close()
    if sums.missing:
        raise RuntimeError(f"{sums.missing} records missing")
    return {"sums": sums.hex()}


def lookup(job):
    reader = consumer()
    found = reader.offsets_for_times([TopicPartition(job["topic"], int(job["partition"]), int(job["time"]))], 20)[0]
    reader.close()
    return {"offset": found.offset if found.offset >= 0 else -1}


def ends(job):
    reader = consumer()
    out = [reader.get_watermark_offsets(TopicPartition(job["topic"], p), 20)[1] for p in range(int(job["partitions"]))]
    reader.close()
    return {"ends": out}


rules.serve({"connect": connect, "create": create, "produce": produce, "consume": consume, "lookup": lookup,
             "ends": ends})
