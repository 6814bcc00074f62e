"""How a finding is answered: the coded elements of the TA1, 999 or AAA that says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from priorauth.domain.findings import Finding
from priorauth.translate.finding_rejections import LEVELS, follow_up_for, reason_for
from priorauth.translate.finding_rules import FindingRule
from priorauth.x12.verdicts import AcknowledgmentCodes, Reply


@dataclass(frozen=True, slots=True)
class ReplyCodes:
    """Which reply says a finding and by which codes; NONE where only our own report does."""

    reply: Reply = Reply.NONE
    codes: Mapping[str, str] = field(default_factory=dict)


UNANSWERED = ReplyCodes()


def reply_codes(
    finding: Finding, rule: FindingRule, rows: Sequence[Sequence[str]] = (), direction: str = "request"
) -> ReplyCodes:
    """The reply that says this finding. Only requests are answered with AAA; `rows` are the set's segments."""
    said, at = rule.acknowledgment, finding.at
    if said.reply in (Reply.INTERCHANGE, Reply.IMPLEMENTATION):
        return ReplyCodes(said.reply, acknowledgment_elements(said))
    if said.reply is Reply.REJECTION and direction == "request" and finding.rejects:
        level = LEVELS.get(at.loop, LEVELS[""])
        codes = {"loop": level.value, "AAA03": reason_for(at, rule, rows), "AAA04": follow_up_for(at, rule)}
        return ReplyCodes(said.reply, codes)
    return UNANSWERED


def acknowledgment_elements(said: AcknowledgmentCodes) -> dict[str, str]:
    """The elements of a TA1 or 999 that a finding fills, by name."""
    named = {
        "TA105": said.interchange,
        "AK905": said.group,
        "IK502": said.transaction,
        "IK304": said.segment,
        "IK403": said.element,
    }
    return {name: code for name, code in named.items() if code}
