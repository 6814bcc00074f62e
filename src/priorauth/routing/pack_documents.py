"""A pack's rules as JSON: what decided a review, in the words of the pack that it was routed by."""

from __future__ import annotations

from collections.abc import Collection

from priorauth.routing.documents import JsonValue
from priorauth.routing.pack_differences import answer_in_words, rule_conditions
from priorauth.routing.packs import Pack


def rules_json(pack: Pack, names: Collection[str]) -> list[JsonValue]:
    """The rules of these names: the step, each condition in words, what is said, the reason and the citation."""
    return [
        {
            "rule": rule.id,
            "step": rule.step.name.lower(),
            "when": list(rule_conditions(rule)),
            "says": answer_in_words(rule.answer),
            "reason": rule.reason,
            "citation": rule.citation,
        }
        for rule in pack.rules
        if rule.id in names
    ]
