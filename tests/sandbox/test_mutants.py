"""For every rule there is a message that breaks it and no other, on each rail on which the rule can be broken."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random

import pytest

from memory.gateway import LENIENT, TOOLS, MemoryGateway
from priorauth.adapters.partners import Partners
from priorauth.adapters.webhooks import HttpWebhooks
from priorauth.domain.events import MessageRejected
from priorauth.domain.findings import Finding, FindingCode
from priorauth.domain.parties import PartnerId
from priorauth.fhir.bundles import read_resource
from priorauth.inspection import validate_fhir, validate_message
from priorauth.sandbox.mutants import LEG, MUTANTS, DoesNotApply, Door, Mutant, Rail, SoundMessage, make
from priorauth.translate.fhir_subscription import endpoint_refused, read_subscription
from subscribing import NOON
from x12_sets import enclosed

GOLDENS, SAMPLES = Path(__file__).parents[1], Path(__file__).parents[2] / "samples"
ANSWERED_AS = {Rail.X12: "x12", Rail.FHIR: "pas-2.2.1", Rail.EVENT: "event"}
PARTNERS = TOOLS.knowledge.partners.by_id

SAID_ON_BOTH = {FindingCode.ADMISSION_CODES_MISSING, FindingCode.DETERMINATION_MISSING}
"""Rules whose ids say X12, of which FHIR is found guilty too."""
NOT_SAID = {
    (FindingCode.DETERMINATION_ITEM_TWICE, Rail.X12): "several levels of one trace are the day spans of a stay",
}
NOT_ALIKE = {
    ("X12-ELEMENT-EXCLUDED.x12", "transport"): "its first N4 is a place of transport, where N404 is not used",
    ("PAS-SEQUENCE-DUPLICATE.fhir-4", "msk-cancellation"): "an item points at what is renumbered",
    ("PAS-SEQUENCE-DUPLICATE.fhir-4", "msk-spine-and-pain"): "an item points at what is renumbered",
    ("X12-SITUATION-ADMISSION-CODES.fhir", "nicu-update"): "the Claim that it updates names the Encounter too",
}
"""What breaks another rule, or one more, in another message than its base."""
ALSO_TRIED = 160
"""How many pairs of a mutant and another message are tried; PRIORAUTH_ALL_MUTANTS=1 tries them all."""


def of(door: Door) -> list[Mutant]:
    return [each for each in MUTANTS if each.door is door]


def named(mutants: Iterable[Mutant]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("mutant", [pytest.param(each, id=each.name) for each in mutants])


def found_in(body: bytes, rail: Rail, partner: str = "sandbox") -> list[Finding]:
    """What validation finds, without what merely follows from it."""
    if rail is Rail.FHIR:
        return [each.finding for each in validate_fhir(TOOLS, body).report.findings]
    agreed = PARTNERS[PartnerId(partner)] if partner == LENIENT else None
    report = validate_message(TOOLS, body, partner=agreed, ask_pyx12=False).report
    groups = [each for group in report.groups for each in group.findings]
    sets = [each for group in report.groups for one in group.sets for each in one.findings]
    return [each.finding for each in (*report.findings, *groups, *sets)]


def test_every_rule_has_a_mutant_on_every_rail_that_can_break_it() -> None:
    had = {(each.rule, each.rail) for each in MUTANTS}

    assert {(rule, rail) for rule in FindingCode for rail in rails_of(rule)} - had == set(NOT_SAID)
    assert len({each.name for each in MUTANTS}) == len(MUTANTS)


def rails_of(rule: FindingCode) -> set[Rail]:
    """Where a rule can be broken, by its id: one without a prefix holds on both rails."""
    if rule in SAID_ON_BOTH:
        return {Rail.X12, Rail.FHIR}
    if rule.startswith("DETERMINATION-"):
        return set(Rail)
    if rule.startswith(("FHIR-", "PAS-")):
        return {Rail.FHIR}
    return {Rail.X12} if rule.startswith("X12-") else {Rail.X12, Rail.FHIR}


BASES = sorted({each.base for each in of(Door.VALIDATE)}, key=lambda base: base.name)


@pytest.mark.parametrize("base", BASES)
def test_nothing_is_wrong_with_what_mutants_are_made_of(base: SoundMessage) -> None:
    assert found_in(base.read(), base.rail) == []


@named(of(Door.VALIDATE))
def test_a_mutant_breaks_exactly_its_rule(mutant: Mutant) -> None:
    made = make(mutant)

    found = found_in(made.body, mutant.rail, mutant.partner)

    assert {each.code for each in found} == {mutant.rule}
    if mutant.rail is Rail.FHIR:
        assert [each.at.path for each in found] == [mutant.found_at or made.places[-1]]
        assert found[0].severity is TOOLS.knowledge.findings[mutant.rule].severity
        assert found[0].expected.startswith(mutant.says)


@cache
def others() -> dict[Rail, dict[str, bytes]]:
    """Our samples, and the answers to them that we write, in which nothing is wrong: by rail and name."""
    found = {
        Rail.X12: {path.stem: path.read_bytes() for path in (SAMPLES / "x12").glob("*.edi")},
        Rail.FHIR: {path.stem: path.read_bytes() for path in (SAMPLES / "fhir").glob("[!i]*.json")},
    }
    for path in GOLDENS.glob("golden/*/response.edi"):
        found[Rail.X12][f"{path.parent.name} answered"] = enclosed(path.read_text().replace("\n", "").split("~")[:-1])
    for path in GOLDENS.glob("golden-fhir/*/response.json"):
        found[Rail.FHIR][f"{path.parent.name} answered"] = path.read_bytes()
    return {
        rail: {name: bodies[name] for name in sorted(bodies) if not found_in(bodies[name], rail)}
        for rail, bodies in found.items()
    }


def pairs() -> list[tuple[Mutant, str]]:
    """Mutants with other messages than their own bases; all of them, or as many as there is time for."""
    every = [
        (mutant, name)
        for mutant in of(Door.VALIDATE)
        if mutant.rule is not FindingCode.SET_TOO_LARGE
        for name in others()[mutant.rail]
        if (mutant.name, name) not in NOT_ALIKE
    ]
    return every if os.environ.get("PRIORAUTH_ALL_MUTANTS") else Random(17).sample(every, ALSO_TRIED)


def test_a_mutant_of_another_message_breaks_exactly_its_rule_too() -> None:
    wrong, tried = [], 0
    for mutant, name in pairs():
        try:
            body = make(mutant, base=others()[mutant.rail][name]).body
        except DoesNotApply:
            continue
        tried += 1
        codes = {each.code for each in found_in(body, mutant.rail, mutant.partner)}
        if codes != {mutant.rule}:
            wrong.append((mutant.name, name, codes))

    assert wrong == []
    assert tried > ALSO_TRIED / 2


# In an exchange


async def test_another_message_under_a_used_number_is_announced_as_a_duplicate() -> None:
    gateway = MemoryGateway()
    (mutant,) = (each for each in of(Door.SEND) if each.before)
    made = make(mutant)
    for body in made.before:
        await gateway.post(body)

    await gateway.post(made.body)

    (refused,) = [event for event in gateway.store.published if isinstance(event, MessageRejected)]
    assert {each.code for each in refused.findings} == {mutant.rule}
    assert found_in(made.body, mutant.rail) == []


def test_the_sender_that_nobody_is_is_no_partner_where_not_everybody_is_one() -> None:
    (mutant,) = (each for each in of(Door.SEND) if not each.before)
    named_partners = Partners({id: each for id, each in PARTNERS.items() if not each.accepts_any_sender})

    sender = TOOLS.codec.sender_of(make(mutant).body)

    assert mutant.rule is FindingCode.INTERCHANGE_PARTNER_UNKNOWN  # which tests/security sees answered
    assert named_partners.sender(sender.qualifier, sender.id) is None
    assert found_in(make(mutant).body, mutant.rail) == []


def refused_of(body: bytes) -> list[Finding]:
    """What keeps a Subscription from being accepted, in the order in which it is looked at."""
    read = read_subscription(read_resource(body), NOON)
    webhooks = HttpWebhooks(None, ["127.0.0.1"])  # type: ignore[arg-type]
    assert found_in(body, Rail.FHIR) == []
    return [*read.findings, *(() if webhooks.allows(read.terms.endpoint) else (endpoint_refused(),))]


@named(of(Door.SUBSCRIBE))
def test_a_subscription_breaks_exactly_its_rule(mutant: Mutant) -> None:
    made = make(mutant)

    assert refused_of(mutant.base.read()) == []
    (found,) = refused_of(made.body)
    assert (found.code, found.at.path) == (mutant.rule, mutant.found_at or made.places[-1])


@named(of(Door.ANSWER))
async def test_an_answer_of_a_delegate_breaks_exactly_its_rule(mutant: Mutant) -> None:
    gateway = MemoryGateway()
    (asked,) = mutant.before
    (review_id,) = (await gateway.post(asked.read())).review_ids
    leg = await gateway.leg(review_id)
    made = make(mutant, leg=leg.id)

    recorded = await gateway.say_bytes(leg.destination, made.body, ANSWERED_AS[mutant.rail])

    assert [each.code for each in recorded.findings] == [mutant.rule]
    where = mutant.found_at or made.places[-1]
    assert recorded.findings[0].at.path == ("" if where.startswith("byte") else where)
    sound = mutant.base.read().replace(LEG.encode(), leg.id.encode())
    assert (await gateway.say_bytes(leg.destination, sound, ANSWERED_AS[mutant.rail])).accepted
