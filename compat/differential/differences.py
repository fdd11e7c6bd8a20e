"""The differences that are meant, each with its name and its reason. Everything else is a fault.

`docs/differences.md` is made from this list; a difference that a long run never shows any more is taken out.
"""
import dataclasses
import re
from collections.abc import Callable

from . import settings
from .draw import same_entry
from .model import Lazy


@dataclasses.dataclass(frozen=True)
class Difference:
    """Where two answers may differ: the path in the answer, and what must hold of Kafka's and DMQ's values."""

    name: str
    path: str
    holds: Callable[[object, object, object], bool]
    reason: str


def _has(body, name: str, value) -> bool:
    """Whether a field of this name has this value somewhere in the request."""
    if isinstance(body, dict):
        return any((key == name and item == value) or _has(item, name, value) for key, item in body.items())
    return isinstance(body, list) and any(_has(item, name, value) for item in body)


def _has_records(body, *labels: str) -> bool:
    """Whether a partition of the request has records of one of these kinds."""
    if isinstance(body, dict):
        return any(_has_records(value, *labels) for value in body.values())
    if isinstance(body, list):
        return any(_has_records(value, *labels) for value in body)
    return isinstance(body, Lazy) and body.label.startswith(labels)


def _settings_of_one(body: dict) -> int:
    """The most settings that the request has for one resource."""
    return max((len(one.get("Configs") or []) for one in body.get("Topics") or body.get("Resources") or []), default=0)


def _of_the_broker(found) -> bool:
    """Whether all settings that differ in this answer are those that the two brokers are started with."""
    def settings_of(answer):
        return {(one["ResourceName"], line["Name"]): line for one in answer["Results"] for line in one["Configs"]
                if one["ResourceType"] == 4}
    kafka, dmq = map(settings_of, found.answers)
    differing = {key[1] for key in kafka if key in dmq and {**kafka[key], "Documentation": None} != {
        **dmq[key], "Documentation": None}}
    return all(settings.STARTED.search(name) for name in differing)


def _answer(found, name: str):
    """A field of Kafka's answer."""
    return found.answers[0].get(name) if found.answers and isinstance(found.answers[0], dict) else None


def repeated(body) -> bool:
    """Whether an array of the request has an entry twice."""
    if isinstance(body, dict):
        return any(repeated(value) for value in body.values())
    if isinstance(body, list):
        return any(same_entry(one, other) for at, one in enumerate(body) for other in body[:at]) or any(map(repeated, body))
    return False


