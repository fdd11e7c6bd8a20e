"""Draws request bodies from the schemas: every field has a generator, found by its path, its name, its entity or its type.

How often a value is wrong is one number, `chaos`: at 0 a request is one that a client could send, at 1 it is noise.
A generator sees what was drawn before it in the same request (`Here`), so that a partition fits its topic.
"""
import random

from harness import wire

from .model import Model, Ref

EDGES = {
    "int8": [-128, -1, 0, 1, 2, 127],
    "int16": [-32768, -1, 0, 1, 2, 32767],
    "uint16": [0, 1, 9092, 65535],
    "int32": [-2**31, -2, -1, 0, 1, 2, 2**31 - 1],
    "uint32": [0, 1, 2**32 - 1],
    "int64": [-2**63, -2, -1, 0, 1, 2, 2**63 - 1],
    "float64": [0.0, -1.0, 0.5, 1e300, float("inf"), float("nan")],
    "bool": [False, True],
}
# Nullable fields whose generators draw null themselves.
OWN_NULLS = {"Records", "TransactionalId"}
STRINGS = ["", "a", "no such", "ünï", "x" * 300, "\0", "-1"]


class Here:
    """Where a generator stands: API, version, and the values drawn so far, inmost first."""

    def __init__(self, api: str, version: int):
        self.api, self.version, self.outer = api, version, []

    def __getitem__(self, name: str):
        for level in reversed(self.outer):
            if name in level:
                return level[name]
        return None

    def has(self, name: str) -> bool:
        """Whether this name was drawn already, here or further out."""
        return any(name in level for level in self.outer)


class Draw:
    """A seeded source of values about one model."""

    def __init__(self, rng: random.Random, model: Model, chaos: float, fields: dict, counts: dict, fixes: dict):
        self.rng, self.model, self.chaos = rng, model, chaos
        self.fields, self.counts, self.fixes = fields, counts, fixes

    def wrong(self) -> bool:
        """Whether the next value should be one that hardly makes sense."""
        return self.rng.random() < self.chaos

    def pick(self, right, wrong=()):
        """One of the right values, or now and then one of the wrong ones; with no right ones a wrong one."""
        if wrong and (not right or self.wrong()):
            return self.rng.choice(list(wrong))
        return self.rng.choice(list(right))

    def chance(self, share: float) -> bool:
        """True for this share of the calls."""
        return self.rng.random() < share

    def body(self, api: str, version: int) -> dict:
        """A request body."""
        schema = wire.apis()[api]["request"]
        here = Here(api, version)
        body = self.struct(schema["fields"], schema.get("structs", {}), here, api)
        fix = self.fixes.get(api)
        return fix(self, version, body) if fix else body

    def struct(self, fields: list[dict], structs: dict, here: Here, path: str) -> dict:
        """One struct, its fields in their order."""
        body: dict = {}
        here.outer.append(body)
        for field in fields:
            if not wire.within(field["v"], here.version):
                continue
            if wire.within(field.get("tagv"), here.version) and not self.chance(0.3):
                continue
            body[field["n"]] = self.value(field, structs, here, f"{path}.{field['n']}")
        here.outer.pop()
        return body

    def value(self, field: dict, structs: dict, here: Here, path: str):
        """One field."""
        name, kind = field["n"], field["t"]
        nullable = wire.within(field.get("null"), here.version)
        composed = "fields" in field or kind.removeprefix("[]") in structs
        made = None if composed else self._generator(field, here.api, path)
        if nullable and name not in OWN_NULLS and self.chance(0.3 * self.chaos):
            return None
        if kind.startswith("[]"):
            return self._array(field, structs, here, path, nullable)
        if made is not None:
            return made(self, here)
        if kind in wire.FIXED:
            return self.rng.choice(EDGES[kind]) if self.wrong() or kind == "bool" else wire.default(field)
        if kind == "uuid":
            return wire.default(field)
        if kind == "string":
            return None if nullable and self.chance(0.5) else self.pick(["a", "b"], STRINGS)
        if kind in ("bytes", "records"):
            return self.pick([b""], [b"\0", b"abc"])
        if nullable and self.chance(0.5):
            return None
        return self.struct(field.get("fields") or structs[kind], structs, here, path)

    def _generator(self, field: dict, api: str, path: str):
        for key in (path, f"{api}.{field['n']}", field["n"], field.get("entity")):
            if key in self.fields:
                return self.fields[key]
        return None

    def _array(self, field: dict, structs: dict, here: Here, path: str, nullable: bool):
        count = self.counts.get(path, self.counts.get(field["n"], (1, 3)))
        if nullable and self.chance(0.15):
            return None
        many = self.rng.randint(*count) if not self.wrong() else self.rng.choice([0, 0, 1, count[1] + 1])
        inner = {**field, "t": field["t"][2:], "null": None}
        items = []
        for _ in range(many):
            item = self.value(inner, structs, here, path)
            if self.chance(1 - self.chaos) and any(same_entry(item, other) for other in items):
                continue
            items.append(item)
            if self.chance(0.1 * self.chaos):
                items.append(item)
        return items


def same_entry(one, other) -> bool:
    """Whether two items of an array would be one entry to a broker: equal first fields."""
    if isinstance(one, dict) and isinstance(other, dict) and one and other:
        keys = [name for name in ("Name", "Topic", "TopicName", "TopicId", "ResourceType", "ResourceName", "Index",
                                  "Partition", "PartitionIndex", "EntityType", "Path", "Feature", "Key")
                if name in one]
        keys = keys or [next(iter(one))]
        return all(one.get(name) == other.get(name) for name in keys)
    if isinstance(one, Ref) or isinstance(other, Ref):
        return one == other
    return one == other
