"""Notices: what a payer's document or a law wants told to whom, after what, and what it must contain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from priorauth.domain.steps import Channel, Party


class NoticeTrigger(StrEnum):
    """After what a notice is due."""

    APPROVAL = "approval"
    DENIAL = "denial"  # in whole
    ADVERSE = "adverse"  # in whole or in part, or less than was asked
    TERMINATION = "termination"  # care that was certified before is certified no longer
    NETWORK_EXCEPTION = "network_exception"  # an approval outside the network
    ADMISSION = "admission"
    OBSERVATION = "observation"
    DISCHARGE = "discharge"
    END_OF_SERVICES = "end_of_services"
    STEP = "step"  # something that people did, or an authority said
    LIST_CHANGE = "list_change"  # of a pack, not of a review
    ON_REQUEST = "on_request"
    NEVER = "never"  # somebody else's


class Duty(StrEnum):
    """What the gateway has to do about a notice."""

    TRIGGER = "trigger"  # say that it is due
    REMIND = "remind"  # say so to whoever else must give it
    RECORD = "record"  # keep what others say of it


class Content(StrEnum):
    """What a notice must contain, and where that is known from."""

    REASON = "reason"  # a specific reason: a code and a text
    EVIDENCE = "specific_information"  # what the decision was based on
    CONDITION = "condition_and_treatment"  # and why the evidence does not meet the criteria
    ALTERNATIVES = "alternatives"
    CRITERIA = "criteria"
    REVIEWER_CONTACT = "reviewer_contact"
    APPEAL_RIGHTS = "appeal_rights"
    PEER_TO_PEER = "peer_to_peer"
    DISCLAIMER = "disclaimer"
    AUTHORIZATION_NUMBER = "authorization_number"
    QUANTITY = "quantity"
    DURATION = "duration"
    DECISION = "decision"
    MEMBER_LIABILITY = "member_liability"
    LANGUAGE_ACCESS = "language_access"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNotice:
    """A notice that is due to one review: to whom, how, by when, with what, and what of that is missing.

    With `suppressed_because` it must not be given, for the exception of that code.
    """

    notice: str
    title: str
    citation: str
    duty: Duty
    trigger: NoticeTrigger
    audience: tuple[Party, ...]
    channels: tuple[Channel, ...]
    sequences: tuple[int, ...]
    clock: str = ""
    due_at: datetime | None = None
    contents: tuple[Content, ...] = ()
    missing: tuple[Content, ...] = ()
    suppressed_because: str = ""

    @property
    def is_complete(self) -> bool:
        return not self.missing
