from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from priorauth.domain.findings import Finding, FindingCode, Severity
from priorauth.sandbox.mutants import make
from priorauth.sandbox.mutants.envelope_table import ENVELOPE
from priorauth.x12 import envelope
from priorauth.x12.envelope import Interchange, Limits, TransactionSet, read_header, read_interchange, split_stream
from priorauth.x12.faults import X12SyntaxError
from priorauth.x12.validation import validate_interchange
from x12_messages import ISA, SEGMENTS, VALID, group, interchange, transaction

TA1 = "TA1*000000019*261102*0915*A*000"


def findings(data: bytes) -> list[Finding]:
    result = validate_interchange(data)
    return [
        *result.findings,
        *(finding for each in result.groups for finding in each.findings),
        *(finding for each in result.groups for one in each.sets for finding in one.findings),
    ]


def codes(data: bytes) -> list[str]:
    return [finding.code.name for finding in findings(data)]


def isa(position: int, value: str) -> str:
    elements = ISA.split("*")
    elements[position] = value
    return "*".join(elements)


MUTANTS = [make(each).body for each in ENVELOPE if each.rule is not FindingCode.SET_TOO_LARGE]
BROKEN = {
    "ISA11 and ISA16 alike": (
        interchange((TA1,), isa=isa(16, "^"), iea="IEA*0*000000014"),
        ["ISA_REPETITION_SEPARATOR"],
    ),
    "ISA alone": (f"{ISA}~".encode(), ["IEA_MISSING", "INTERCHANGE_EMPTY"]),
    "another IEA02 without a terminator": (
        VALID.replace(b"IEA*1*000000014~", b"IEA*1*000000015"),
        ["IEA_CONTROL_NUMBER", "INTERCHANGE_TRUNCATED"],
    ),
    "a set outside a group": (
        interchange(transaction()),
        ["INTERCHANGE_STRUCTURE", "IEA_GROUP_COUNT", "INTERCHANGE_EMPTY"],
    ),
    "a bad TA1": (interchange((TA1.replace("A*000", "Q*000"),)), ["IEA_GROUP_COUNT", "TA1_INVALID"]),
    "GS02 missing": (interchange(group(transaction(), gs="GS*HI**CD*20261102*0915*14*X*005010X217")), ["GS_ELEMENT"]),
    "ST01 unknown": (interchange(group(transaction(st="ST*999999*0001*005010X217"))), ["ST_IDENTIFIER"]),
    "cut off within a set": (
        VALID[: VALID.index(b"HI*ABK")],
        ["IEA_MISSING", "GE_MISSING", "SE_MISSING", "HL_CHILD_CODE"],
    ),
}
"""What the mutants of the sandbox do not show."""


@pytest.mark.parametrize(("data", "expected"), [pytest.param(*case, id=name) for name, case in BROKEN.items()])
def test_what_is_wrong_with_an_envelope_is_found_and_nothing_else(data: bytes, expected: list[str]) -> None:
    assert sorted(codes(data)) == sorted(expected)


def test_a_valid_message_has_no_findings() -> None:
    assert codes(VALID) == []


def test_every_envelope_finding_is_at_its_segment_and_element() -> None:
    (finding,) = findings(interchange(group(transaction(), ge="GE*7*14")))

    assert (finding.at.path, finding.at.segment, finding.expected) == ("GE01", 20, "1")
    assert interchange(group(transaction(), ge="GE*7*14"))[finding.at.offset :].startswith(b"7*14~")


def test_only_a_missing_terminator_is_no_reason_to_reject() -> None:
    (finding,) = findings(VALID[:-1])

    assert (finding.code, finding.severity) == (FindingCode.INTERCHANGE_TRUNCATED, Severity.WARNING)


def test_one_bad_set_leaves_its_siblings_alone() -> None:
    bad = transaction(SEGMENTS[:9], number="0002")
    result = validate_interchange(interchange(group(transaction(), bad, transaction(number="0003"))))

    assert [bool(each.findings) for each in result.groups[0].sets] == [False, True, False]


def test_an_unterminated_set_ends_where_the_next_begins() -> None:
    unterminated = transaction(number="0002")[:-1]
    result = read_interchange(interchange(group(transaction(), unterminated, transaction(number="0003"))))

    first, second, third = result.groups[0].sets
    assert (first.findings, third.findings) == ((), ())
    assert [finding.code for finding in second.findings] == [FindingCode.SE_MISSING]


