"""What is sent back to say how a message was received: TA1, 999, or both. Ids, numbers and time come from outside.

A TA1 answers the interchange, one 999 each functional group. Acknowledgments themselves are never acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from .implementation_acknowledgment import (
    DEFAULT_OPTIONS,
    FUNCTIONAL_GROUP,
    GUIDE,
    TRANSACTION,
    AcknowledgmentOptions,
    acknowledge_group,
)
from .received_acknowledgments import holds_acknowledgments_only
from .segments import Segment
from .ta1 import ta1_segment
from .validation import InterchangeResult
from .verdicts import Codes, GroupVerdict, InterchangeVerdict, Verdict, judge
from .writing import Address, OutboundGroup, OutboundInterchange, OutboundSet, Segments, write_interchange


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgmentIdentity:
    """What makes an acknowledging interchange its own: who sends it to whom, under which numbers, when."""

    sender: Address
    receiver: Address
    control_number: int
    group_number: int
    made_at: datetime
    is_test: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The acknowledgments to send: at most one TA1, and the 999 sets, which share one functional group."""

    ta1: Segments = ()
    sets: Sequence[OutboundSet] = ()

    def group(self, control_number: int) -> tuple[OutboundGroup, ...]:
        """The functional group of the 999s, or nothing where there are none."""
        if not self.sets:
            return ()
        return (
            OutboundGroup(
                functional=FUNCTIONAL_GROUP,
                transaction=TRANSACTION,
                guide=GUIDE,
                control_number=control_number,
                sets=self.sets,
            ),
        )


def acknowledge(
    result: InterchangeResult,
    codes: Codes,
    identity: AcknowledgmentIdentity,
    options: AcknowledgmentOptions = DEFAULT_OPTIONS,
) -> bytes | None:
    """The whole acknowledging interchange of a batch: TA1 where it is due, a 999 for every group, accepted or not.

    None where nothing is due: for acknowledgments, which are never acknowledged.
    """
    due = acknowledgments_due(result, judge(result, codes), codes, identity.made_at, options)
    if not due.ta1 and not due.sets:
        return None
    return write_interchange(
        OutboundInterchange(
            sender=identity.sender,
            receiver=identity.receiver,
            control_number=identity.control_number,
            made_at=identity.made_at,
            is_test=identity.is_test,
            acknowledgments=due.ta1,
            groups=due.group(identity.group_number),
        )
    )


def acknowledgments_due(
    result: InterchangeResult,
    verdict: InterchangeVerdict,
    codes: Codes,
    made_at: datetime,
    options: AcknowledgmentOptions = DEFAULT_OPTIONS,
    *,
    real_time: bool = False,
) -> Due:
    """What there is to acknowledge, for a caller that sends it beside other groups.

    In real time a set that is accepted is answered by its response, so that only groups with a refused set, or without
    any set, get a 999. A rejected interchange gets its TA1 and nothing else.
    """
    ta1 = _ta1(result, verdict, made_at)
    if verdict.verdict is Verdict.REJECTED:
        return Due(ta1=ta1)
    segments = [
        acknowledge_group(group, judged, codes, options)
        for group, judged in zip(result.groups, verdict.groups, strict=True)
        if group.group.header[1] != FUNCTIONAL_GROUP and not (real_time and is_answered_by_responses(judged))
    ]
    return Due(ta1=ta1, sets=tuple(_numbered(segments)))


def is_answered_by_responses(verdict: GroupVerdict) -> bool:
    """True where every set of a group gets a response of its own, which says that it was accepted."""
    return bool(verdict.accepted) and all(verdict.accepted)


def _ta1(result: InterchangeResult, verdict: InterchangeVerdict, made_at: datetime) -> Segments:
    """A TA1 is due where it is asked for (ISA14) or something is wrong, and never for nothing but acknowledgments."""
    header = result.interchange.header
    is_due = verdict.verdict is not Verdict.ACCEPTED or _asks_for_ta1(header)
    if not is_due or holds_acknowledgments_only(result.interchange):
        return ()
    return (ta1_segment(header, verdict, made_at),)


def _asks_for_ta1(isa: Segment) -> bool:
    return isa[14:15] == ("1",)


def _numbered(segments: Sequence[Segments]) -> Iterator[OutboundSet]:
    for number, each in enumerate(segments, start=1):
        yield OutboundSet(control_number=f"{number:04d}", segments=each)
