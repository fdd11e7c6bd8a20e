"""The differences that are meant, each with its name and its reason. Everything else is a fault.

`docs/differences.md` is this list in prose; a difference that a long run never shows any more is taken out.
"""
import dataclasses
import re
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Difference:
    """Where two answers may differ: the path in the answer, and what must hold of Kafka's and DMQ's values."""

    name: str
    path: str
    holds: Callable[[object, object, object], bool]
    reason: str


NAMED: list[Difference] = []


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