NAMED: list[Difference] = [
    Difference(
        "a produce error's text", r"Produce\.Responses\[\]\.PartitionResponses\[\]\.ErrorMessage",
        lambda kafka, dmq, _: isinstance(dmq, str),
        "DMQ says in its own words why a batch was refused; Kafka mostly leaves the text out."),
    Difference(
        "a refused record's text", r"Produce\..*\.BatchIndexErrorMessage",
        lambda kafka, dmq, _: isinstance(kafka, str) and isinstance(dmq, str),
        "The index is the same, the words are DMQ's own."),
    Difference(
        "null records", r"Produce", lambda kafka, dmq, found: kafka == "<silence>" and _has(found.step.body, "Records", None),
        "Kafka never answers a produce request whose records are null; DMQ answers INVALID_RECORD."),
    Difference(
        "no aborted transactions beside an error", r"Fetch\.Responses\[\]\.Partitions\[\]\.AbortedTransactions",
        lambda kafka, dmq, _: {repr(kafka), repr(dmq)} == {"None", "[]"},
        "Null and empty mean the same to every client, and Kafka is not of one mind."),
    Difference(
        "a batch that is none fails alone", r"Produce\..*",
        lambda kafka, dmq, found: _has_records(found.step.body, "magic", "length", "one byte", "a header cut", "a batch cut"),
        "Kafka looks into every batch of a request for transactions first; one whose length or format is wrong makes it refuse "
        "the whole request (with an unknown server error for some lengths). DMQ refuses that partition."),
    Difference(
        "records that cannot be decompressed", r"Produce\..*",
        lambda kafka, dmq, found: kafka == -1 and _has_records(found.step.body, "codec", "gzip that is none"),
        "Kafka stumbles and answers UNKNOWN_SERVER_ERROR; there are codes that say what is wrong."),
    Difference(
        "bytes after a batch", r"Produce\..*",
        lambda kafka, dmq, found: _has_records(found.step.body, "a batch and garbage"),
        "Kafka cuts off what follows a batch and is no batch; DMQ refuses it, for it is not what the producer meant."),
    Difference(
        "a producer id without an epoch", r"Produce\..*",
        lambda kafka, dmq, found: _has_records(found.step.body, "producer id without") or _has_records(
            found.step.body, "batch of 1 by", "batch of 2 by", "batch of 3 by") and "epoch -1 " in str(found.step.body),
        "Kafka takes a producer's first batch with the epoch -1, which no producer has; DMQ refuses it."),
    Difference(
        "records that are numbered wrongly", r"Produce(\..*)?",
        lambda kafka, dmq, found: _has_records(found.step.body, "offset deltas"),
        "Kafka takes an uncompressed batch whose records do not count from 0 and stores it as it is, so that consumers see "
        "offsets that are not the log's; DMQ refuses it."),
    Difference(
        "a session id that cannot be", r"Fetch\..*",
        lambda kafka, dmq, found: found.step.body.get("SessionId") in (-1, 2**31 - 1) and _answer(found, "ErrorCode") == -1,
        "Kafka gives out only positive ids below the largest; for others it fails with an unknown server error, where DMQ "
        "says that there is no such session."),
    Difference(
        "which record is cut short", r"Produce\..*\.RecordErrors\[\]",
        lambda kafka, dmq, found: kafka == "<absent>",
        "DMQ names the record at fault where Kafka only refuses the batch."),
    Difference(
        "a topic made on the way", r"Metadata( after Metadata)?\..*",
        lambda kafka, dmq, found: found.step.body.get("AllowAutoTopicCreation", True) and kafka in (3, 5, 17),
        "Kafka answers that the topic is unknown until its controller has made it; DMQ waits for that."),
    Difference(
        "which of several wrong settings is told", r"(CreateTopics|AlterConfigs|IncrementalAlterConfigs)\..*\.ErrorMessage",
        lambda kafka, dmq, found: isinstance(kafka, str) and isinstance(dmq, str) and _settings_of_one(found.step.body) > 1,
        "Where several settings of a resource are wrong Kafka tells of the one that its hash map gives it first, DMQ of the "
        "first one in the request."),
    Difference(
        "an operation on a setting that is none", r"IncrementalAlterConfigs\..*\.(ErrorCode|ErrorMessage)",
        lambda kafka, dmq, found: any(one["ConfigOperation"] not in range(4) for resource in found.step.body["Resources"]
                                      for one in resource["Configs"] or []),
        "Kafka fails the whole request with an unknown server error, and stumbles otherwise elsewhere; DMQ refuses that resource."),
    Difference(
        "which of several wrong features is told", r"UpdateFeatures\.ErrorMessage",
        lambda kafka, dmq, found: isinstance(kafka, str) and isinstance(dmq, str) and len(found.step.body["FeatureUpdates"]) > 1,
        "Kafka tells of the one that its hash map gives it first, DMQ of the first one in the request."),
    Difference(
        "the order within an entity's text", r"AlterClientQuotas\..*\.ErrorMessage",
        lambda kafka, dmq, found: isinstance(kafka, str) and isinstance(dmq, str) and sorted(kafka) == sorted(dmq),
        "Kafka writes an entity's types in the order of a hash map."),
    Difference(
        "other loggers", r"DescribeConfigs\.Results\[\]\.(Configs.*|ErrorMessage|ErrorCode)",
        lambda kafka, dmq, found: any(one["ResourceType"] == 8 for one in found.step.body["Resources"])
        and any(text in f"{kafka}{dmq}" for text in ("INFO", "WARN", "oggers", "ogger")),
        "The loggers of a broker are its own: DMQ's modules, not Kafka's classes."),
    Difference(
        "a setting's documentation", r"DescribeConfigs\..*\.Documentation",
        lambda kafka, dmq, found: bool(kafka) == bool(dmq),
        "The same settings, described in DMQ's own words."),
    Difference(
        "DMQ's own settings", r"DescribeConfigs\.Results\[\]\.Configs\[\]",
        lambda kafka, dmq, found: kafka == "<absent>" and dmq["Name"] not in settings.NAMES,
        "Settings that Kafka has not are listed with the others."),
    Difference(
        "settings of this test's brokers", r"DescribeConfigs\.Results\[\]\.Configs\[\].*",
        lambda kafka, dmq, found: any(one["ResourceType"] == 4 for one in found.step.body["Resources"]) and _of_the_broker(found),
        "Listeners, directories and the quorum are given to the two brokers in different words; the settings they are named in "
        "are the same."),
    Difference(
        "no controller listener", r"DescribeQuorum\.Nodes\[\]\.Listeners(\[\])?",
        lambda kafka, dmq, found: dmq in ("<absent>", []),
        "DMQ is its own controller, in the same process, and has no listener for controllers."),
    Difference(
        "unknown ids in a session", r"Fetch\..*",
        lambda kafka, dmq, found: found.step.version >= 13 and _answer(found, "ErrorCode") == -1,
        "Kafka stumbles over topic ids that it does not know, in a request that opens a session or forgets topics, and fails the "
        "request; DMQ answers each topic."),
    Difference(
        "a limit below zero", r"Fetch\..*",
        lambda kafka, dmq, found: _has(found.step.body, "PartitionMaxBytes", -1) or found.step.body["MaxBytes"] < 0,
        "Kafka fails with an unknown server error where it has records to read within such a limit; to DMQ it is a limit of 0."),
    Difference(
        "LogAppendTime set by the producer", r"Produce(\..*)?",
        lambda kafka, dmq, found: _has_records(found.step.body, "LogAppendTime set"),
        "Kafka refuses it only where the topic stamps records itself, and elsewhere takes the bit away; DMQ refuses it always."),
    Difference(
        "the time of a repeated batch", r"Produce\..*\.LogAppendTimeMs",
        lambda kafka, dmq, found: isinstance(kafka, int) and dmq == -1,
        "Kafka gives a repeated batch's largest timestamp as append time though the broker did not set it."),
    Difference(
        "an entry twice in a request", r"(Produce|Fetch|ListOffsets|OffsetForLeaderEpoch|DeleteRecords)(\..*)?",
        lambda kafka, dmq, found: repeated(found.step.body),
        "Kafka answers one of two entries for the same partition, whichever its map keeps; DMQ does and answers both."),
]


