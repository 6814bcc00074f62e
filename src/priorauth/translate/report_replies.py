"""How a finding will be answered, in words: the codes of its TA1, 999 or AAA."""

from __future__ import annotations

from priorauth.domain.findings import Position
from priorauth.translate.finding_rejections import LEVELS, reason_at
from priorauth.translate.finding_rules import FindingRule
from priorauth.x12.guides.dictionary import COMPOSITES, DATA_ELEMENTS
from priorauth.x12.verdicts import AcknowledgmentCodes, Reply


def reply_codes(rule: FindingRule, at: Position) -> dict[str, str]:
    """The coded elements of the reply that says this finding, by their names; empty where none does."""
    codes = rule.acknowledgment
    if codes.reply is Reply.INTERCHANGE:
        return {"TA105": codes.interchange}
    if codes.reply is Reply.IMPLEMENTATION:
        return _acknowledged(codes)
    if codes.reply is Reply.REJECTION and at.loop in LEVELS:
        level = LEVELS[at.loop]
        return {"loop": level, "AAA03": reason_at(level, rule.reasons), "AAA04": rule.follow_up}
    return {}


def _acknowledged(codes: AcknowledgmentCodes) -> dict[str, str]:
    named = {"AK905": codes.group, "IK502": codes.transaction, "IK304": codes.segment, "IK403": codes.element}
    return {name: code for name, code in named.items() if code}


def element_name(at: Position) -> str:
    """Our name of the data element or composite at a position, empty where there is none."""
    if at.data_element in DATA_ELEMENTS:
        return DATA_ELEMENTS[at.data_element].name
    return COMPOSITES[at.data_element][0] if at.data_element in COMPOSITES else ""
