"""Our validator and pyx12 over the same bytes: whatever they differ in is on the list of pyx12's faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growth import AT_MOST, growth_of
from guide_examples import Row, example_set, interchange
from left_out import each_file
from priorauth.adapters.second_opinions.disagreements import Disagreement, KnownFault, Side, compare, known_faults
from priorauth.adapters.second_opinions.pyx12_check import second_opinion
from priorauth.x12.guides.spec import Guide
from priorauth.x12.guides.x217.request import X217_REQUEST
from priorauth.x12.guides.x217.response import X217_RESPONSE
from priorauth.x12.guides.x231.acknowledgment import X231_999
from priorauth.x12.validation import validate_interchange

ROOT = Path(__file__).parents[3]
OUR_MESSAGES = sorted(ROOT.glob("samples/**/*.edi"))
OUR_SETS = sorted(ROOT.glob("tests/golden/**/*.edi"))

each_guide = pytest.mark.parametrize(
    "guide", [pytest.param(guide, id=guide.name) for guide in (X217_REQUEST, X217_RESPONSE)]
)


def disagreements(data: bytes) -> tuple[Disagreement, ...]:
    return compare(validate_interchange(data), second_opinion(data))


def unexplained(data: bytes) -> list[Disagreement]:
    return [each for each in disagreements(data) if not each.reason]


@each_guide
@pytest.mark.parametrize("dependent", [True, False], ids=["dependent", "subscriber"])
def test_both_take_a_message_of_every_row(guide: Guide, dependent: bool) -> None:
    data = interchange([(guide, example_set(guide, dependent=dependent))])

    assert second_opinion(data).accepted
    assert disagreements(data) == ()


@pytest.mark.parametrize("message", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in OUR_MESSAGES])
def test_every_message_of_ours_is_agreed_on(message: Path) -> None:
    assert unexplained(message.read_bytes()) == []


@pytest.mark.parametrize("body", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in OUR_SETS])
def test_every_set_that_we_write_is_agreed_on(body: Path) -> None:
    rows = [line.split("*") for line in body.read_text().replace("~", "").split("\n") if line]
    guide = X217_RESPONSE if body.stem == "response" else X217_REQUEST

    assert unexplained(interchange([(guide, rows)])) == []


def test_there_are_messages_of_ours() -> None:
    assert OUR_MESSAGES
    assert OUR_SETS


@each_file("sample", "PRIORAUTH_SAMPLES", "*.edi", what="the second opinion on real messages")
def test_real_messages_are_agreed_on(sample: Path) -> None:
    assert unexplained(sample.read_bytes()) == []


MESSAGES = [
    (guide, example_set(guide, dependent=dependent))
    for guide in (X217_REQUEST, X217_RESPONSE)
    for dependent in (True, False)
]
VALUES = ["", "A", "1", "Z9", "??", "20261332", "20260105", "X" * 300, "-1.5", "A:B", "lower", "é", " ", "A ", "A^B"]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A message of every row with one thing changed; its counts are right."""
    guide, message = draw(st.sampled_from(MESSAGES))
    rows: list[Row] = [list(row) for row in message]
    at = draw(st.integers(0, len(rows) - 1))
    row = rows[at]
    match draw(st.sampled_from(["drop", "repeat", "move", "insert", "element", "component", "append"])):
        case "drop":
            del rows[at]
        case "repeat":
            rows.insert(at, list(row))
        case "move":
            rows.insert(draw(st.integers(0, len(rows) - 1)), rows.pop(at))
        case "insert":
            rows.insert(at, draw(st.sampled_from([["ZZZ", "1"], ["LX", "1"], ["NM1", "85", "2"], ["HCR", "A1"]])))
        case "element":
            row[draw(st.integers(1, len(row) - 1))] = draw(st.sampled_from(VALUES))
        case "component":
            position = draw(st.integers(1, len(row) - 1))
            components = row[position].split(":")
            components[draw(st.integers(0, len(components) - 1))] = draw(st.sampled_from(VALUES))
            row[position] = ":".join(components)
        case "append":
            row.append(draw(st.sampled_from(VALUES)))
    return interchange([(guide, rows)])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(mutated())
def test_one_change_of_any_kind_is_agreed_on(message: bytes) -> None:
    assert unexplained(message) == []


def edited(*changes: tuple[str, str], guide: Guide = X217_REQUEST, dependent: bool = True, drop: str = "") -> bytes:
    """The message of every row with text replaced, without what follows `drop`; its counts are right."""
    text = "\n".join("*".join(row) for row in example_set(guide, dependent=dependent))
    text = text.partition(drop)[0].strip() if drop else text
    for sent, instead in changes:
        assert sent in text
        text = text.replace(sent, instead, 1)
    return interchange([(guide, [line.split("*") for line in text.split("\n")])])


SOUND = edited()
CR5 = next("*".join(row) for row in example_set(X217_REQUEST, dependent=True) if row[0] == "CR5")

