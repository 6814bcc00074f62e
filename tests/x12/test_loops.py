from __future__ import annotations

import pytest

from guide_examples import example_set
from guide_examples import interchange as example
from priorauth.x12.envelope import read_interchange
from priorauth.x12.guides import X217_REQUEST, X217_RESPONSE, X231_999
from priorauth.x12.guides.spec import Guide
from priorauth.x12.loops import LoopTree, Tolerances, compile_guide, find_guide, read_loops
from priorauth.x12.segments import EMPTY
from priorauth.x12.structure import CompiledGuide
from x12_messages import SEGMENTS, VALID, group, interchange, replaced, transaction

UMO = "NM1*X3*2*EXAMPLE HEALTH PLAN*****PI*BCBSMA"
REQUESTER = "NM1*1P*1*OKAFOR*ADAEZE****XX*1200000028"
UM = "UM*HS*I*2*22:B**E"


def tree(data: bytes, guide: Guide = X217_REQUEST, tolerances: Tolerances = Tolerances()) -> LoopTree:  # noqa: B008
    read = read_interchange(data)
    compiled = compile_guide(guide)
    return read_loops(read.groups[0].sets[0], compiled, delimiters=read.delimiters, tolerances=tolerances)


def found(data: bytes) -> list[tuple[str, str]]:
    return [(finding.code.name, finding.at.path) for finding in tree(data).findings]


def request(*segments: str) -> bytes:
    return interchange(group(transaction(segments)))


def test_the_tree_holds_each_segment_under_its_loop_and_key() -> None:
    root = tree(VALID).root

    (umo,) = root.loops("2000A")
    (requester,) = umo.loops("2000B")
    (subscriber,) = requester.loops("2000C")
    (event,) = subscriber.loops("2000E")
    (service,) = event.loops("2000F")

    assert root.id == ""
    assert root.segment("BHT")[3] == "ACKTEST0001"
    assert requester.loops("2010B")[0].segment("NM1")[9] == "1200000028"
    assert (event.segment("UM")[6], event.segment("DTP/435")[2]) == ("E", "RD8")
    assert service.segment("SV1")[1] == "HC:22612"
    assert (event.number("UM"), event.number("HI"), service.number("SV1")) == (11, 13, 16)


def test_a_segment_answers_for_every_element_of_its_guide_and_an_absent_one_for_all() -> None:
    event = tree(VALID).root.loops("2000A")[0].loops("2000B")[0].loops("2000C")[0].loops("2000E")[0]

    assert event.segment("UM")[10] == ""
    assert event.segment("REF/BB") is EMPTY
    assert (event.segments("CL1"), event.number("CL1"), event.loops("2010EA")) == ([], 0, [])


def test_repeated_segments_and_loops_come_in_order() -> None:
    segments = replaced("HI*ABK:M4316", "HI*ABK:M4316~NM1*71*1*ONE~NM1*SJ*1*TWO~N3*A STREET~NM1*DK*1*THREE")
    segments = tuple(segment for joined in segments for segment in joined.split("~"))
    segments = (*segments[:8], "TRN*1*FIRST*9LANSINGSP", "TRN*1*SECOND*9LANSINGSP", *segments[9:])

    event = tree(request(*segments)).root.loops("2000A")[0].loops("2000B")[0].loops("2000C")[0].loops("2000E")[0]

    assert [trace[2] for trace in event.segments("TRN")] == ["FIRST", "SECOND"]
    assert (event.number("TRN"), event.number("TRN", 1)) == (10, 11)
    assert [each.segment("NM1")[3] for each in event.loops("2010EA")] == ["ONE", "TWO", "THREE"]
    assert event.loops("2010EA")[1].segment("N3")[1] == "A STREET"


