"""Synthetic requests are valid, make each other without loss, go where they should, and repeat with their seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from functools import cache

import pytest

from memory.gateway import TOOLS
from priorauth.domain.parties import Identifier
from priorauth.inspection import validate_fhir, validate_message
from priorauth.sandbox.traffic.checking import problems_of
from priorauth.sandbox.traffic.dice import Dice, npi_of
from priorauth.sandbox.traffic.left_out import LEFT_OUT
from priorauth.sandbox.traffic.running import Made, Maker, Order, Rail, Tally, in_order, run
from priorauth.sandbox.traffic.twins import COHORTS, Twin, TwinMaker, control_number_of
from priorauth.x12.content import is_npi
from priorauth.x12.guides.spec import Usage
from priorauth.x12.guides.x217.request import X217_REQUEST
from priorauth.x12.validation import validate_interchange

MAKER = TwinMaker(crosswalks=TOOLS.knowledge.crosswalks, seed=2026)
twin = cache(MAKER.twin)
ENOUGH = 300
"""So many requests are checked here; `make twins` checks a hundred thousand."""


async def test_twins_are_valid_make_each_other_without_loss_and_go_where_their_cohorts_are_meant_to_go() -> None:
    problems = [each for number in range(1, ENOUGH + 1) for each in await problems_of(twin(number), TOOLS)]

    assert problems == []


def test_pyx12_and_the_models_of_fhir_accept_a_request_of_every_other_cohort() -> None:
    for number in range(1, len(COHORTS) + 1, 2):
        found = twin(number)

        x12, fhir = validate_message(TOOLS, found.x12), validate_fhir(TOOLS, found.fhir, ask_models=True)

        assert x12.opinion is not None
        assert fhir.opinion is not None
        assert (x12.opinion.accepted, x12.disagreements) == (True, ()), found.name
        assert (fhir.opinion.accepted, fhir.disagreements) == (True, ()), found.name


# A check that cannot fail is worth nothing


def without_payer(found: Twin) -> Twin:
    return replace(found, x12=found.x12.replace(b"*PI*BCBSMA", b"*PI*NOBODY"))


def with_another_day(found: Twin) -> Twin:
    return replace(found, fhir=found.fhir.replace(b'"birthDate":"2', b'"birthDate":"1'))


def with_another_wish(found: Twin) -> Twin:
    return replace(found, cohort=replace(found.cohort, goes_to=("evicore",)))


def with_a_reservation(found: Twin) -> Twin:
    transaction = replace(found.review.transaction, reservation=True)
    body = found.x12.replace(b"*" + transaction.created[8:].encode() + b"~HL*1", b"*1200*RU~HL*1")
    return replace(found, x12=body, review=replace(found.review, transaction=transaction))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without_payer, "x12 is rejected: 79"),
        (with_another_day, "the Bundle is not read as what it was written from"),
        (with_another_day, "the Bundle of the 278 is not the twin"),
        (with_another_day, "the 278 of the Bundle is not the twin"),
        (with_another_wish, "it goes to progenyhealth and not to evicore"),
        (with_a_reservation, "278 to FHIR: header/BHT06 is lost: the target format has no place for it"),
    ],
)
async def test_what_is_wrong_with_a_twin_is_told(spoil: object, said: str) -> None:
    assert callable(spoil)

    problems = await problems_of(spoil(twin(1)), TOOLS)

    assert said in [each.what for each in problems]


# The same for the same seed


def test_a_twin_depends_on_nothing_but_the_seed_its_number_and_the_day() -> None:
    again = TwinMaker(crosswalks=TOOLS.knowledge.crosswalks, seed=2026)
    other = TwinMaker(crosswalks=TOOLS.knowledge.crosswalks, seed=2027)
    later = TwinMaker(crosswalks=TOOLS.knowledge.crosswalks, seed=2026, day=date(2027, 1, 4))

    in_turn = [MAKER.twin(number) for number in (5, 6, 7)]

    assert [again.twin(number).x12 for number in (7, 6, 5)] == [each.x12 for each in reversed(in_turn)]
    assert [again.twin(number).fhir for number in (7, 6, 5)] == [each.fhir for each in reversed(in_turn)]
    assert other.twin(5).x12 != in_turn[0].x12
    assert later.twin(5).fhir != in_turn[0].fhir


def test_other_traffic_of_the_same_senders_has_other_control_numbers() -> None:
    days = [date(2026, 11, day) for day in (2, 3)]
    numbers = [
        control_number_of(number, seed=seed, day=day) for number in range(1, 101) for seed in range(50) for day in days
    ]

    assert len(set(numbers)) == len(numbers)
    assert min(numbers) >= 1
    assert max(numbers) <= 999_999_999


def test_batches_come_in_order_whoever_finishes_first() -> None:
    order = Order(count=50, seed=3, rail=Rail.X12, batch=4)
    maker = Maker(order, TOOLS)

    with ThreadPoolExecutor(3) as pool:

        def submit(start: int) -> Future[list[Made]]:
            return pool.submit(maker.batch, start)

        together = [each for batch in in_order(submit, range(1, 51, 4), 5) for each in batch]

    alone: list[Made] = []
    for _ in run(order, jobs=1, take=alone.append, tools=TOOLS):
        pass
    assert [each.x12 for each in together] == [each.x12 for each in alone]


def test_the_tally_has_one_digest_for_one_order() -> None:
    def tally(seed: int) -> Tally:
        return list(run(Order(count=3, seed=seed), jobs=1, take=lambda _: None, tools=TOOLS))[-1]

    assert tally(1).digest == tally(1).digest
    assert tally(1).digest != tally(2).digest
    assert tally(1).count == 3


# What there is


def test_every_payer_has_cohorts_and_each_has_a_name_of_its_own() -> None:
    names = Counter((each.payer, each.name) for each in COHORTS)

    assert {each.payer for each in COHORTS} == set(TOOLS.knowledge.packs)
    assert [name for name, count in names.items() if count > 1] == []


def test_cohorts_reach_every_delegate_and_desk_but_the_one_whose_list_is_yet_to_come() -> None:
    reached = {word for each in COHORTS for goes_to in each.goes_to for word in goes_to.partition("/")[0].split()}

    assert set(TOOLS.knowledge.destinations) - reached == {"cvs-caremark"}


def test_twins_have_every_element_of_the_guide_that_the_two_formats_share() -> None:
    allowed, seen = set(_elements_of_the_guide()), set[str]()
    for number in range(1, ENOUGH + 1):
        seen.update(_elements(twin(number).x12))

    left_out = {each for each in allowed if any(fnmatchcase(each, pattern) for pattern in LEFT_OUT)}
    assert allowed - seen == left_out
    assert [pattern for pattern in LEFT_OUT if not any(fnmatchcase(each, pattern) for each in allowed)] == []


def _elements_of_the_guide() -> Iterator[str]:
    loops = [("header", X217_REQUEST.header), *((chain[-1].id, chain[-1].uses) for chain in X217_REQUEST.walk())]
    for loop, use in ((loop, use) for loop, uses in loops for use in uses):
        for place, element in enumerate(use.elements, start=1):
            if element.usage is Usage.NOT_USED:
                continue
            parts = [at for at, part in enumerate(element.components, start=1) if part.usage is not Usage.NOT_USED]
            yield from [f"{loop}/{use.key} {place:02d}-{at}" for at in parts] or [f"{loop}/{use.key} {place:02d}"]


def _elements(interchange: bytes) -> Iterator[str]:
    tree = validate_interchange(interchange).groups[0].sets[0].tree
    assert tree is not None
    for node in tree.walk():
        rows = [(key, row) for key in node.keys() for row in node.rows(key)]  # noqa: SIM118  (no mapping)
        for key, row in rows:
            for place, value in enumerate(row[1:], start=1):
                if value:
                    position = f"{node.id or 'header'}/{key} {place:02d}"
                    yield position
                    yield from (f"{position}-{at}" for at, part in enumerate(value.split(":"), 1) if part)


def test_invented_npis_have_their_check_digit() -> None:
    assert npi_of("123456789") == "1234567893"
    assert all(is_npi(Dice(1, number).npi()) for number in range(200))


def test_facilities_and_requesters_are_known_by_npi_where_a_directory_must_know_them() -> None:
    for number in range(1, len(COHORTS) + 1):
        review = twin(number).review
        providers = [review.requester, *review.event.providers]

        assert any(each.identifier and each.identifier.qualifier == Identifier.NPI for each in providers)
