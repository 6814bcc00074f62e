"""A certificate: what a run found, signed so that any change of it is seen. It holds verdicts, never messages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, ValidationError

from priorauth.conformance.results import CaseResult, RunResult, Verdict
from priorauth.conformance.signing import NotCanonical, is_signed_by, read_canonical, signature, written_key
from priorauth.conformance.words import outcome_of, standing_of

FORMAT: Literal["priorauth-conformance-certificate/1"] = "priorauth-conformance-certificate/1"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Target(_Part):
    """What was tested."""

    name: str
    url: str
    claims: list[str]
    reported: dict[str, str]


class Suite(_Part):
    """How many cases of a suite ended how."""

    name: str
    cases: int
    verdicts: dict[str, int]


class Case(_Part):
    """How one case ended."""

    name: str
    verdict: str
    reason: str
    verifies: list[str]


class Requirement(_Part):
    """Where one requirement stands."""

    id: str
    registered_in: str
    title: str
    source: str
    standing: str


class Content(_Part):
    """All that is signed."""

    format: Literal["priorauth-conformance-certificate/1"]
    target: Target
    started: str
    seconds: int
    selection: str
    runner: str
    cases_digest: str
    conformant: bool
    outcome: str
    summary: dict[str, int]
    suites: list[Suite]
    cases: list[Case]
    coverage: list[Requirement]
    public_key: str


class Signature(_Part):
    """The signature over the canonical bytes of the content."""

    algorithm: Literal["Ed25519"]
    value: str


class Certificate(_Part):
    """The whole file."""

    content: Content
    signature: Signature


class NotACertificate(Exception):
    """A text is not a certificate of this format, so there is nothing to verify."""


def write_certificate(run: RunResult, key: Ed25519PrivateKey, *, selection: str) -> str:
    """The certificate of a run as a JSON file. A run that does not pass gets one too, which says so."""
    content = _content(run, written_key(key.public_key()), selection)
    signed = {"content": content, "signature": {"algorithm": "Ed25519", "value": signature(key, content)}}
    return json.dumps(signed, indent=2, ensure_ascii=False) + "\n"


def read_certificate(text: str) -> Certificate:
    """The certificate in a file. Whether it is to be believed, `flaws_of` says."""
    try:
        return Certificate.model_validate(read_canonical(text))
    except NotCanonical as why:
        raise NotACertificate(str(why)) from None
    except ValidationError as problem:
        where = ".".join(str(part) for part in problem.errors()[0]["loc"])
        raise NotACertificate(f"{where} is missing, of another kind, or has no place there") from None


def flaws_of(certificate: Certificate, expected: Ed25519PublicKey | None = None) -> list[str]:
    """Why a certificate is not to be believed. Without a key, nothing shows only that it is unchanged."""
    content = certificate.content
    flaws = []
    if not is_signed_by(content.public_key, certificate.signature.value, content.model_dump()):
        flaws.append("the content is not what was signed with the key that it names")
    if expected is not None and content.public_key != written_key(expected):
        flaws.append("it is signed with another key than the one given")
    return flaws + list(_contradictions(content))


def _content(run: RunResult, public_key: str, selection: str) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "target": {
            "name": run.target.name,
            "url": run.target.url,
            "claims": list(run.target.claims),
            "reported": dict(run.target.reported),
        },
        "started": run.started.astimezone(UTC).isoformat(timespec="seconds"),
        "seconds": round(run.seconds),
        "selection": selection,
        "runner": run.runner_version,
        "cases_digest": run.cases_digest,
        "conformant": outcome_of(run).mark == "pass",
        "outcome": outcome_of(run).sentence,
        "summary": run.summary,
        "suites": _suites((case.suite, case.verdict) for case in run.cases),
        "cases": [_case(case) for case in run.cases],
        "coverage": [
            {
                "id": row.requirement.id,
                "registered_in": row.requirement.register,
                "title": row.requirement.title,
                "source": row.requirement.source,
                "standing": standing_of(row).word,
            }
            for row in run.coverage
        ],
        "public_key": public_key,
    }


def _case(case: CaseResult) -> dict[str, Any]:
    ids = [requirement.id for requirement in case.verifies]
    return {"name": case.name, "verdict": case.verdict.value, "reason": case.reason, "verifies": ids}


def _suites(cases: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    counts: dict[str, Counter[str]] = {}
    for suite, verdict in cases:
        counts.setdefault(suite, Counter())[str(verdict)] += 1
    return [
        {
            "name": suite,
            "cases": counted.total(),
            "verdicts": {verdict.value: counted[verdict.value] for verdict in Verdict},
        }
        for suite, counted in sorted(counts.items())
    ]


def _contradictions(content: Content) -> Iterator[str]:
    """What the content says of itself that its own cases do not bear out: a signature cannot make that true."""
    counted = Counter(case.verdict for case in content.cases)
    if content.summary != {verdict.value: counted[verdict.value] for verdict in Verdict}:
        yield "the totals are not those of the cases"
    suites = _suites((case.name.split("/")[0], case.verdict) for case in content.cases)
    if [suite.model_dump() for suite in content.suites] != suites:
        yield "the counts of the suites are not those of the cases"
    passed = counted[Verdict.PASS] and not counted[Verdict.FAIL] and not counted[Verdict.ERROR]
    if content.conformant != bool(passed):
        yield "it says another outcome than the cases do"
