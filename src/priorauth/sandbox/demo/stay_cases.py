"""A stay in neonatal intensive care, from admission to discharge: what is sent when, and what must come back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StayStep:
    """One request of a stay. Days count from birth, which is day 1.

    `decided` are the spans that the log must have: first and last day, the level asked for and the level approved.
    """

    title: str
    sample: str
    decided: tuple[tuple[int, int, str, str], ...]
    next_review: int | None  # the day on which the stay is reviewed next, and on which the next request is sent
    sent_on: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StayCase:
    """A stay on one rail. `format` is `x12` or `fhir`, which names the folder of its samples and their ending."""

    title: str
    sample: str
    promise: str
    format: str
    ending: str
    steps: tuple[StayStep, ...]


# fmt: off
STEPS = (
    StayStep(
        title="notification of the admission, and the first two days",
        sample="1-admission",
        decided=((1, 2, "Level 4", "Level 4"),),
        next_review=2,
        sent_on=1,
    ),
    StayStep(
        title="concurrent review: four more days at level 4, of which two are lowered by a physician",
        sample="2-concurrent",
        decided=((3, 4, "Level 4", "Level 4"), (5, 6, "Level 4", "Level 3")),
        next_review=6,
        sent_on=2,
    ),
    StayStep(
        title="concurrent review: four days at level 3",
        sample="3-concurrent",
        decided=((7, 10, "Level 3", "Level 3"),),
        next_review=10,
        sent_on=6,
    ),
    StayStep(
        title="discharge, and the last three days at level 2",
        sample="4-discharge",
        decided=((11, 13, "Level 2", "Level 2"),),
        next_review=None,
        sent_on=14,
    ),
)
# fmt: on

STAY_CASES = tuple(
    StayCase(
        title=f"A stay of thirteen days in newborn intensive care, told as {rail} from admission to discharge",
        sample=f"stay/*.{ending}",
        promise="each review decided on its day, one level lowered, a daily log as PDF",
        format=format,
        ending=ending,
        steps=STEPS,
    )
    for rail, format, ending in (("X12", "x12", "edi"), ("FHIR", "fhir", "json"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueCase:
    """An urgent request that nobody decides in time."""

    title: str
    sample: str
    promise: str
    hours: int


OVERDUE_CASE = OverdueCase(
    title="An urgent request that nobody decides: 73 hours later its clocks are missed, and the metrics say so",
    sample="imaging-mri.edi",
    promise="a missed clock, its event, and its line in the metrics",
    hours=73,
)
