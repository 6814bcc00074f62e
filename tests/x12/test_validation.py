"""Laws of reading: whatever comes in, findings come out, at their places and without the values."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guide_examples import example_set
from guide_examples import interchange as example
from left_out import each_file
from priorauth.domain.findings import Finding
from priorauth.domain.findings import FindingCode as Code
from priorauth.x12.control import SeenNumbers
from priorauth.x12.faults import X12SyntaxError
from priorauth.x12.guides import X217_REQUEST, X217_RESPONSE, X231_999
from priorauth.x12.validation import InterchangeResult, Tolerances, validate_interchange, validate_stream
from x12_messages import VALID, group, interchange, replaced, transaction

MESSAGES = [
    VALID,
    VALID.replace(b"~", b"~\r\n"),
    interchange(group(transaction(), transaction(number="0002")), group(transaction(number="0003"), number="15")),
    *(example([(guide, example_set(guide, dependent=True))]) for guide in (X217_REQUEST, X217_RESPONSE, X231_999)),
]
PIECES = st.sampled_from(
    [b"", b"*", b"~", b":", b"^", b"\n", b" ", b"\0", b"\xff", "é".encode(), b"~ST*", b"HL*1**20*1~"]
)
EXAMPLES = "the examples of the X12 organisation"


@st.composite
def bent(draw: st.DrawFn) -> bytes:
    """A message with a few stretches replaced, segments moved, lost or doubled."""
    data = draw(st.sampled_from(MESSAGES))
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            start = draw(st.integers(0, len(data)))
            data = data[:start] + draw(PIECES) + data[start + draw(st.integers(0, 12)) :]
        else:
            segments = data.split(b"~")
            segments.insert(
                draw(st.integers(0, len(segments) - 1)), segments.pop(draw(st.integers(0, len(segments) - 1)))
            )
            data = b"~".join(segments)
    return data


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda tail: VALID[:180] + tail), bent()))
def test_any_bytes_give_findings_or_have_no_control_number(data: bytes) -> None:
    try:
        result = validate_interchange(data)
    except X12SyntaxError:
        return

    for finding in every(result):
        assert -1 < finding.at.offset <= len(data)
        assert finding.at.line == data[: finding.at.offset].count(b"\n") + 1
        assert finding.at.column == finding.at.offset - data.rfind(b"\n", 0, finding.at.offset)


@given(bent())
def test_a_finding_is_at_the_segment_it_names(data: bytes) -> None:
    try:
        result = validate_interchange(data)
    except X12SyntaxError:
        return

    missing = {Code.SEGMENT_REQUIRED, Code.LOOP_REQUIRED, Code.SE_MISSING}
    for finding in every(result):
        if finding.at.segment_id and not finding.at.element and finding.code not in missing:
            assert data[finding.at.offset :].startswith(finding.at.segment_id.encode())


@given(bent(), st.sampled_from([1, 13, 100, 1000]))
def test_a_stream_of_chunks_gives_the_same_findings_as_the_whole(data: bytes, size: int) -> None:
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    try:
        whole = validate_interchange(data)
    except X12SyntaxError:
        with pytest.raises(X12SyntaxError):
            list(validate_stream(chunks))
        return

    parts = list(validate_stream(chunks))

    first = parts[: next(at for at, part in enumerate(parts, start=1) if isinstance(part, InterchangeResult))]
    of_the_file = {Code.INTERCHANGE_SECOND, Code.INTERCHANGE_ENCODING}
    found = [finding for part in first for finding in part.findings if finding.code not in of_the_file]
    assert sorted(map(repr, found)) == sorted(
        repr(finding) for finding in top(whole) if finding.code not in of_the_file
    )


def test_a_finding_gives_segment_line_column_loop_element_and_what_was_expected() -> None:
    bad = replaced("UM*HS*I*2*22:B**E", "UM*HS*I*2*22:Q**E")
    data = interchange(group(transaction(bad))).replace(b"~", b"~\n")

    (finding,) = every(validate_interchange(data))

    at = finding.at
    assert (finding.code, finding.expected) == (Code.CODE_UNKNOWN, "facility type qualifier: A, B")
    assert (at.segment, at.loop, at.segment_id, at.path) == (11, "2000E", "UM", "2000E/UM04-2")
    assert (at.element, at.component, at.data_element) == (4, 2, "1332")
    assert (at.line, at.column) == (13, 14)
    assert data[at.offset :].startswith(b"Q**E~")


@pytest.mark.parametrize(
    "name", ["VANDERBEEK", "MARGUERITE", "MEM0000003", "1200000028", "9LANSINGSP", "ACKTEST", "M4316"]
)
def test_no_finding_repr_or_error_holds_a_value(name: str) -> None:
    data = VALID.replace(b"XX*", b"ZZ*").replace(b"HL*4*3*EV*1", b"HL*4*9*EV*1").replace(b"SE*17", b"SE*16")

    result = validate_interchange(data)

    assert len(list(every(result))) >= 3
    assert name not in repr(result)


def test_chained_services_are_for_the_partner_that_may() -> None:
    data = interchange(
        group(transaction((*replaced("HL*5*4*SS*0", "HL*5*4*SS*0"), "HL*6*5*SS*0", "SV1*HC:22614**UN*1")))
    )

    assert [finding.rejects for finding in every(validate_interchange(data))] == [True]
    assert [finding.rejects for finding in every(validate_interchange(data, Tolerances(chained_services=True)))] == [
        False
    ]


def test_a_response_with_another_purpose_is_read_as_a_response() -> None:
    answered = (*replaced("UM*HS*I*2*22:B**E", "UM*HS*I*2*22:B~HCR*A4**0U")[1:-1], "SV1*HC:22612**UN*1")
    data = interchange(group(transaction(("BHT*0007*00*ACKTEST0001*20261102*0916*18", *answered))))

    result = validate_interchange(data.replace(b"SE*17", b"SE*18"))

    found = [(finding.code, finding.at.path) for finding in every(result)]
    assert found == [(Code.CODE_NOT_IN_GUIDE, "BHT02")]


def test_a_set_whose_composites_cannot_be_taken_apart_is_not_read() -> None:
    data = VALID.replace(b"*T*:~", b"*T*A~")

    assert [finding.code for finding in every(validate_interchange(data))] == [Code.ISA_COMPONENT_SEPARATOR]


EXPECTED = {
    "x12org-1a-referral-request": [],
    "x12org-1b-referral-response": [],
    "x12org-2a-admission-request": ["SE_SEGMENT_COUNT SE01"],
    "x12org-2b-admission-response": [],
    "x12org-5a-transport-request": ["HL_LEVEL_MISPLACED 2000F/HL02", "HL_LEVEL_MISPLACED 2000F/HL02"],
    "x12org-5b-transport-response": [],
    "x12org-6a-reservation-request": [],
    "x12org-6b-reservation-response": [],
    "madjic-Test278": ["NPI_INVALID 2010B/NM109", "NPI_INVALID 2010EA/NM109", "NPI_INVALID 2010F/NM109"],
    "ack-cosyte-ta1-accept": [],
    "ack-stupidedi-999-three-837": [],
    "bad-GS-HS-BHT0078": [
        "CODE_NOT_IN_GUIDE 2000C/HL04",
        "CODE_NOT_IN_GUIDE 2010A/NM101",
        "CODE_NOT_IN_GUIDE BHT01",
        "ELEMENT_NOT_USED 2010C/NM110",
        "ELEMENT_REQUIRED 2010C/NM108",
        "ISA_REPETITION_SEPARATOR ISA11",
        "LOOP_REQUIRED 2000E/HL",
        "SEGMENT_UNEXPECTED 2010C/UM",
        "SET_NOT_IN_GROUP ST01",
        "ST_GUIDE_MISSING ST03",
    ],
    "uhc-x215-inquiry": ["GROUP_VERSION GS08", "ISA_PADDING_LOST ISA"],
}


@each_file("sample", "PRIORAUTH_SAMPLES", "*.edi", what=EXAMPLES)
def test_each_collected_sample_has_the_faults_that_it_has(sample: Path) -> None:
    found = [f"{finding.code.name} {finding.at.path}" for finding in every(validate_interchange(sample.read_bytes()))]

    if sample.stem in EXPECTED:
        assert sorted(found) == EXPECTED[sample.stem]
    else:
        assert found or sample.stem.startswith("rebuilt-mulesoft")


@pytest.mark.parametrize(
    ("numbers", "repeated"),
    [
        (["0001", "0002", "0003", "0002"], [False, False, False, True]),
        (["0005", "0003", "0003", "0004", "0005"], [False, False, True, False, True]),
        (["0001", "0003", "0002", "0003"], [False, False, False, True]),
        (["AB01", "AB01", "0001", "00001"], [False, True, False, False]),
        (["0001", "٠٠٠٢", "0002"], [False, False, False]),
    ],
)
def test_a_control_number_is_known_again(numbers: list[str], repeated: list[bool]) -> None:
    seen = SeenNumbers()

    assert [seen.add(number) for number in numbers] == repeated


def test_many_sets_stream_through_with_flat_memory() -> None:
    one = "".join(f"{segment}~" for segment in transaction())

    def chunks(count: int) -> Iterator[bytes]:
        yield VALID[: VALID.index(b"ST*278")]
        for start in range(1, count, 20):
            yield "".join(one.replace("*0001", f"*{number:09}") for number in range(start, start + 20)).encode()
        yield f"GE*{count}*14~IEA*1*000000014~".encode()

    def peak(count: int) -> int:
        tracemalloc.start()
        assert not any(part.findings for part in validate_stream(chunks(count)))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(60)
    assert peak(800) < peak(200) + 200 * 1024


def every(result: InterchangeResult) -> Iterator[Finding]:
    """All findings, consequences included."""
    for finding in top(result):
        yield from _with_consequences(finding)


def _with_consequences(finding: Finding) -> Iterator[Finding]:
    yield finding
    for consequence in finding.consequences:
        yield from _with_consequences(consequence)


def top(result: InterchangeResult) -> Iterator[Finding]:
    """All findings that are nobody's consequence."""
    yield from result.findings
    for each in result.groups:
        yield from each.findings
        for one in each.sets:
            yield from one.findings
