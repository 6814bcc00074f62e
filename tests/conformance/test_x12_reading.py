"""The runner's own X12: reading, paths, and edits of messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from priorauth.conformance.x12 import Delimiters, Interchange, PathFault, Unreadable, read_interchange
from priorauth.conformance.x12_edits import Edit, apply_edit, freshen, recount, repeat_sets

MESSAGES = Path(__file__).parents[2] / "conformance" / "messages"
ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261102*0915*^*00501*000000005*0*T*:~"
TWO_SERVICES = (
    f"{ISA}GS*HI*A*B*20261102*0915*5*X*005010X217~ST*278*0001*005010X217~BHT*0007*13*REF1*20261102*0915~"
    "HL*1**20*1~NM1*X3*2*PAYER*****PI*P1~HL*2*1*EV*1~TRN*1*T1*9ME~UM*HS*I*2*22:B~"
    "HL*3*2*SS*0~TRN*1*T1-1*9ME~SV1*HC:70553**UN*1~HL*4*2*SS*0~TRN*1*T1-2*9ME~SV1*HC:47562**UN*2~"
    "SE*14*0001~GE*1*5~IEA*1*000000005~"
)


@pytest.fixture
def interchange() -> Interchange:
    return read_interchange(TWO_SERVICES)


def edited(interchange: Interchange, edit: Edit) -> Interchange:
    apply_edit(interchange, edit)
    return interchange


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("BHT-03", ["REF1"]),
        ("NM1*X3-09", ["P1"]),
        ("NM1*PR-09", []),
        ("UM-04-2", ["B"]),
        ("UM-04-3", []),
        ("SV1-01-2", ["70553"]),
        ("SV1#2-01-2", ["47562"]),
        ("SV1#*-04", ["1", "2"]),
        ("SS/TRN-02", ["T1-1"]),
        ("SS#2/TRN-02", ["T1-2"]),
        ("EV/TRN-02", ["T1"]),
        ("ST#2/BHT-03", []),
        ("HL#3-02", ["2"]),
        ("GE", ["GE*1*5"]),
    ],
)
def test_a_path_names_its_values(path: str, values: list[str], interchange: Interchange) -> None:
    assert interchange.values(path) == values


@pytest.mark.parametrize("path", ["um-03", "XX/UM", "UM-", "UM-001", "", "UM-04-"])
def test_what_is_no_path_is_a_fault(path: str, interchange: Interchange) -> None:
    with pytest.raises(PathFault):
        interchange.values(path)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param("hello", "it does not begin with ISA", id="no ISA"),
        pytest.param(ISA[:80], "its ISA is shorter", id="an ISA cut short"),
        pytest.param(ISA.replace("SENDER         ", "SENDER"), "its ISA", id="an ISA without padding"),
        pytest.param(TWO_SERVICES[:-1], "its last segment has no segment terminator", id="cut off"),
        pytest.param(TWO_SERVICES[:200] + "~", "it does not end with IEA", id="without an end"),
    ],
)
def test_what_is_no_interchange_says_why(text: str, fault: str) -> None:
    with pytest.raises(Unreadable, match=fault):
        read_interchange(text)


@pytest.mark.parametrize(
    "delimiters",
    [Delimiters("|", ">", "!", "]"), Delimiters("\x1d", "\x1f", "\x1e", "\x1c"), Delimiters(":", "*", "~", "^")],
    ids=["bars", "control characters", "exchanged"],
)
def test_a_message_is_the_same_with_other_delimiters(delimiters: Delimiters, interchange: Interchange) -> None:
    text = interchange.with_delimiters(delimiters).text()

    again = read_interchange(text)

    assert again.delimiters == delimiters
    assert again.values("SV1#*-01-2") == ["70553", "47562"]
    assert again.with_delimiters(Delimiters()).text() == TWO_SERVICES


@pytest.mark.parametrize("path", sorted(MESSAGES.glob("*.edi")), ids=lambda path: path.stem)
def test_every_message_of_ours_comes_back_as_it_was(path: Path) -> None:
    written = path.read_text()

    assert read_interchange(written).text(line_breaks=True) == written


@pytest.mark.parametrize(
    ("edit", "path", "values"),
    [
        pytest.param({"set": {"UM-04-1": "11"}}, "UM-04", ["11:B"], id="set a component"),
        pytest.param({"set": {"UM-06": "03"}}, "UM", ["UM*HS*I*2*22:B**03"], id="set beyond the end"),
        pytest.param({"set": {"UM": "UM*AR"}}, "UM", ["UM*AR"], id="set a segment"),
        pytest.param({"set": {"SS#2/SV1-04": ""}}, "SV1#2", ["SV1*HC:47562**UN*"], id="empty an element"),
        pytest.param({"drop": "SS#2/TRN"}, "TRN#*-02", ["T1", "T1-1"], id="drop"),
        pytest.param({"drop": ["UM", "BHT"]}, "BHT-03", [], id="drop several"),
        pytest.param({"drop-level": "SS"}, "SV1#*-01-2", ["47562"], id="drop a level"),
        pytest.param({"insert": {"after": "UM", "segments": "REF*BB*1~REF*NT*2"}}, "REF#*-02", ["1", "2"], id="insert"),
        pytest.param({"insert": {"before": "SE", "segments": "MSG*X"}}, "SS#2/MSG-01", ["X"], id="insert before"),
        pytest.param({"swap": ["SS#1/SV1", "SS#2/SV1"]}, "SV1#*-01-2", ["47562", "70553"], id="swap"),
        pytest.param({"repeat": {"segment": "UM", "times": 3}}, "UM#*-01", ["HS", "HS", "HS"], id="repeat"),
    ],
)
def test_an_edit_does_what_it_says(edit: Edit, path: str, values: list[str], interchange: Interchange) -> None:
    assert edited(interchange, edit).values(path) == values


@pytest.mark.parametrize("edit", [{"set": {"CL1-01": "1"}}, {"drop": "CL1"}, {"drop-level": "22"}], ids=str)
def test_an_edit_of_what_is_not_there_is_a_fault(edit: Edit, interchange: Interchange) -> None:
    with pytest.raises(PathFault, match="in the message"):
        apply_edit(interchange, edit)


def test_counts_are_put_right(interchange: Interchange) -> None:
    repeat_sets(edited(interchange, {"drop": "SS#2/TRN"}), 3)

    recount(interchange)

    assert interchange.values("SE#*-01") == ["13", "13", "13"]
    assert interchange.values("ST#*-02") == ["0001", "0002", "0003"]
    assert (interchange.value("GE-01"), interchange.value("IEA-01")) == ("3", "1")


def test_a_fresh_message_has_its_own_numbers_and_traces(interchange: Interchange) -> None:
    repeat_sets(interchange, 2)

    freshen(interchange, number=77, unique="UNIQUE", trace="SBX-DENY-")

    assert (interchange.value("ISA-13"), interchange.value("IEA-02")) == ("000000077", "000000077")
    assert (interchange.value("GS-06"), interchange.value("GE-02")) == ("77", "77")
    assert interchange.values("BHT#*-03") == ["UNIQUE", "UNIQUER2"]
    assert interchange.values("EV/TRN#*-02") == ["SBX-DENY-UNIQUE", "SBX-DENY-UNIQUE-3"]
    assert len(set(interchange.values("TRN#*-02"))) == 6