def test_namesakes_stand_in_any_order_and_are_told_apart_by_qualifier() -> None:
    segments = replaced("DTP*435*RD8*20261201-20261203", "DTP*AAH*D8*20261202~DTP*439*D8*20261101")
    segments = tuple(segment for joined in segments for segment in joined.split("~"))

    read = tree(request(*segments))

    event = read.root.loops("2000A")[0].loops("2000B")[0].loops("2000C")[0].loops("2000E")[0]
    assert read.findings == ()
    assert (event.segment("DTP/AAH")[3], event.segment("DTP/439")[3]) == ("20261202", "20261101")


@pytest.mark.parametrize("dependent", [False, True])
@pytest.mark.parametrize(
    "guide", [X217_REQUEST, X217_RESPONSE, X231_999], ids=lambda guide: f"{guide.id} {guide.direction}"
)
def test_everything_that_a_guide_lets_one_send_has_its_place(guide: Guide, dependent: bool) -> None:
    body = example_set(guide, dependent=dependent)

    read = tree(example([(guide, body)]), guide)

    numbers = [
        node.number(key, at)
        for node in read.root.walk()
        for key in list(node.keys())
        for at in range(len(node.rows(key)))
    ]
    assert sorted(numbers) == list(range(2, len(body) + 2))
    assert {finding.code.name for finding in read.findings} <= {
        "DIAGNOSIS_SHAPE",
        "PROCEDURE_SHAPE",
        "REVENUE_CODE_SHAPE",
        "SERVICE_KINDS_MIXED",
    }


@pytest.mark.parametrize(
    ("segment", "by", "expected"),
    [
        (UM, "", ("SEGMENT_REQUIRED", "2000E/UM")),
        (REQUESTER, "", ("LOOP_REQUIRED", "2010B/NM1")),
        (REQUESTER, "PRV*RF*PXC*207Q00000X", ("SEGMENT_REQUIRED", "2010B/NM1")),
        (REQUESTER, REQUESTER.replace("1P", "QC"), ("CODE_NOT_IN_GUIDE", "2010B/NM101")),
        ("HI*ABK:M4316", f"HI*ABK:M4316~{UM}", ("SEGMENT_TOO_MANY", "2000E/UM")),
        (UM, f"{UM}~REF*BB*AUTH1~REF*BB*AUTH2", ("SEGMENT_TOO_MANY", "2000E/REF")),
        (UM, f"HSD*VS*1~{UM}", ("SEGMENT_OUT_OF_ORDER", "2000E/HSD")),
        ("HI*ABK:M4316", "HI*ABK:M4316~DTP*472*D8*20261201", ("CODE_NOT_IN_GUIDE", "2000E/DTP01")),
        ("HI*ABK:M4316", "HI*ABK:M4316~CLM*1*2", ("SEGMENT_NOT_IN_SET", "2000E/CLM")),
        ("HI*ABK:M4316", "HI*ABK:M4316~AAA*N**42*C", ("SEGMENT_NOT_IN_SET", "2000E/AAA")),
        ("HI*ABK:M4316", "HI*ABK:M4316~QQQ*1", ("SEGMENT_UNKNOWN", "2000E/QQQ")),
        ("HI*ABK:M4316", "HI*ABK:M4316~jane doe*1", ("SEGMENT_UNKNOWN", "2000E/")),
        ("HI*ABK:M4316", "HI*ABK:M4316~", ("SEGMENT_EMPTY", "2000E/")),
        ("HI*ABK:M4316", "HI*ABK:M4316~SV1*HC:22612**UN*1", ("SEGMENT_UNEXPECTED", "2000E/SV1")),
        ("HI*ABK:M4316", "HI*ABK:M4316~N3*A STREET", ("SEGMENT_REQUIRED", "2010EA/NM1")),
        (UMO, f"{UMO}~{UMO}", ("LOOP_TOO_MANY", "2010A/NM1")),
    ],
)
def test_a_slip_in_a_block_is_one_finding_at_its_place(segment: str, by: str, expected: tuple[str, str]) -> None:
    segments = tuple(each for joined in replaced(segment, by) for each in joined.split("~"))

    assert found(request(*segments)) == [expected]


