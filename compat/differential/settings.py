"""Names and values of settings, right and wrong, drawn from the list of Kafka's own in `tests/data/kafka-settings.tsv`."""
import re

from harness import paths

TOPIC, BROKER, LOGGER, CLIENT_METRICS, GROUP = 2, 4, 8, 16, 32
NODE = "1"

# What would stop the conversation (no connection could be made any more), or depends on the machine.
LEFT_ALONE = re.compile(
    r"listener|ssl|sasl|^max\.connection|principal|metric\.reporters|^config\.providers|^broker\.id$|num\.network\.threads"
    r"|^cordoned|remote|tiered|connections\.max|dlq|deadletter|log\.cleaner\.dedupe|num\.recovery")


def _read() -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for line in (paths.ROOT / "tests" / "data" / "kafka-settings.tsv").read_text().splitlines():
        if line.startswith("#") or not line:
            continue
        scope, name, kind, default, _importance, valid, visibility, dynamic, *_ = line.split("\t") + [""] * 4
        found.setdefault(scope, []).append({"name": name, "type": kind, "default": default, "valid": valid,
                                            "public": visibility == "public", "dynamic": dynamic})
    return found


KNOWN = _read()
# Every name that Kafka has.
NAMES = {one["name"] for scope in KNOWN.values() for one in scope}
# What each broker of the test is told in its own way when it starts.
STARTED = re.compile(r"listener|^log\.dirs?$|^process\.roles$|^controller\.quorum\.(voters|append\.linger\.ms)$|^node\.id$|^broker\.id$"
                     r"|principal|^metric\.reporters$")
TOPICS = KNOWN["topic"]
DYNAMIC = [one for one in KNOWN["broker"] if one["dynamic"] in ("per-broker", "cluster-wide")
           and not LEFT_ALONE.search(one["name"])]
FIXED = [one for one in KNOWN["broker"] if one["dynamic"] == "read-only" and not LEFT_ALONE.search(one["name"])]
METRICS = [{"name": "interval.ms", "type": "INT", "default": "300000", "valid": "", "dynamic": ""},
           {"name": "metrics", "type": "LIST", "default": "", "valid": "", "dynamic": ""},
           {"name": "match", "type": "LIST", "default": "", "valid": "", "dynamic": ""}]
GROUPS = [{"name": name, "type": "INT", "default": value, "valid": "", "dynamic": ""} for name, value in
          (("consumer.session.timeout.ms", "45000"), ("consumer.heartbeat.interval.ms", "5000"),
           ("share.session.timeout.ms", "45000"), ("streams.num.standby.replicas", "0"))]
WRONG_NAMES = ["no.such.setting", "", "retention", "Retention.MS", "internal.segment.bytes"]
WRONG_VALUES = ["", "abc", "-1", "-2", "0", "1", "99999999999999999999", "1.5", " 7 ", "true", "compact", "é"]


def of(kind: int) -> list[dict]:
    """The settings that this resource type has."""
    return {TOPIC: TOPICS, BROKER: DYNAMIC, CLIENT_METRICS: METRICS, GROUP: GROUPS}.get(kind, TOPICS)


def name(draw, kind: int) -> str:
    """A setting's name."""
    others = [one["name"] for one in FIXED] if kind == BROKER else [one["name"] for one in DYNAMIC]
    wrong = WRONG_NAMES + [draw.rng.choice(others)]
    return draw.pick([one["name"] for one in of(kind)], wrong)


def value(draw, kind: int, named: str) -> str:
    """A value for this setting: in its range mostly."""
    known = next((one for one in of(kind) if one["name"] == named), None)
    if known is None or draw.wrong():
        return draw.rng.choice(WRONG_VALUES + ([_edge(draw, known)] if known else []))
    return _right(draw, known)


def _edge(draw, known: dict) -> str:
    bounds = re.match(r"\[(-?\d+),\.\.\.,?(-?\d+)?\]", known["valid"])
    if not bounds:
        return known["default"]
    low, high = int(bounds[1]), int(bounds[2]) if bounds[2] else None
    return str(draw.rng.choice([low, low - 1] + ([high, high + 1] if high is not None else [2**31 - 1, 2**31, 2**63])))


SPECIAL = {
    "cleanup.policy": ["delete", "delete", "compact", "compact,delete", "delete,compact", "none", "delete,delete"],
    "log.cleanup.policy": ["delete", "compact", "compact,delete"],
    "compression.type": ["producer", "producer", "uncompressed", "gzip"],
    "message.timestamp.type": ["CreateTime", "LogAppendTime"],
    "log.message.timestamp.type": ["CreateTime", "CreateTime"],
    "min.insync.replicas": ["1", "1", "1", "2"],
    "max.message.bytes": ["1048588", "2000", "100", "0"],
    "message.max.bytes": ["1048588", "2000000"],
    "retention.ms": ["-1", "604800000", "86400000000"],
    "log.retention.ms": ["-1", "86400000000"],
    "retention.bytes": ["-1", "1000000"],
    "segment.bytes": ["1048576", "1073741824"],
    "leader.replication.throttled.replicas": ["*", "", "0:1", "0:1,1:1"],
    "follower.replication.throttled.replicas": ["*", "", "0:1"],
    "metrics": ["", "org.apache.kafka.producer.", "*", "org.apache.kafka.consumer.,org.apache.kafka.producer."],
    "match": ["", "client_id=b.*", "client_software_name=apache-kafka-java", "no_such=1", "client_id=[", "a"],
    "interval.ms": ["100", "1000", "300000", "3600000"],
    "log.cleaner.threads": ["1", "2"],
    "num.io.threads": ["8", "7", "9"],
    "background.threads": ["10", "9"],
    "num.replica.fetchers": ["1", "2"],
    "log.cleaner.io.buffer.size": ["524288", "600000"],
    "log.cleaner.backoff.ms": ["3600000"],
    "log.segment.bytes": ["1073741824", "1048576"],
}


def _right(draw, known: dict) -> str:
    if known["name"] in SPECIAL:
        return draw.rng.choice(SPECIAL[known["name"]])
    if known["type"] == "BOOLEAN":
        return draw.rng.choice(["true", "false", "TRUE"])
    if known["type"] in ("INT", "LONG"):
        default = known["default"] if known["default"] not in ("null", "", "<required>") else "1000"
        bounds = re.match(r"\[(-?\d+),\.\.\.,?(-?\d+)?\]", known["valid"])
        low = int(bounds[1]) if bounds else 1
        high = int(bounds[2]) if bounds and bounds[2] else 2**31 - 1
        return draw.rng.choice([default, str(max(low, min(high, int(default) - 1)))])
    if known["type"] == "DOUBLE":
        return draw.rng.choice([known["default"], "0.25", "1"])
    return known["default"]
