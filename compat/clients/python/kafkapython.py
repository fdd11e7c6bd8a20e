"""The jobs of ../README.md with kafka-python."""
import rules
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

CONF: dict = {}
STATE: dict = {}


def connect(job):
    STATE["t0"] = int(job["t0"])
    CONF["bootstrap_servers"] = job["bootstrap"]


def create(job):
    admin = KafkaAdminClient(**CONF)
    admin.create_topics([NewTopic(job["topic"], int(job["partitions"]), 1)])
    admin.close()


def produce(job):
    acks = "all" if job["acks"] == "all" else int(job["acks"])
    codec = None if job["codec"] == "none" else job["codec"]
    producer = KafkaProducer(**CONF, compression_type=codec, acks=acks, linger_ms=5, batch_size=131072,
                             enable_idempotence=job["idempotent"] == "true", max_request_size=1048576 + 4096,
                             **({} if job["idempotent"] == "true" else {"max_in_flight_requests_per_connection": 1}))
    futures = [producer.send(job["topic"], value, key=key, headers=headers, partition=partition, timestamp_ms=timestamp)
               for partition, timestamp, key, value, headers in rules.records(job["file"], job["nullheader"] == "true", STATE["t0"])]
    producer.flush(120)
    for future in futures:
        future.get(30)
    producer.close()
    return {"sent": len(futures)}


def consume(job):
    sums = rules.Sums(job["counts"])
    reader = KafkaConsumer(**CONF, enable_auto_commit=False, group_id=None, fetch_max_bytes=16 << 20)
    partitions = [TopicPartition(job["topic"], p) for p, count in enumerate(sums.left) if count]
    reader.assign(partitions)
    for partition in partitions:
        reader.seek(partition, 0)
    silent = 0
    while sums.missing and silent < 30:
        batch = reader.poll(1000, max_records=5000)
        silent = 0 if batch else silent + 1
        for partition, found in batch.items():
            for record in found:
                sums.add(partition.partition, record.offset, record.timestamp, record.key, record.value,
                         record.headers or [])
    reader.close()
    if sums.missing:
        raise RuntimeError(f"{sums.missing} records missing")
    return {"sums": sums.hex()}


def lookup(job):
    reader = KafkaConsumer(**CONF)
    partition = TopicPartition(job["topic"], int(job["partition"]))
    found = reader.offsets_for_times({partition: int(job["time"])})[partition]
    reader.close()
    return {"offset": -1 if found is None or found.offset is None else found.offset}


def ends(job):
    reader = KafkaConsumer(**CONF)
    partitions = [TopicPartition(job["topic"], p) for p in range(int(job["partitions"]))]
    found = reader.end_offsets(partitions)
    reader.close()
    return {"ends": [found[partition] for partition in partitions]}


rules.serve({"connect": connect, "create": create, "produce": produce, "consume": consume, "lookup": lookup,
             "ends": ends})
