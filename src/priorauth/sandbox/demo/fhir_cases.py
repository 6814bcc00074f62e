"""The cases of the demonstration that come as FHIR: the same requests as the 278s, and what must come back for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirCase:
    """One request Bundle.

    `actions` are the review actions of the items in their order, `added` those of items that were authorized
    otherwise, `errors` the codes of the ClaimResponse's errors (the AAA03 of a 278), `issues` those of an
    OperationOutcome. `legs` are the destinations that must have received a leg. With `decide`, people at the payer's
    desk decide those lines after the first answer; `later` are the actions of the answer that follows.
    """

    title: str
    sample: str
    promise: str
    status: int = 200
    outcome: str = "complete"
    actions: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    legs: frozenset[str] = frozenset()
    later: tuple[str, ...] = ()
    decide: Mapping[int, str] = field(default_factory=dict)


# fmt: off
FHIR_CASES = (
    FhirCase(
        title="Newborn intensive care as FHIR, certified by ProgenyHealth",
        sample="nicu-newborn-dependent.json",
        promise="certified in total",
        legs=frozenset({"progenyhealth"}),
        actions=("A1",),
    ),
    FhirCase(
        title="Newborn intensive care as FHIR, the level of care lowered from the third day",
        sample="nicu-admission.json",
        promise="modified: two days at 0174, the third at 0173",
        legs=frozenset({"progenyhealth"}),
        actions=("A6", "A1", "A1"),
        added=("A1", "A6"),
    ),
    FhirCase(
        title="Spinal fusion as FHIR, denied with a reason by TurningPoint, the injections beside it certified",
        sample="msk-spine-and-pain.json",
        promise="denied with reason; the other line certified",
        legs=frozenset({"turningpoint"}),
        actions=("A3", "A1"),
    ),
    FhirCase(
        title="Imaging as FHIR, pended by eviCore, certified three seconds later",
        sample="imaging-mri.json",
        promise="pended, then certified",
        legs=frozenset({"evicore"}),
        actions=("A4",),
        later=("A1",),
    ),
    FhirCase(
        title="One FHIR request split over two delegates: the scan to eviCore, the sleep study to its own",
        sample="split-imaging-and-sleep.json",
        promise="each line certified by its own delegate",
        legs=frozenset({"evicore", "sleep-management-solutions"}),
        actions=("A1", "A1"),
    ),
    FhirCase(
        title="One FHIR request split: imaging to eviCore, surgery to the payer's desk, where people decide it",
        sample="split-imaging-and-surgery.json",
        promise="one line certified at once, the other by people",
        outcome="partial",
        legs=frozenset({"evicore", "allways-um"}),
        actions=("A4", "A1"),
        decide={1: "A1"},
        later=("A1", "A1"),
    ),
    FhirCase(
        title="A member whom the payer's directory does not know, as FHIR: to the payer's desk",
        sample="member-not-known.json",
        promise="pended at the desk",
        legs=frozenset({"allways-um"}),
        actions=("A4",),
    ),
    FhirCase(
        title="A requester whose NPI has a wrong check digit, as FHIR: an error in the response, as the AAA is",
        sample="faulty/bad-npi.json",
        promise="error 43 at the requester",
        outcome="error",
        errors=("43",),
    ),
    FhirCase(
        title="A Bundle without the insurer that its Claim and Coverage name: refused with one OperationOutcome",
        sample="faulty/insurer-left-out.json",
        promise="OperationOutcome, status 422",
        status=422,
        issues=("not-found", "not-found"),
    ),
)
# fmt: on