def test_a_missing_segment_is_missed_where_it_should_have_stood() -> None:
    data = request(*replaced(UM, ""))

    (finding,) = tree(data).findings

    assert (finding.at.segment, finding.at.segment_id, finding.expected) == (11, "UM", "event review")
    assert data[finding.at.offset :].startswith(b"DTP*435")


def test_the_tree_of_a_set_with_findings_can_still_be_read() -> None:
    root = tree(request(*replaced("HL*3*2*22*1", ""))).root

    event = root.loops("2000A")[0].loops("2000B")[0].loops("2000C")[0].loops("2000E")[0]
    assert event.segment("UM")[1] == "HS"
    assert event.loops("2000F")[0].segment("SV1")[1] == "HC:22612"


def test_a_form_seen_before_gives_the_same_tree_and_findings_as_a_new_one() -> None:
    messages = [request(*replaced(each, "")) for each in SEGMENTS] + [
        VALID,
        request(*replaced("HI*ABK:M4316", "HI*ABK:")),
    ]
    warm = compile_guide(X217_REQUEST)

    for data in [*messages, *messages]:
        read = read_interchange(data)
        one = read.groups[0].sets[0]
        kept = read_loops(one, warm, delimiters=read.delimiters)
        new = read_loops(one, CompiledGuide(X217_REQUEST), delimiters=read.delimiters)
        assert kept.findings == new.findings
        assert shown(kept) == shown(new)


def test_a_wrong_code_in_a_form_seen_before_is_found_each_time() -> None:
    wrong = request(*replaced(UM, "UM*HS*I*2*22:B**Q"))

    assert found(VALID) == []
    assert found(wrong) == found(wrong) == [("CODE_UNKNOWN", "2000E/UM06")]


def test_a_form_is_not_mistaken_for_another_where_an_element_holds_the_usual_separator() -> None:
    clean = VALID.replace(b"*", b"|")
    bent = clean.replace(b"HL|4|3|EV|1", b"HL|4|3*EV|1")

    assert found(clean) == []
    assert {path for _, path in found(bent)} >= {"2000E/HL02"}


def test_a_form_holds_no_value_of_the_sets_it_was_made_from() -> None:
    guide = CompiledGuide(X217_REQUEST)
    read = read_interchange(VALID)

    read_loops(read.groups[0].sets[0], guide, delimiters=read.delimiters)

    families = [(ids, guide._families.get(ids)) for ids in guide._families]
    kept = str([[ids, *family.structures, *family.plans] for ids, family in families if family is not None])
    assert "'IL'" in kept
    assert all(value not in kept for value in ("VANDERBEEK", "MEM0000003", "1200000028", "ACKTEST", "M4316", "22612"))


def test_basic_characters_only_is_a_tolerance_a_partner_can_lack() -> None:
    data = request(*replaced(REQUESTER, "NM1*1P*1*Okafor*ADAEZE****XX*1200000028"))

    (finding,) = tree(data, tolerances=Tolerances(basic_characters_only=True)).findings

    assert (finding.code.name, finding.at.path) == ("ELEMENT_CHARACTER", "2010B/NM103")
    assert tree(data).findings == ()


def test_guides_are_found_by_version_and_direction() -> None:
    response, request_guide = find_guide("005010X217", "response"), find_guide("005010X217", "request")

    assert response is not None
    assert request_guide is compile_guide(X217_REQUEST)
    assert response.guide is X217_RESPONSE
    assert find_guide("005010X231A1", "request") is compile_guide(X231_999)
    assert find_guide("006020X315", "request") is None


def shown(read: LoopTree) -> list[object]:
    return [
        (node.id, key, node.segments(key), node.number(key)) for node in read.root.walk() for key in list(node.keys())
    ]
