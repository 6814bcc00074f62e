"""What a requester is told of an item that routing itself answers, or that waits for the payer's desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from priorauth.domain.determinations import CertificationAction, ItemDecision, Rejection, RejectionLevel
from priorauth.domain.routes import ItemRoute, Need, Outcome

ANSWERS: Mapping[Outcome, CertificationAction | None] = {
    Outcome.ROUTE: CertificationAction.PENDED,
    Outcome.NO_AUTH_REQUIRED: CertificationAction.NO_ACTION_REQUIRED,
    Outcome.NOTIFY_REQUIRED: CertificationAction.NO_ACTION_REQUIRED,
    Outcome.NOTIFY_REQUESTED: CertificationAction.NO_ACTION_REQUIRED,
    Outcome.REFERRAL_REQUIRED: CertificationAction.CONTACT_PAYER,
    Outcome.REDIRECT: CertificationAction.CONTACT_PAYER,
    Outcome.INVALID: None,  # rejected
    Outcome.MANUAL: CertificationAction.PENDED,
}
"""The answer to an item that no destination has decided, by what routing says of it. There is one for each outcome."""

TOLD_OF_NOTICE = frozenset({Outcome.NOTIFY_REQUIRED, Outcome.NOTIFY_REQUESTED})
NOTICES = frozenset({Need.NOTICE_REQUIRED, Need.NOTICE_REQUESTED})
INPUT_ERRORS = "33"
RESUBMISSION_NOT_ALLOWED = "N"


def answer_by_rule(route: ItemRoute, notice_due: datetime | None = None) -> ItemDecision:
    """The answer to an item by its route alone; `notice_due` is when the payer wants to be told by, where known."""
    message = words_of(route, notice_due)
    if route.outcome is Outcome.INVALID:
        rejection = Rejection(
            level=RejectionLevel.SERVICE,
            reason=INPUT_ERRORS,
            follow_up=RESUBMISSION_NOT_ALLOWED,
            sequence=route.sequence,
            finding=route.rule,
        )
        return ItemDecision(sequence=route.sequence, action=None, message=message, rejections=(rejection,))
    return ItemDecision(sequence=route.sequence, action=ANSWERS[route.outcome], message=message)


def words_of(route: ItemRoute, notice_due: datetime | None = None) -> str:
    """What is told with the answer: the reason and the rule. Of what simply goes to a delegate, nothing."""
    if route.outcome is Outcome.ROUTE:
        return ""
    if route.outcome is Outcome.MANUAL:
        return f"With the payer's desk by rule {route.rule}. {_without_colons(route.reason)}"
    told = f"{_without_colons(route.reason)} (rule {route.rule})"
    due = _due(route, notice_due) if route.outcome in TOLD_OF_NOTICE else ""
    return f"{told}; notice due {due}" if due else told


def _without_colons(text: str) -> str:
    """The text without what separates components in most interchanges, so that it crosses unchanged."""
    return text.replace(": ", " ")


def _due(route: ItemRoute, notice_due: datetime | None) -> str:
    """By when notice is due: the moment where a clock gives it, else how long before what, as a requirement says."""
    if notice_due is not None:
        return f"by {notice_due:%Y-%m-%d %H%M %Z}"
    return next((asked.before for asked in route.requirements if asked.need in NOTICES and asked.before), "")
