"""What is worth a look in a determination that stands: said as data, without any value. Nothing is corrected."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RemarkCode(StrEnum):
    """What was noticed."""

    DAYS_DIFFER = "days_differ"  # the days stated are not those from the first to the last day
    SPANS_OVERLAP = "spans_overlap"
    DAYS_NOT_REVIEWED = "days_not_reviewed"  # between spans, or before the next review: not denied
    ADMITTED_BEFORE_BIRTH = "admitted_before_birth"
    LEVEL_OF_CARE_MISSING = "level_of_care_missing"
    DENIED_IN_PART = "denied_in_part"  # less than was asked: what is due after a denial is due
    FACILITY_DIFFERS = "facility_differs"  # what is bound to facility and procedure: a new authorization is needed
    PROCEDURE_DIFFERS = "procedure_differs"
    READMISSION_CANDIDATE = "readmission_candidate"  # a clinician says whether two stays are one
    READMISSION_EXCLUDED = "readmission_excluded"
    CONTINUES_AFTER_TRANSFER = "continues_after_transfer"
    LATE_NOTIFICATION = "late_notification"
    DISCUSSION_NOT_OFFERED = "discussion_not_offered"
    RATIONALE_INCOMPLETE = "rationale_incomplete"
    SUBSTITUTED = "substituted"  # another service was certified in the place of the one asked for
    SETTING_CHANGED = "setting_changed"
    MEMBER_HELD_HARMLESS = "member_held_harmless"
    DECIDED_AGAIN = "decided_again"  # a late correction: a new decision beside the first
    AGREEMENT_NEEDED = "agreement_needed"  # outside the network: a letter of agreement before it is released
    SAME_DAY_STAY = "same_day_stay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What was noticed of which item, and what of the payer's document says so."""

    code: RemarkCode
    sequence: int | None = None
    rule: str = ""
    linked_to: str = ""  # the id of another review that it is about
