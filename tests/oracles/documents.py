"""The documents that the validator is shown: what we ship, and what we write, under every decision there can be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

import fhir_bundles
import x12_sets
from crosswalk_tables import CROSSWALKS
from fhir_bundles import BASE, NOON, decoded
from priorauth.domain.determinations import Reply
from priorauth.domain.parties import PartnerId, PayerId
from priorauth.domain.reviews import Format, ReviewId, ServiceReview, Trace
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.fhir.elements import Element
from priorauth.translate.fhir_inquiry import answer_inquiry, inquiry_from_fhir
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.fhir_response import ResponseOptions, reply_to_fhir
from replies import replies
from sandbox_replies import TABLE, sandbox_reply

VERSIONS = {"2.2.1": Format.PAS_2_2_1, "2.0.1": Format.PAS_2_0_1}
ROOT = Path(__file__).parents[2]

_GOLDENS = (ROOT / "tests" / "golden", ROOT / "tests" / "golden-fhir")
_FAULTY = frozenset({"bad-npi"})
"""Samples whose values are wrong; what is returned of them is as wrong as it was sent."""
_VALIDATED = ("Bundle", "Parameters", "ClaimResponse", "Task", "CommunicationRequest", "Subscription")

Drawn = TypeVar("Drawn")


@dataclass(frozen=True, slots=True)
class Document:
    """A document, what it is in words, and the version of the guide that it claims."""

    name: str
    version: str
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A review and the Bundle it came in; of one that came as a 278, the Bundle that we would write."""

    name: str
    version: Format
    bundle: Bundle = field(repr=False)
    review: ServiceReview = field(repr=False)


def shipped() -> Iterator[Document]:
    """Our samples, and golden outputs that are FHIR; the name of one in 2.0.1 says so."""
    for path in fhir_bundles.SAMPLES:
        yield Document(f"samples/fhir/{path.name}", "2.2.1", path.read_text(encoding="utf-8"))
    for path in sorted(path for folder in _GOLDENS for path in folder.rglob("*.json")):
        body = path.read_text(encoding="utf-8")
        if json.loads(body).get("resourceType") in _VALIDATED:
            version = "2.0.1" if "2.0.1" in path.name else "2.2.1"
            yield Document(str(path.relative_to(ROOT)), version, body)


def requests() -> Iterator[Document]:
    """What we write for a delegate that speaks PAS: each sample of either rail, in both versions."""
    extra = Trace("LEG-1", "9PRIORAUTH")
    for name, review in _reviews():
        for version, written in VERSIONS.items():
            body = review_to_fhir(
                review, crosswalks=CROSSWALKS, version=written, identifier="LEG-1", created=NOON, extra_trace=extra
            )
            yield _document(f"request {version} of {name}", version, body)


def answers() -> Iterator[Document]:
    """The response to each sample of either rail under each behaviour of the sandbox, in both versions."""
    for asked in _asked():
        for prefix in TABLE.forced:
            reply = sandbox_reply(asked.review, prefix)
            if reply is not None:
                yield _answer(f"{prefix} {asked.name}", asked, reply)


def inquiries() -> Iterator[Document]:
    """Answers to an inquiry: nothing found, one review, and several from both rails."""
    path = next(path for path in fhir_bundles.SAMPLES if path.stem.startswith("inquiry"))
    for version, written in VERSIONS.items():
        request = Bundle(read_resource(path.read_bytes()))
        inquiry = inquiry_from_fhir(
            request,
            arrived_as=written,
            inquiry_id=ReviewId("inq-1"),
            partner=PartnerId("sandbox"),
            payer_of=PayerId,
            received_at=NOON,
            crosswalks=CROSSWALKS,
        )
        asked = [each for each in _asked() if each.version is written and "imaging-mri" in each.name]
        for prefix in ("SBX-CERTIFY-", "SBX-DENY-", "SBX-INFO-", "SBX-FULL-", "none"):
            known = [
                (each.bundle, each.review, reply)
                for each in asked
                if prefix != "none" and (reply := sandbox_reply(each.review, prefix))
            ]
            for count in sorted({0, 1, len(known)} if known else {0}):
                body = answer_inquiry(
                    request, inquiry, known[:count], crosswalks=CROSSWALKS, version=written, base=BASE, at=NOON
                )
                yield _document(f"inquiry {version} answered {prefix} {count}", version, body)


def generated(count: int) -> Iterator[Document]:
    """Responses to decisions of every kind, drawn at random, always the same."""
    asked = list(_asked())
    for number, each in enumerate(asked):
        share = count // len(asked) + (number < count % len(asked))
        for at, reply in enumerate(drawn(replies(each.review), share, number), start=1):
            yield _answer(f"generated {at}: {each.name}", each, reply)


def drawn(strategy: SearchStrategy[Drawn], count: int, number: int) -> list[Drawn]:
    """So many values of a strategy, the same each time."""
    found: list[Drawn] = []

    @seed(number)
    @settings(
        max_examples=max(count, 1),
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def keep(value: Drawn) -> None:
        found.append(value)

    keep()
    return found[:count]


def _reviews() -> Iterator[tuple[str, ServiceReview]]:
    for path in fhir_bundles.REQUESTS:
        yield path.name, fhir_bundles.sample(path.stem)
    for path in x12_sets.SAMPLES:
        if path.stem not in x12_sets.REFUSED | _FAULTY:
            yield path.name, x12_sets.sample(path.stem)


def _asked() -> Iterator[_Asked]:
    for path in fhir_bundles.REQUESTS:
        bundle = Bundle(read_resource(path.read_bytes()))
        yield _Asked(f"2.2.1 {path.name}", Format.PAS_2_2_1, bundle, fhir_bundles.read(bundle))
    for name, review in _reviews():
        for number, version in VERSIONS.items():
            if name.endswith(".edi") or version is Format.PAS_2_0_1:  # the samples are of 2.2.1
                bundle = decoded(review_to_fhir(review, crosswalks=CROSSWALKS, version=version))
                yield _Asked(f"{number} {name}", version, bundle, review)


def _answer(name: str, asked: _Asked, reply: Reply) -> Document:
    options = ResponseOptions(version=asked.version, base=BASE)
    body = reply_to_fhir(asked.bundle, asked.review, reply, crosswalks=CROSSWALKS, options=options)
    version = next(name for name, version in VERSIONS.items() if version is asked.version)
    return _document(f"answer {name}", version, body)


def _document(name: str, version: str, body: Element) -> Document:
    return Document(name, version, write_resource(body).decode())
