"""Documents and messages that go with a synthetic request (PWK, MSG)."""

from __future__ import annotations

from priorauth.domain.reviews import Attachment
from priorauth.sandbox.traffic.dice import Dice

_REPORTS = (
    "03",
    "04",
    "08",
    "11",
    "15",
    "59",
    "77",
    "AS",
    "B3",
    "CK",
    "DG",
    "DS",
    "HR",
    "M1",
    "OB",
    "OC",
    "PN",
    "RB",
    "RR",
)
_BY = ("AA", "BM", "EL", "EM", "FX", "VO")
_TITLES = ("OPERATIVE NOTE", "X-RAY OF THE LEFT KNEE", "DISCHARGE SUMMARY", "LETTER OF MEDICAL NECESSITY")
_MESSAGES = (
    "SIX WEEKS OF PHYSICAL THERAPY WITHOUT RELIEF",
    "PATIENT HAS A PACEMAKER - SEE REPORT",
    "PLEASE CALL THE COORDINATOR BEFORE NOON (EASTERN)",
    "SECOND OPINION ENCLOSED; FIRST REQUEST WAS SENT BY FAX",
    "ON RESPIRATORY SUPPORT, WEIGHT 1,420 G",
)


def attachments(dice: Dice, most: int) -> tuple[Attachment, ...]:
    """Documents that travel by themselves. One that comes along in the Bundle has no place in a 278."""
    return tuple(_attachment(dice) for _ in range(dice.between(1, most)))


def message(dice: Dice) -> str:
    return dice.one(_MESSAGES)


def _attachment(dice: Dice) -> Attachment:
    return Attachment(
        report_type=dice.one(_REPORTS),
        transmission=dice.one(_BY),
        control_number=f"DOC{dice.digits(7)}" if dice.chance(70) else "",
        description=dice.one(_TITLES) if dice.chance(40) else "",
    )