def named(found) -> str | None:
    """The name of the meant difference that this is."""
    for one in NAMED:
        if re.fullmatch(one.path, found.path) and one.holds(found.kafka, found.dmq, found):
            return one.name
    return None


def shared(api: str, kafka, dmq):
    """Both answers without what depends on how many APIs and features there are."""
    if api == "ApiVersions" and isinstance(kafka, dict) and isinstance(dmq, dict):
        kafka = {**kafka, **{field: [one for one in kafka[field] if one[key] in _present(dmq, field, key)]
                             for field, key in (("ApiKeys", "ApiKey"), ("SupportedFeatures", "Name"),
                                                ("FinalizedFeatures", "Name")) if field in kafka}}
    return kafka, dmq


def _present(answer: dict, field: str, key: str) -> set:
    return {one[key] for one in answer.get(field, [])}


def page() -> str:
    """`docs/differences.md`."""
    lines = ["# Where DMQ answers otherwise than Apache Kafka", "",
             "The differential test (`compat/differential`) sends the same drawn requests, right and wrong ones, to DMQ and to Apache",
             "Kafka 4.4.0 and compares every field of the answers. What differs by nature (ids, ports, times) is made equal first;",
             "what differs on purpose is here, and everything else is a fault. Made by `python3 compat/differential --list`.", "",
             "| difference | API | why |", "|---|---|---|"]
    for one in NAMED:
        apis = re.match(r"\(?([\w|]+)", one.path)
        lines.append(f"| {one.name} | {apis[1].replace('|', ', ')} | {one.reason} |" if apis else f"| {one.name} | | {one.reason} |")
    return "\n".join(lines) + "\n"
