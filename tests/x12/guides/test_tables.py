"""The guide tables as tables: unambiguous, within the dictionary, complete in number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import pytest
from pyx12.dataele import DataElements

from priorauth.x12.guides import GUIDES, control, guide_table
from priorauth.x12.guides.dictionary import COMPOSITES, DATA_ELEMENTS
from priorauth.x12.guides.spec import Choice, ElementUse, Guide, Loop, Usage, Use
from priorauth.x12.guides.x217 import codes as x217_codes
from priorauth.x12.guides.x217.request import X217_REQUEST
from priorauth.x12.guides.x217.response import X217_RESPONSE
from priorauth.x12.guides.x231 import codes as x231_codes
from priorauth.x12.guides.x231.acknowledgment import X231_999

each_guide = pytest.mark.parametrize("guide", [pytest.param(guide, id=guide.name) for guide in GUIDES])

CONTROL_USES = (control.ISA, control.TA1, control.GS, control.ST, control.SE, control.GE, control.IEA)

# Where our dictionary and the one that pyx12 brings differ, and why ours stands.
DICTIONARY_DIFFERENCES = {
    "447": "HIPAA loop ids have up to six characters",
    "719": "005010 counts up to ten digits",
}


def uses_of(guide: Guide) -> Iterator[tuple[str, Use]]:
    for use in (*guide.header, *guide.trailer):
        yield "", use
    for chain in guide.walk():
        for use in (*chain[-1].uses, *chain[-1].trailer):
            yield chain[-1].id, use


def elements_of(use: Use) -> Iterator[ElementUse]:
    for element in use.elements:
        yield element
        yield from element.components


def every_element() -> Iterator[ElementUse]:
    for guide in GUIDES:
        for _, use in uses_of(guide):
            yield from elements_of(use)
    for use in CONTROL_USES:
        yield from elements_of(use)


def levels_of(guide: Guide) -> Iterator[tuple[tuple[Use, ...], tuple[Loop, ...]]]:
    """The uses and loops that stand side by side, at each place of the guide."""
    yield (*guide.header, *guide.trailer), guide.loops
    for chain in guide.walk():
        yield (*chain[-1].uses, *chain[-1].trailer), chain[-1].loops


def overlap(one: Use, other: Use) -> bool:
    """True where some segment could be taken for both."""
    if one.segment != other.segment:
        return False
    return all(one.qualifiers.get(position, codes) & codes for position, codes in other.qualifiers.items())


@each_guide
def test_no_segment_fits_two_uses_of_one_loop(guide: Guide) -> None:
    for uses, _ in levels_of(guide):
        for one, other in combinations(uses, 2):
            assert not overlap(one, other), (one.key, other.key)


@each_guide
def test_no_segment_opens_two_neighbouring_loops(guide: Guide) -> None:
    for _, loops in levels_of(guide):
        for one, other in combinations(loops, 2):
            if one.level or other.level:
                assert one.level != other.level
            else:
                assert not overlap(one.uses[0], other.uses[0]), (one.id, other.id)


@each_guide
def test_no_segment_of_a_loop_also_opens_a_loop_within(guide: Guide) -> None:
    for uses, loops in levels_of(guide):
        openers = {loop.uses[0].segment for loop in loops}
        levels = {loop.level for loop in loops} - {""}
        for use in uses:
            own = next(iter(use.elements[2].codes or ()), "") if use.segment == "HL" else ""
            assert use.segment not in openers or (own and own not in levels), use.key


@each_guide
def test_keys_are_unique_and_carry_a_qualifier_only_among_namesakes(guide: Guide) -> None:
    for uses, _ in levels_of(guide):
        keys = [use.key for use in uses]
        namesakes = Counter(use.segment for use in uses)

        assert len(set(keys)) == len(keys)
        for use in uses:
            if namesakes[use.segment] == 1:
                assert use.key == use.segment
            else:
                assert use.key.startswith(f"{use.segment}/")
                assert use.qualifiers


@each_guide
def test_loops_below_one_another_have_ids_of_their_own(guide: Guide) -> None:
    for chain in guide.walk():
        ids = [loop.id for loop in chain]
        assert len(set(ids)) == len(ids)


@each_guide
def test_every_code_is_known_and_fits_its_element(guide: Guide) -> None:
    for loop, use in uses_of(guide):
        for element in elements_of(use):
            for code in element.codes or ():
                assert element.minimum <= len(code) <= element.maximum, (loop, use.key, element.number, code)
                assert element.known is None or code in element.known, (loop, use.key, element.number, code)


@each_guide
def test_an_element_that_is_not_used_has_no_codes_and_no_components(guide: Guide) -> None:
    for loop, use in uses_of(guide):
        for element in elements_of(use):
            if element.usage is Usage.NOT_USED:
                assert element.codes is None, (loop, use.key, element.number)
                assert element.components == (), (loop, use.key, element.number)


@each_guide
def test_the_first_element_of_every_used_segment_and_composite_can_be_sent(guide: Guide) -> None:
    for loop, use in uses_of(guide):
        assert any(element.usage is not Usage.NOT_USED for element in use.elements), (loop, use.key)
        for element in use.elements:
            if element.components:
                assert element.components[0].usage is Usage.REQUIRED, (loop, use.key, element.number)


@each_guide
def test_relational_conditions_name_elements_of_their_segment(guide: Guide) -> None:
    for loop, use in uses_of(guide):
        for owner, conditions in [(use.elements, use.syntax)] + [(e.components, e.syntax) for e in use.elements]:
            for condition in conditions:
                assert re.fullmatch(r"[PRECL](\d\d){2,}", condition), (loop, use.key, condition)
                positions = [int(pair) for pair in re.findall(r"\d\d", condition)]
                assert positions == sorted(set(positions)) or condition[0] in "CL", (loop, use.key, condition)
                assert set(positions) <= set(range(1, len(owner) + 1)), (loop, use.key, condition)


@each_guide
def test_choices_name_child_loops(guide: Guide) -> None:
    for chain in guide.walk():
        if chain[-1].choice is not None:
            assert set(chain[-1].choice.loops) <= {child.id for child in chain[-1].loops}


@pytest.mark.parametrize(
    ("guide", "usage"),
    [(X217_REQUEST, Usage.REQUIRED), (X217_RESPONSE, Usage.SITUATIONAL)],
    ids=["request", "response"],
)
def test_the_patient_event_is_one_literal_below_subscriber_or_dependent(guide: Guide, usage: Usage) -> None:
    loops = {"/".join(loop.id for loop in chain): chain[-1] for chain in guide.walk()}
    subscriber = loops["2000A/2000B/2000C"]
    below_subscriber = loops["2000A/2000B/2000C/2000E"]
    below_dependent = loops["2000A/2000B/2000C/2000D/2000E"]

    assert subscriber.choice == Choice(usage, ("2000D", "2000E"))
    assert below_subscriber.uses is below_dependent.uses
    assert below_subscriber.loops is below_dependent.loops
    assert below_subscriber.usage is Usage.SITUATIONAL
    assert below_dependent.usage is usage


@pytest.mark.parametrize(
    ("guide", "loops", "uses", "elements"),
    [
        pytest.param(X217_REQUEST, 20, 142, 1320, id="request"),
        pytest.param(X217_RESPONSE, 22, 169, 1617, id="response"),
        pytest.param(X231_999, 3, 9, 69, id="999"),
    ],
)
def test_the_tables_have_all_their_rows(guide: Guide, loops: int, uses: int, elements: int) -> None:
    """Both copies of 2000E counted; without them the X217 tables have the 750 and 904 rows of the published guide."""
    assert sum(1 for _ in guide.walk()) == loops
    assert sum(1 for _ in uses_of(guide)) == uses
    assert sum(1 for _, use in uses_of(guide) for _ in elements_of(use)) == elements


def test_every_row_of_the_dictionary_is_used_and_every_labelled_code_is_allowed_somewhere() -> None:
    numbers = {element.number for element in every_element()}
    allowed: dict[str, set[str]] = {}
    for element in every_element():
        allowed.setdefault(element.number, set()).update(element.codes or ())

    assert numbers == set(DATA_ELEMENTS) | set(COMPOSITES)
    for labelled in (x217_codes.CODES, x231_codes.CODES):
        for number, codes in labelled.items():
            assert set(codes) <= allowed[number], number


def test_codes_known_from_elsewhere_fit_the_dictionary_and_are_not_labelled_ones() -> None:
    for number, codes in x217_codes.ELSEWHERE.items():
        element = DATA_ELEMENTS[number]
        assert not set(codes.split()) & set(x217_codes.CODES[number]), number
        assert all(element.minimum <= len(code) <= element.maximum for code in codes.split()), number


def test_the_dictionary_is_the_one_pyx12_brings_but_for_listed_differences() -> None:
    theirs = DataElements()

    differing = set()
    for number, element in DATA_ELEMENTS.items():
        row = theirs.get_by_elem_num(number)
        if (row["data_type"], row["min_len"], row["max_len"]) != (element.type, element.minimum, element.maximum):
            differing.add(number)

    assert differing == set(DICTIONARY_DIFFERENCES)


@pytest.mark.parametrize(
    ("gs08", "direction", "guide"),
    [
        pytest.param("005010X217", "request", X217_REQUEST, id="request"),
        pytest.param("005010X217", "response", X217_RESPONSE, id="response"),
        pytest.param("005010X231A1", "request", X231_999, id="999"),
        pytest.param("005010X231", "request", X231_999, id="999 before its errata"),
        pytest.param("004010X094A1", "request", None, id="another version"),
        pytest.param("", "request", None, id="no version"),
    ],
)
def test_a_guide_is_found_by_version_and_direction(gs08: str, direction: str, guide: Guide | None) -> None:
    assert guide_table(gs08, direction) is guide
