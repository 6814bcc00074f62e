"""Rules that a response Bundle keeps, each by its word: most compare it with the request that it answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import field_validator

from priorauth.conformance.expectations.kinds import Scalar, expectation
from priorauth.conformance.expectations.matching import found
from priorauth.conformance.fhir import (
    PAS,
    Bundle,
    Entry,
    absolute,
    action_of,
    answers_in,
    identity,
    members,
    references_of,
    traces_of,
)
from priorauth.conformance.json_paths import values_at
from priorauth.conformance.pas_tables import EXTENSIONS, FIXED, REQUIRED, REQUIRED_2_2_1
from priorauth.conformance.results import Mismatch
from priorauth.conformance.seen import Seen

URN_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNITS = "https://codesystem.x12.org/005010/673"
OF_THE_SERVER = ("ClaimResponse", "CommunicationRequest", "Task", "OperationOutcome")
PARTIES = {"patient": "patient", "insurer": "insurer", "requestor": "provider"}
"""An element of the ClaimResponse, and the Claim's that is the same."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A response Bundle with the request that it answers."""

    request: Bundle
    response: Bundle
    version: str = "2.2.1"

    @property
    def claim(self) -> Entry:
        return self.request.first("Claim")

    @property
    def answer(self) -> Entry:
        return self.response.first("ClaimResponse")


@expectation("response-bundle")
class ResponseBundle(Scalar[list[str]]):
    """The rules that every response Bundle of the answer keeps."""

    @field_validator("root")
    @classmethod
    def are_rules(cls, words: list[str]) -> list[str]:
        if unknown := set(words) - set(RULES):
            raise ValueError(f"there is no rule {', '.join(unknown)}; there are {', '.join(RULES)}")
        return words

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        request = Bundle(seen.sent.json())
        version = "2.0.1" if seen.sent.url.startswith(seen.target.url("fhir/2.0.1:")) else "2.2.1"
        for response in answers_in(seen.got.json()):
            for word in self.root:
                yield from RULES[word](Pair(request, response, version))


def claim_response_first(pair: Pair) -> Iterator[Mismatch]:
    """PAS spec-30."""
    types = [entry.type for entry in pair.response.entries]
    if types[:1] != ["ClaimResponse"] or types.count("ClaimResponse") != 1:
        yield Mismatch("entries of the response", "one ClaimResponse, and that first", found(types))


def absolute_urls(pair: Pair) -> Iterator[Mismatch]:
    """R4, Bundle.entry.fullUrl: absolute, and in agreement with the resource's id."""
    for number, entry in enumerate(pair.response.entries):
        id = entry.resource.get("id")
        if not entry.url.startswith(("http://", "https://")) and not URN_UUID.fullmatch(entry.url):
            yield Mismatch(f"Bundle.entry[{number}].fullUrl", "an absolute URL or urn:uuid", entry.url or "none")
        elif entry.url.startswith("http") and id and not entry.url.endswith(f"/{entry.type}/{id}"):
            yield Mismatch(f"Bundle.entry[{number}].fullUrl", f"one that ends in {entry.type}/{id}", entry.url)


def nothing_twice(pair: Pair) -> Iterator[Mismatch]:
    """PAS spec-31."""
    names = [(entry.type, entry.resource.get("id", entry.url)) for entry in pair.response.entries]
    for counted, what in ((Counter(names), "resource"), (Counter(e.url for e in pair.response.entries), "fullUrl")):
        for name, times in counted.items():
            if times > 1:
                yield Mismatch(f"{what} {name}", "once in the response", f"{times} times")


def references_lead(pair: Pair) -> Iterator[Mismatch]:
    """Whatever the ClaimResponse references, and what that references, is in the Bundle; the Claim need not be."""
    waiting, seen = [pair.answer], {pair.answer.url}
    while waiting:
        holder = waiting.pop()
        for place, reference in references_of(holder.resource):
            target = pair.response.find(reference, holder)
            if target is None:
                if absolute(reference, holder.url) != pair.claim.url and place != "request":
                    yield Mismatch(f"{holder.type}.{place}", "a reference to an entry of the response", reference)
            elif target.url not in seen:
                seen.add(target.url)
                waiting.append(target)


