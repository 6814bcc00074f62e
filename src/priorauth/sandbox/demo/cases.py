"""The cases of the demonstration: what is sent, and what must come back for it to have worked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryCase:
    """A 278 request that is asked for as FHIR once it is decided: `actions` are its review actions then."""

    title: str
    sample: str
    inquiry: str
    promise: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCase:
    """One request. Each expected text begins a segment that must be in the answer, in this order.

    `legs` are the destinations that must have received a leg. With `decide`, people at the payer's desk decide those
    lines after the first answer; `later` is expected in the mailbox then.
    """

    title: str
    sample: str
    promise: str
    expected: tuple[str, ...]
    legs: frozenset[str] = frozenset()
    later: tuple[str, ...] = ()
    decide: Mapping[int, str] = field(default_factory=dict)


# fmt: off
CASES = (
    DemoCase(
        title="Newborn intensive care, certified by ProgenyHealth",
        sample="nicu-newborn-dependent.edi",
        promise="certified in total",
        legs=frozenset({"progenyhealth"}),
        expected=("BHT*0007*11*HG-NICU-0002*", "TRN*2*HG-NICU-0002*", "HCR*A1*", "TRN*2*HG-NICU-0002-1*", "HCR*A1*"),
    ),
    DemoCase(
        title="Newborn intensive care, the level of care lowered by ProgenyHealth from the third day",
        sample="nicu-admission.edi",
        promise="modified: two days at 0174, the third at 0173",
        legs=frozenset({"progenyhealth"}),
        expected=("HCR*A6*", "TRN*2*HG-NICU-0001-1*", "HCR*A6*", "SV2*0174*", "HCR*A6*", "SV2*0173*",
                  "TRN*2*HG-NICU-0001-2*", "HCR*A1*", "TRN*2*HG-NICU-0001-3*", "HCR*A1*"),
    ),
    DemoCase(
        title="Spinal fusion denied with a reason by TurningPoint, the injections beside it certified",
        sample="msk-spine-and-pain.edi",
        promise="denied with reason; the other line certified",
        legs=frozenset({"turningpoint"}),
        expected=("HCR*A2*", "TRN*2*LS-MSK-0001-1*", "HCR*A3**SBX01", "MSG*", "TRN*2*LS-MSK-0001-2*", "HCR*A1*"),
    ),
    DemoCase(
        title="Imaging pended by eviCore, certified three seconds later",
        sample="imaging-mri.edi",
        promise="pended, then certified",
        legs=frozenset({"evicore"}),
        expected=("BHT*0007*11*RIM-IMG-0001*", "HCR*A4*", "TRN*2*RIM-IMG-0001-1*", "HCR*A4*"),
        later=("BHT*0007*11*RIM-IMG-0001*", "HCR*A1*", "TRN*2*RIM-IMG-0001-1*", "HCR*A1*"),
    ),
    DemoCase(
        title="One request split over two delegates: the scan to eviCore, the sleep study to its own",
        sample="split-imaging-and-sleep.edi",
        promise="each line certified by its own delegate",
        legs=frozenset({"evicore", "sleep-management-solutions"}),
        expected=("HCR*A1", "TRN*2*RIM-SPLIT-0002-1*", "HCR*A1*EV", "TRN*2*RIM-SPLIT-0002-2*", "HCR*A1*SM"),
    ),
    DemoCase(
        title="One request split: imaging to eviCore, surgery to the payer's desk, where people decide it",
        sample="split-imaging-and-surgery.edi",
        promise="one line certified at once, the other by people",
        legs=frozenset({"evicore", "allways-um"}),
        expected=("HCR*A4", "TRN*2*RIM-SPLIT-0001-1*", "HCR*A4", "TRN*2*RIM-SPLIT-0001-2*", "HCR*A1*"),
        decide={1: "A1"},
        later=("HCR*A1", "TRN*2*RIM-SPLIT-0001-1*", "HCR*A1*", "TRN*2*RIM-SPLIT-0001-2*", "HCR*A1*"),
    ),
    DemoCase(
        title="A member whom the payer's directory does not know: to the payer's desk, never to a vendor by guess",
        sample="member-not-known.edi",
        promise="pended at the desk",
        legs=frozenset({"allways-um"}),
        expected=("HCR*A4", "TRN*2*RIM-IMG-0002-1*", "HCR*A4"),
    ),
    DemoCase(
        title="A requester whose NPI has a wrong check digit: answered AAA 43, not 999",
        sample="bad-npi.edi",
        promise="AAA 43 at the requester",
        expected=("BHT*0007*11*LS-MSK-0010*", "HL*2*1*21*0", "AAA*N**43*C"),
    ),
    DemoCase(
        title="A request without its UM segment: rejected with a 999",
        sample="missing-review-segment.edi",
        promise="999, rejected",
        expected=("ST*999*", "AK2*278*0001*", "IK3*UM*", "IK5*R*", "AK9*R*1*1*0"),
    ),
)
# fmt: on

INQUIRY_CASES = (
    InquiryCase(
        title="Imaging of another day begun as a 278, and asked for as FHIR",
        sample="imaging-mri.edi",
        inquiry="inquiry-imaging.json",
        promise="the inquiry finds the 278",
        actions=("A1",),
    ),
)
