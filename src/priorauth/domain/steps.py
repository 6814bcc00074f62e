"""What people do about a decision beside deciding: talks, notices, reconsiderations, appeals. Never edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class StepKind(StrEnum):
    """What was done. The order of a dispute is that of these words."""

    DISCUSSION_OFFERED = "discussion_offered"  # before an adverse decision
    VERBAL_NOTICE = "verbal_notice"
    WRITTEN_NOTICE = "written_notice"
    NOTICE_SIGNED = "notice_signed"
    DEADLINE_EXTENDED = "deadline_extended"
    PEER_TO_PEER_REQUESTED = "peer_to_peer_requested"
    PEER_TO_PEER_HELD = "peer_to_peer_held"
    RECONSIDERATION_REQUESTED = "reconsideration_requested"
    RECONSIDERATION_DECIDED = "reconsideration_decided"
    APPEAL_REQUESTED = "appeal_requested"
    APPEAL_DECIDED = "appeal_decided"
    READMISSION_LINKED = "readmission_linked"  # a clinician says that two stays are one episode
    READMISSION_NOT_LINKED = "readmission_not_linked"
    CORRECTED = "corrected"  # a date or a fact of an earlier step was wrong: what holds instead

    @property
    def ends_dispute_step(self) -> bool:
        """True where it says what became of the decision."""
        return self in _DECIDING


_DECIDING = {StepKind.PEER_TO_PEER_HELD, StepKind.RECONSIDERATION_DECIDED, StepKind.APPEAL_DECIDED}


class StepOutcome(StrEnum):
    """What became of the decision that a step was about."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"
    OVERTURNED_IN_PART = "overturned_in_part"


class Party(StrEnum):
    """Who did it, or to whom it was done."""

    ATTENDING_PHYSICIAN = "attending_physician"
    TREATING_PHYSICIAN = "treating_physician"
    PHYSICIAN_ADVISOR = "physician_advisor"
    PHYSICIAN_REVIEWER = "physician_reviewer"
    NURSE = "nurse"
    PROVIDER = "provider"
    FACILITY = "facility"
    MEMBER = "member"
    REPRESENTATIVE = "representative"
    PAYER = "payer"
    CASE_MANAGEMENT = "case_management"


class Channel(StrEnum):
    """How it was said. A voicemail counts for the offer of a talk only (REG-NCQA-08)."""

    PHONE = "phone"
    VOICEMAIL = "voicemail"
    FAX = "fax"
    MAIL = "mail"
    CERTIFIED_MAIL = "certified_mail"
    IN_PERSON = "in_person"
    ELECTRONIC = "electronic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing done about the decisions on some items of a review. `happened_at` is when it was done, not recorded."""

    kind: StepKind
    happened_at: datetime
    sequences: tuple[int, ...] = ()  # empty: all of the review
    by: Party | None = None
    to: Party | None = None
    channel: Channel | None = None
    outcome: StepOutcome | None = None
    notice: str = ""  # the id of the notice that it is about
    clock: str = ""  # the id of the clock that it extends
    days: int | None = None
    corrects: str = ""  # the id of the event that it corrects
    linked_to: str = ""  # the id of the review that it links
    person: str = field(default="", repr=False)
    reason: str = field(default="", repr=False)
    recorded_by: str = ""

    def __post_init__(self) -> None:
        if self.happened_at.tzinfo is None:
            raise ValueError("happened_at needs a time zone")
