"""Routes as JSON: what `route`, events and `GET /reviews/{id}/route` show, and the longer form that explains."""

from __future__ import annotations

from priorauth.domain.routes import AppliedRequirement, ItemRoute, Route

JsonValue = dict[str, "JsonValue"] | list["JsonValue"] | str | int | None


def route_json(route: Route) -> dict[str, JsonValue]:
    """The route: per item the outcome, destination and rule, and `facts` as name -> {value, source}.

    `value` is text, or null where the fact is unknown; `source` is a position in the message, `directory`, `given` or
    `default`. The facts are those that the rule looked at; for a `manual` of the router itself (`unknown_facts`,
    `no_rule` and the like), those of the rules that were in question.
    """
    items: list[JsonValue] = [_item(item) for item in route.items]
    return {"payer": route.payer, "pack_version": route.pack_version, "items": items}


def explain_json(route: Route) -> dict[str, JsonValue]:
    """The route with, per item, the citation, what made it manual, what is required, and why each other rule lost."""
    items: list[JsonValue] = [
        {
            **_item(item),
            "citation": item.citation,
            "unknown": list(item.unknown),
            "requirements": [_requirement(one) for one in item.requirements],
            "losing": [{"rule": losing.rule, "because": losing.because} for losing in item.losing],
        }
        for item in route.items
    ]
    return {"payer": route.payer, "pack_version": route.pack_version, "items": items}


def _requirement(applied: AppliedRequirement) -> dict[str, JsonValue]:
    """What is asked of the request; parts that it does not have are left out."""
    told: dict[str, JsonValue] = {
        "id": applied.id,
        "need": applied.need.value,
        "says": applied.says,
        "citation": applied.citation,
        "clock": applied.clock,
        "before": applied.before,
        "valid": applied.valid,
        "documents": list(applied.documents),
        "if_missing": applied.if_missing,
        "unknown": list(applied.unknown),
    }
    return {name: value for name, value in told.items() if value}


def _item(item: ItemRoute) -> dict[str, JsonValue]:
    facts: dict[str, JsonValue] = {fact.name: {"value": fact.value, "source": fact.source} for fact in item.facts}
    return {
        "sequence": item.sequence,
        "outcome": item.outcome.value,
        "destination": item.destination,
        "queue": item.queue,
        "rule": item.rule,
        "reason": item.reason,
        "facts": facts,
    }