def echoes(pair: Pair) -> Iterator[Mismatch]:
    """PAS spec-33: what comes back has the fullUrl and the identifiers that it was sent with."""
    sent = {entry.url: entry for entry in pair.request.entries}
    for entry in pair.response.entries:
        if entry.type in OF_THE_SERVER:
            continue
        mine = identifiers(entry)
        same = sent.get(entry.url)
        if same is not None:
            if identifiers(same) != mine or same.type != entry.type:
                yield Mismatch(f"{entry.type} that is echoed", f"identifiers {identifiers(same)}", f"{mine}")
        elif mine and any(other.type == entry.type and identifiers(other) == mine for other in sent.values()):
            yield Mismatch(f"fullUrl of an echoed {entry.type}", "the one of the request", entry.url)


def identifiers(entry: Entry) -> list[tuple[str, str]]:
    return [identity(each) for each in members(entry.resource, "identifier")]


def same_parties(pair: Pair) -> Iterator[Mismatch]:
    """The answer is about the same patient, insurer and requester."""
    claim, answer = pair.claim, pair.answer
    for mine, theirs in PARTIES.items():
        wanted = absolute((claim.resource.get(theirs) or {}).get("reference", ""), claim.url)
        got = absolute((answer.resource.get(mine) or {}).get("reference", ""), answer.url)
        if got != wanted:
            yield Mismatch(f"ClaimResponse.{mine}", wanted, got)


def items(pair: Pair) -> Iterator[Mismatch]:
    """PAS spec-34 and spec-46: one result for each submitted sequence."""
    wanted = [item.get("sequence") for item in members(pair.claim.resource, "item")]
    got = [item.get("itemSequence") for item in members(pair.answer.resource, "item")]
    if sorted(map(str, got)) != sorted(map(str, wanted)):
        yield Mismatch("ClaimResponse.item.itemSequence", found(wanted), found(got))


def item_traces(pair: Pair) -> Iterator[Mismatch]:
    """Each item comes back with the traces that the requester gave it."""
    given = {item.get("sequence"): traces_of(item) for item in members(pair.claim.resource, "item")}
    for item in members(pair.answer.resource, "item"):
        missing = [each for each in given.get(item.get("itemSequence"), []) if each not in traces_of(item)]
        if missing:
            where = f"itemTraceNumber of item {item.get('itemSequence')}"
            yield Mismatch(where, found(missing), found(traces_of(item)))


def request(pair: Pair) -> Iterator[Mismatch]:
    """The answer names the Claim, by reference or identifier."""
    named = pair.answer.resource.get("request") or {}
    by_url = absolute(named.get("reference", ""), pair.answer.url) == pair.claim.url
    known = identifiers(pair.claim)
    if not by_url and identity(named.get("identifier") or {}) not in known:
        yield Mismatch("ClaimResponse.request", f"{pair.claim.url}, or one of {found(known)}", found([named]))


def traces(pair: Pair) -> Iterator[Mismatch]:
    """The requester's own number for the request is among the answer's identifiers."""
    got = identifiers(pair.answer)
    for each in identifiers(pair.claim):
        if each not in got:
            yield Mismatch("ClaimResponse.identifier", found([each]), found(got))


def notes(pair: Pair) -> Iterator[Mismatch]:
    """Notes have numbers of their own, and items point to notes that are there."""
    numbers = [note.get("number") for note in members(pair.answer.resource, "processNote")]
    if len(set(numbers)) != len(numbers):
        yield Mismatch("ClaimResponse.processNote.number", "each once", found(numbers))
    for item in members(pair.answer.resource, "item"):
        if lost := [each for each in item.get("noteNumber", []) if each not in numbers]:
            yield Mismatch("ClaimResponse.item.noteNumber", f"one of {found(numbers)}", found(lost))


