"""What would break whoever reads, or whoever writes, by a published schema when it is replaced by another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def breaks_readers(published: Schema, present: Schema) -> list[str]:
    """What a consumer that was written by the published schema may stumble over in what is written now."""
    return list(_Comparison(published, present, reading=True).compare(published, present, "$"))


def breaks_writers(published: Schema, present: Schema) -> list[str]:
    """What a sender that was written by the published schema may send that is refused now."""
    return list(_Comparison(published, present, reading=False).compare(published, present, "$"))


class _Comparison:
    """One walk along both schemas. References lead into each one's own definitions, and are followed once."""

    def __init__(self, published: Schema, present: Schema, *, reading: bool) -> None:
        self._roots = (published, present)
        self._reading = reading
        self._seen: set[tuple[str, str]] = set()

    def compare(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        if "$ref" in old or "$ref" in new:
            names = (old.get("$ref", ""), new.get("$ref", ""))
            if names in self._seen:
                return
            self._seen.add(names)
            old, new = _resolved(old, self._roots[0]), _resolved(new, self._roots[1])
        if "anyOf" in old or "anyOf" in new:
            yield from self._alternatives(old.get("anyOf", [old]), new.get("anyOf", [new]), at)
            return
        yield from self._values(old, new, at)
        yield from self._members(old, new, at)
        if "items" in old or "prefixItems" in old:
            yield from self.compare(old.get("items") or {}, new.get("items") or {}, f"{at}[]")

    def _alternatives(self, old: list[Schema], new: list[Schema], at: str) -> Iterator[str]:
        """Each alternative that may come now must have been there; for a writer, each of then must still do."""
        told, known = (new, old) if self._reading else (old, new)
        for each in told:
            found = [other for other in known if self._kind(other) == self._kind(each)]
            if not found:
                yield f"{at}: {self._kind(each)} is {'new' if self._reading else 'gone'}"
                continue
            yield from self.compare(*((found[0], each) if self._reading else (each, found[0])), at)

    def _kind(self, schema: Schema) -> str:
        name: str = schema.get("$ref", "") or str(schema.get("type", "anything")) + str(schema.get("format", ""))
        return name

    def _values(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        for word in ("type", "format", "const"):
            if old.get(word) != new.get(word) and not self._widened(old.get(word), new.get(word)):
                yield f"{at}: {word} was {old.get(word)}, is {new.get(word)}"
        if not self._reading and "enum" in new:
            for gone in set(map(str, old.get("enum", []))) - set(map(str, new["enum"])):
                yield f"{at}: the value {gone} is refused now"

    def _widened(self, old: object, new: object) -> bool:
        """True where a sender may send all that it sent, and more."""
        both = [set(each) if isinstance(each, list) else {each} for each in (old, new)]
        return not self._reading and both[0] <= both[1]

    def _members(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in before.keys() - after.keys():
            yield f"{at}.{name}: is gone"
        sure_before, sure_now = set(old.get("required", [])), set(new.get("required", []))
        if self._reading:
            for name in (sure_before - sure_now) & after.keys():
                yield f"{at}.{name}: was always there, and may be missing now"
        else:
            for name in sure_now - sure_before:
                yield f"{at}.{name}: is required now"
        for name in sorted(before.keys() & after.keys()):
            yield from self.compare(before[name], after[name], f"{at}.{name}")


def _resolved(schema: Schema, root: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return found
