"""What a response returns of its request: resources under the same fullUrl, with all that they refer to (PAS spec-33).

Nothing is rewritten: a resource is returned as it was decoded, with its decimals and instants as sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from priorauth.fhir.bundles import Bundle
from priorauth.fhir.elements import Element, Value
from priorauth.translate.fhir_reading import NOTHING, Resource, Resources, child, children, count, outside
from priorauth.translate.fhir_review import claim_of
from priorauth.translate.fhir_vocabulary import Written, entry, reference


class Echo:
    """The request that a response answers, and the resources of it that the response returns."""

    __slots__ = ("_bundle", "_resources", "_returned", "claim", "items")

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._resources = Resources(bundle)
        self._returned: dict[int, None] = {}
        at = claim_of(bundle)
        self.claim = self._resources.at(at) if at is not None else outside(NOTHING)
        self.items: dict[int, Element] = {
            count(each, "sequence") or place: each
            for place, each in enumerate(children(self.claim.element, "item"), start=1)
        }

    @property
    def root(self) -> Element:
        """The Bundle itself."""
        return self._bundle.root.element

    def find(self, held: Element) -> Resource:
        """What a Reference in the Claim leads to."""
        return self._resources.find(held, self.claim)

    def refer(self, held: Element) -> Written | None:
        """The same Reference, by fullUrl, as another resource may hold it; what it leads to is returned as well."""
        found = self.find(held)
        if found:
            self._returned.setdefault(found.entry)
            return reference(found.url)
        kept = {name: value for name, value in held.items() if name in ("identifier", "display", "type")}
        return kept or None

    def practitioner(self, held: Element) -> Written | None:
        """The practitioner or organization that a care team refers to, where it refers to a role."""
        found = self.find(held)
        if found.type != "PractitionerRole":
            return self.refer(held)
        return self._of_role(found, "practitioner") or self._of_role(found, "organization")

    def organization(self, held: Element) -> Written | None:
        """The organization that is referred to, or that a role belongs to; None where there is none."""
        found = self.find(held)
        if found.type == "PractitionerRole":
            return self._of_role(found, "organization")
        return self.refer(held) if found.type == "Organization" else None

    def _of_role(self, role: Resource, name: str) -> Written | None:
        who = self._resources.find(child(role.element, name), role)
        if not who:
            return None
        self._returned.setdefault(who.entry)
        return reference(who.url)

    def entry_of(self, url: str) -> int | None:
        """The index of the entry of a fullUrl."""
        return self._bundle.find(url, -1) if url else None

    def member(self, sequence: int) -> Element:
        """The member of the care team with that sequence, or an empty element."""
        members = children(self.claim.element, "careTeam")
        return next((each for each in members if each.get("sequence") == sequence), NOTHING)

    def entries(self) -> list[Written]:
        """The returned resources and everything that they lead to, the Claim aside; each once."""
        waiting = list(self._returned)
        seen = dict.fromkeys(waiting)
        while waiting:
            origin = waiting.pop()
            for literal in _references(self._bundle.entries[origin].element):
                found = self._bundle.find(literal, origin)
                if found is not None and found not in seen and found != self.claim.entry:
                    seen[found] = None
                    waiting.append(found)
        resources = [self._resources.at(each) for each in sorted(seen)]
        return [entry(each.url, each.element) for each in resources]


def _references(value: Value) -> Iterator[str]:
    """Every literal reference within an element."""
    if isinstance(value, dict):
        literal = value.get("reference")
        if isinstance(literal, str):
            yield literal
        for each in value.values():
            if isinstance(each, dict | list):
                yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)