# One message for every row of the list, so that a row goes when pyx12 mends what it says.
SHOWN: dict[tuple[str, str, str, str, str], bytes] = {
    ("we", "X12-HL02-LEVEL-MISPLACED", "", "", ""): edited(("HL*6*5*SS*0", "HL*6*5*SS*0\nHL*7*6*SS*0")),
    ("we", "X12-HL01-SEQUENCE", "", "segment:HL1", ""): edited(
        ("HL*6*5*SS*0", "HL*6*5*SS*0\nHL*6*5*SS*0\nHL*7*5*SS*0\nHL*9*5*SS*0")
    ),
    ("we", "X12-HL04-CHILD-CODE", "", "", ""): edited(("*EV*1", "*EV*0")),
    ("we", "X12-LOOP-REQUIRED", "", "", ""): edited(dependent=False, drop="HL*4*3*EV"),
    ("we", "X12-REPETITION-TOO-MANY", "", "", ""): edited(
        ("HCR*A1*EXAMPLE*EXAMPLE", "HCR*A1*EXAMPLE*1^2^3^4^5^6"), guide=X217_RESPONSE
    ),
    ("we", "X12-ELEMENT-TOO-SHORT", "", "", "X12-REPETITION-TOO-MANY"): edited(("N4*BOSTON*", "N4*A^B*")),
    ("we", "X12-ELEMENT-CONDITIONAL", "", "", ""): edited(("HI*ABF:EXAMPLE:D8:20260105", "HI*ABF:EXAMPLE::20260105")),
    ("we", "ELEMENT-DATE", "", "", ""): edited(("HI*ABF:EXAMPLE:D8:20260105", "HI*ABF:EXAMPLE:D8:20261305")),
    ("we", "X12-SEGMENT-OUT-OF-ORDER", "", "", ""): edited(("\n" + CR5, ""), ("DTP*439", CR5 + "\nDTP*439")),
    ("we", "X12-ISA11-REPETITION-SEPARATOR", "", "", ""): SOUND.replace(b"*^*00501", b"*A*00501"),
    ("we", "X12-GS08-NOT-SUPPORTED", "", "", ""): SOUND.replace(b"005010X217", b"005010X999"),
    ("we", "X12-ELEMENT-REQUIRED", "", "", ""): edited(("20260105*ABF:EXAMPLE", "20260105*:EXAMPLE")),
    ("we", "X12-ELEMENT-REQUIRED", "", "blank", ""): edited(("REF*1G*EXAMPLE", "REF*1G* ")),
    ("we", "X12-SEGMENT-REQUIRED", "", "", ""): edited(("NM1*00*2*EXAMPLE", "NM1*00*2*EXAMPLE\nNM1*00*2*EXAMPLE")),
    ("we", "", "", "segment:1", ""): edited(("HL*3*2*22*1\n", ""), ("BHT*0007", "HL*3*2*22*1\nBHT*0007")),
    ("pyx12", "", "", "segment:1", ""): edited(("BHT*0007", "BHT*0078")),
    ("pyx12", "", "", "", "X12-SEGMENT-OUT-OF-ORDER"): edited(("\n" + CR5, ""), ("DTP*439", CR5 + "\nDTP*439")),
    ("pyx12", "", "segment:HL1", "segment:HL1", ""): edited(("HL*3*2*22*1", "HL*3*2*22*1\nHL*3*2*22*1")),
    ("pyx12", "", "segment:HL2", "segment:HL1", ""): edited(("HL*3*2*22*1", "HL*3*2*22*1\nHL*3*2*22*1")),
    ("pyx12", "X12-ELEMENT-TRAILING-SPACE", "element:6", "", ""): edited(("REF*1G*EXAMPLE", "REF*1G*EXAMPLE ")),
    ("pyx12", "X12-ELEMENT-TRAILING-SEPARATOR", "segment:SEG1", "", ""): edited(("REF*1G*EXAMPLE", "REF*1G*EXAMPLE*")),
    ("pyx12", "X12-ELEMENT-TRAILING-SEPARATOR", "element:3", "", ""): edited(("REF*BB*EXAMPLE", "REF*BB*EXAMPLE****")),
    ("pyx12", "", "element:6:beyond-ascii", "", ""): edited(("REF*1G*EXAMPLE", "REF*1G*EXEMPLÉ")),
    ("pyx12", "", "segment:3", "", ""): SOUND.partition(b"GS*")[0]
    + b"TA1*000000009*260105*1200*A*000~IEA*0*000000001~",
    ("pyx12", "", "segment:5", "", ""): interchange([(X231_999, example_set(X231_999, dependent=False))]),
    ("pyx12", "X12-INTERCHANGE-TRUNCATED", "interchange:023", "", ""): SOUND.removesuffix(b"~"),
}


@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.reason) for fault in known_faults()])
def test_every_row_of_the_list_explains_something(fault: KnownFault) -> None:
    message = SHOWN[fault.side, fault.ours, fault.pyx12, fault.after, fault.beside]

    assert [each for each in disagreements(message) if fault.explains(each)]
    assert unexplained(message) == []


def test_a_disagreement_that_is_not_on_the_list_has_no_reason() -> None:
    message = edited(("*EV*1", "*EV*0"))

    (found,) = compare(validate_interchange(message), second_opinion(message), known=())

    assert (found.side, found.ours, found.pyx12) == (Side.WE, "X12-HL04-CHILD-CODE", "")
    assert (found.group, found.set, found.segment, found.segment_id, found.reason) == (1, 1, 26, "HL", "")


def test_what_pyx12_does_not_say_is_no_disagreement() -> None:
    too_many_components = edited(("*21:A*AA", "*21:A:1:1*AA"))

    assert not second_opinion(too_many_components).sets[0].given
    assert disagreements(too_many_components) == ()


UNKNOWN, BLANKS, EMPTY = ["ZZZ", "1"], ["N3", " "], ["HL", "", "", "", ""]


@pytest.mark.parametrize("row", [UNKNOWN, BLANKS, EMPTY], ids=["unknown segments", "blank elements", "empty levels"])
def test_comparing_takes_as_long_as_there_are_faults_not_their_square(row: Row) -> None:
    def comparing(times: int) -> Callable[[], object]:
        message = interchange([(X217_REQUEST, [*example_set(X217_REQUEST, dependent=True), *[row] * times])])
        result, opinion = validate_interchange(message), second_opinion(message)
        return lambda: compare(result, opinion)

    assert growth_of(comparing, 100) < AT_MOST
