from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorauth.x12.envelope import read_interchange
from priorauth.x12.faults import Fault, X12SyntaxError
from priorauth.x12.segments import EMPTY, Delimiters, Element, Segment, read_delimiters, read_isa, write_segments
from x12_messages import ISA

UNPADDED = "ISA*00* *00* *ZZ*SENDER *ZZ*RECEIVER *261102*0915*{*00501*000000014*0*T*:~"

values = st.text("AZaz09 .,-'é", min_size=1, max_size=9)
components = st.lists(values, min_size=2, max_size=4).map(tuple)
repetitions = st.lists(st.one_of(values, components), min_size=2, max_size=4)
bodies = st.lists(st.lists(st.one_of(st.just(""), values, components, repetitions), max_size=8), max_size=8)
delimiters = st.lists(st.sampled_from("*^:~|>\x1c\x1d\x1e\n!{"), min_size=4, max_size=4, unique=True).map(
    lambda four: Delimiters(*four)
)


def isa(written: Delimiters) -> str:
    ours = written.element + written.repetition + written.component + written.segment
    return f"{ISA}~".translate(str.maketrans("*^:~", ours))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{ISA}~", Delimiters("*", "^", ":", "~"), id="as most are"),
        pytest.param(isa(Delimiters("|", "{", ">", "\n")), Delimiters("|", "{", ">", "\n"), id="others"),
        pytest.param(
            f"{ISA}~".replace("*^*00501*", "*U*00401*"), Delimiters("*", "", ":", "~"), id="00401 has no fourth"
        ),
        pytest.param(UNPADDED, Delimiters("*", "{", ":", "~"), id="padding lost"),
        pytest.param(f"{ISA[:-1]}~GS*", Delimiters("*", "^", "", "~"), id="without a component separator"),
    ],
)
def test_the_isa_announces_the_delimiters(text: str, expected: Delimiters) -> None:
    assert read_delimiters(text) == expected


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param("", Fault.ISA_MISSING, id="nothing at all"),
        pytest.param("UNB+UNOA:1", Fault.ISA_MISSING, id="another standard"),
        pytest.param("ISA", Fault.ISA_SEPARATOR, id="ISA alone"),
        pytest.param("ISA00", Fault.ISA_SEPARATOR, id="a digit for a separator"),
        pytest.param(ISA[:80], Fault.ISA_TRUNCATED, id="cut off before the control number"),
        pytest.param(ISA.replace("000000014", " " * 9) + "~", Fault.ISA_CONTROL_NUMBER, id="a blank control number"),
    ],
)
def test_an_isa_without_a_control_number_says_why_it_cannot_be_read(text: str, fault: Fault) -> None:
    with pytest.raises(X12SyntaxError) as caught:
        read_isa(text)

    assert caught.value.fault is fault


@given(bodies, delimiters)
def test_what_is_written_is_read_back(body: list[list[Element]], written: Delimiters) -> None:
    segments: list[Sequence[Element]] = [
        ("ST", "278", "0001", "005010X217"),
        *[("ZZZ", "X", *each, "X") for each in body],
        ("SE", "9", "0001"),
    ]
    gs = ("GS", "HI", "AB", "CD", "20261102", "0915", "14", "X", "005010X217")

    text = isa(written) + write_segments([gs, *segments, ("GE", "1", "14"), ("IEA", "1", "000000014")], written)
    (transaction,) = read_interchange(text.encode()).groups[0].sets

    assert list(transaction.segments) == [Segment(map(_flat(written), each)) for each in segments]


def _flat(written: Delimiters) -> Callable[[Element], str]:
    def flat(element: Element) -> str:
        if isinstance(element, list):
            return written.repetition.join(map(flat, element))
        return written.component.join(element) if isinstance(element, tuple) else str(element)

    return flat


@given(st.text(), delimiters)
def test_a_value_never_becomes_structure(value: str, written: Delimiters) -> None:
    replaced: list[tuple[int, int]] = []

    text = write_segments(
        [("MSG", value), ("N3", (value, "X"), [value, "X"])], written, replaced=lambda *at: replaced.append(at)
    )

    own = {written.element, written.repetition, written.component, written.segment}
    assert text.count(written.segment) == 2
    assert text.count(written.element) == 3 - (not text.startswith("MSG" + written.element))
    assert text.count(written.component) == text.count(written.repetition) == 1
    assert {(1, 1), (2, 1), (2, 2)} >= set(replaced)
    assert bool(replaced) or own.isdisjoint(value)
    assert text.encode("utf-8")


def test_trailing_empty_elements_and_components_are_not_written() -> None:
    text = write_segments([("UM", "HS", ("21", "B", ""), ["A", ""], "", ())], Delimiters())

    assert text == "UM*HS*21:B*A~"


def test_a_segment_never_shows_its_values() -> None:
    segment = Segment(("NM1", "IL", "1", "VANDERBEEK"))

    assert repr(segment) == "Segment(NM1, 3 elements)"
    assert repr(Segment(("VANDERBEEK MARGUERITE",))) == "Segment(?, 0 elements)"


def test_an_absent_segment_is_false_and_answers_nothing_for_every_element() -> None:
    assert not EMPTY
    assert (EMPTY[0], EMPTY[1], EMPTY[44]) == ("", "", "")