def modified_added(pair: Pair) -> Iterator[Mismatch]:
    """PAS spec-36 and spec-37: each item that is modified has an added item of its sequence, which has a code."""
    response = pair.answer.resource
    wanted = [str(item.get("itemSequence")) for item in members(response, "item") if action_of(item) == "A6"]
    got = [str(each) for added in members(response, "addItem") for each in added.get("itemSequence", [])]
    if missing := [each for each in wanted if each not in got]:
        yield Mismatch("ClaimResponse.addItem.itemSequence", f"each modified item: {found(wanted)}", found(got))
    for added in members(response, "addItem"):
        if not missing and not added.get("productOrService"):
            yield Mismatch("ClaimResponse.addItem.productOrService", "what was authorized", "nothing")


def required(pair: Pair) -> Iterator[Mismatch]:
    """What the profiles require of the server's own resources is there, and what they fix is so."""
    more = REQUIRED_2_2_1 if pair.version == "2.2.1" else {}
    for entry in pair.response.entries:
        for path in (*REQUIRED.get(entry.type, ()), *more.get(entry.type, ())):
            holder, _, name = path.rpartition(".") if not path.endswith("]") else (path, "", "")
            holders = values_at(entry.resource, f"$.{holder}") if holder else [entry.resource]
            if name and any(not isinstance(each, dict) or name not in each for each in holders):
                yield Mismatch(f"{entry.type}.{path}", "there, for the profile requires it", "missing")
        for path, value in FIXED.get(entry.type, {}).items():
            values = values_at(entry.resource, f"$.{path}")
            if any(each != value for each in values):
                yield Mismatch(f"{entry.type}.{path}", str(value), found(values))


def known_extensions(pair: Pair) -> Iterator[Mismatch]:
    """An extension that has the guide's URL is one that this version of the guide has."""
    for entry in pair.response.entries:
        if entry.type not in OF_THE_SERVER:
            continue
        for url in extension_urls(entry.resource):
            name = url.removeprefix(f"{PAS}extension-")
            if url.startswith(PAS) and name not in EXTENSIONS[pair.version]:
                yield Mismatch(f"extension in {entry.type}", f"one of PAS {pair.version}", url)


def extension_urls(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in members(value, "extension"):
            yield str(each.get("url", ""))
        for each in value.values():
            yield from extension_urls(each)
    elif isinstance(value, list):
        for each in value:
            yield from extension_urls(each)


def quantities(pair: Pair) -> Iterator[Mismatch]:
    """PAS prof-2 and prof-3: a value with a unit or a code, and the code is one of X12 673."""
    for place, quantity in quantities_in(pair.answer.resource):
        if "value" not in quantity or not (quantity.get("unit") or quantity.get("code")):
            yield Mismatch(f"ClaimResponse.{place}", "a value with a unit or a code", found([quantity]))
        if quantity.get("code") and quantity.get("system") != UNITS:
            yield Mismatch(f"system of ClaimResponse.{place}", UNITS, str(quantity.get("system")))


def quantities_in(value: Any, within: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, each in value.items():
            if name in ("quantity", "valueQuantity") and isinstance(each, dict):
                yield ".".join((*within, name)), each
            yield from quantities_in(each, (*within, name))
    elif isinstance(value, list):
        for each in value:
            yield from quantities_in(each, within)


RULES: Mapping[str, Callable[[Pair], Iterator[Mismatch]]] = {
    "claim-response-first": claim_response_first,
    "absolute-urls": absolute_urls,
    "nothing-twice": nothing_twice,
    "references-lead": references_lead,
    "echoes": echoes,
    "same-parties": same_parties,
    "items": items,
    "item-traces": item_traces,
    "request": request,
    "traces": traces,
    "notes": notes,
    "modified-added": modified_added,
    "required": required,
    "known-extensions": known_extensions,
    "quantities": quantities,
}