def test_a_set_with_too_many_segments_is_refused_and_its_siblings_are_read() -> None:
    large = transaction((*SEGMENTS, *["MSG*A"] * 60), number="0002")
    data = interchange(group(transaction(), large, transaction(number="0003")))

    read = read_interchange(data, Limits(set_segments=50))

    assert [[finding.code.name for finding in each.findings] for each in read.groups[0].sets] == [
        [],
        ["SET_TOO_LARGE"],
        [],
    ]


@pytest.mark.parametrize("filling", [b"MSG*A~", b"MSGAB", b"\n"])
def test_a_set_of_too_many_bytes_is_not_held_however_it_is_made(filling: bytes) -> None:
    large = b"".join(f"{each}~".encode() for each in transaction(number="0002"))
    large = large.replace(b"HI*ABK", filling * 60_000 + b"~HI*ABK")
    small = [b"".join(f"{each}~".encode() for each in transaction(number=number)) for number in ("0001", "0003")]
    data = VALID[: VALID.index(b"ST*278")] + small[0] + large + small[1] + b"GE*3*14~IEA*1*000000014~"

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(data), 4096):
            yield data[start : start + 4096]

    sets = [each for each in split_stream(chunks(), Limits(set_bytes=32 * 1024)) if isinstance(each, TransactionSet)]

    assert [[finding.code.name for finding in each.findings] for each in sets] == [[], ["SET_TOO_LARGE"], []]
    assert len(sets[1].rows) < 20


def test_ta1_segments_are_kept_for_correlation() -> None:
    read = read_interchange(interchange((TA1,), iea="IEA*0*000000014"))

    assert [segment[1] for segment in read.acknowledgments] == ["000000019"]
    assert read.findings == ()


@pytest.mark.parametrize("layout", ["\n", "\r\n", " ", "\n   ", "\r\n\t\n"])
def test_line_breaks_and_indentation_between_segments_are_layout(layout: str) -> None:
    data = VALID.replace(b"~", f"~{layout}".encode())

    assert codes(data) == []
    assert segments(data) == segments(VALID)


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\n\n", b"\xef\xbb\xbf\r\n "])
def test_a_byte_order_mark_and_blank_lines_before_the_isa_are_layout(before: bytes) -> None:
    assert codes(before + VALID) == []


def test_millions_of_line_breaks_around_an_interchange_cost_nearly_nothing() -> None:
    began = time.process_time()

    assert codes(b"\n" * 3_000_000 + VALID + b"\r\n" * 1_500_000) == []
    assert time.process_time() - began < 5, "each byte of layout is looked at by itself"


def test_line_breaks_may_be_the_terminator() -> None:
    data = VALID.replace(b"~", b"\n")

    assert codes(data) == codes(data.replace(b"\n", b"\n\n")) == []
    assert segments(data) == segments(VALID)


def test_utf_8_is_read_as_such_and_anything_else_as_latin_1() -> None:
    utf_8 = validate_interchange(VALID.replace(b"OKAFOR", "OKAFÖR".encode()))
    latin = validate_interchange(VALID.replace(b"OKAFOR", "OKAFÖR".encode("latin-1")))

    names = [each.groups[0].sets[0].transaction.segments[5][3] for each in (utf_8, latin)]
    assert names == ["OKAFÖR", "OKAFÖR"]


def test_the_header_alone_can_be_read() -> None:
    assert read_header(VALID)[13] == "000000014"


def test_the_short_way_and_the_careful_one_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    many = interchange(group(transaction(), transaction(number="0002"), transaction(number="0003")))
    messages = [VALID, many, VALID.replace(b"~", b"~\n"), *MUTANTS, *(data for data, _ in BROKEN.values())]
    short = [list(described(read_interchange(data))) for data in messages]

    monkeypatch.setattr(envelope, "flawless", lambda *_: None)

    assert [list(described(read_interchange(data))) for data in messages] == short


def test_a_message_without_a_control_number_is_no_interchange() -> None:
    with pytest.raises(X12SyntaxError, match="does not begin with an ISA"):
        read_interchange(b"hello")


def segments(data: bytes) -> list[object]:
    return [each for group in read_interchange(data).groups for one in group.sets for each in one.segments]


def described(read: Interchange) -> Iterator[object]:
    yield from (read.header, read.trailer, read.delimiters, read.group_count, read.acknowledgments, read.findings)
    for each in read.groups:
        yield from (each.header, each.trailer, each.set_count, each.position, each.findings)
        for one in each.sets:
            yield from (one.number, one.group, one.segments, one.is_plain, one.is_closed, one.findings)
            yield [one.source.place(index) for index in range(len(one.rows))]
