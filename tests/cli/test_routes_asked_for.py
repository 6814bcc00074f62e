"""The routes that everybody asks about, by `priorauth route` on one interchange: each with the rule that it cites."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from typer.testing import CliRunner

from priorauth.cli import app

BED, OFFICE, EMERGENCY, STAY = "UM*AR*I**11:A**{}", "UM*HS*I**11:B**{}", "UM*HS*I**23:B**{}", "UM*HS*I**21:B**{}"
OUTPATIENT = "UM*HS*I**22:B**{}"
PLAIN, FEDERAL, MESSA, ADVANTAGE, BCN, NOBODY = (f"MEM00000{number}" for number in ("01", "12", "13", "14", "17", "99"))

# fmt: off
ASKED = [
    ("NICU level 4 of a commercial newborn", "BCBSMA", PLAIN, BED, "SV2*0174***DA*3",
     "RTE-BCMA-06", "route", "progenyhealth"),
    ("the same of a federal employee", "BCBSMA", FEDERAL, BED, "SV2*0174***DA*3", "RTE-BCMA-01", "route", "bcbsma-um"),
    ("nursery level 1", "BCBSMA", PLAIN, BED, "SV2*0171***DA*3", "RTE-BCMA-13", "route", "bcbsma-um"),
    ("lumbar fusion for MESSA", "BCBSM", MESSA, OUTPATIENT, "SV1*HC:22612*100*UN*1",
     "RTE-BCMI-02", "manual", "bcbsm-um"),
    ("lumbar fusion for BCN Advantage", "BCBSM", ADVANTAGE, OUTPATIENT, "SV1*HC:22612*100*UN*1",
     "RTE-BCMI-12", "route", "turningpoint"),
    ("lumbar fusion for a federal employee", "BCBSM", FEDERAL, OUTPATIENT, "SV1*HC:22612*100*UN*1",
     "RTE-BCMI-08", "route", "bcbsm-um"),
    ("epidural injection for BCN Advantage", "BCBSM", ADVANTAGE, OUTPATIENT, "SV1*HC:62323*100*UN*1",
     "RTE-BCMI-12-PAIN", "manual", "bcn-um"),
    ("epidural injection for BCN commercial", "BCBSM", BCN, OUTPATIENT, "SV1*HC:62323*100*UN*1",
     "RTE-BCMI-10", "route", "turningpoint"),
    ("MRI of an outpatient", "ALLWAYS", PLAIN, OUTPATIENT, "SV1*HC:70551*100*UN*1", "RTE-AWH-05", "route", "evicore"),
    ("MRI in the emergency room", "ALLWAYS", PLAIN, EMERGENCY, "SV1*HC:70551*100*UN*1",
     "RTE-AWH-04", "no_auth_required", None),
    ("MRI of an inpatient", "ALLWAYS", PLAIN, STAY, "SV1*HC:70551*100*UN*1", "RTE-AWH-04", "no_auth_required", None),
    ("home sleep test", "ALLWAYS", PLAIN, "UM*HS*I**12:B**{}", "SV1*HC:G0399*100*UN*1",
     "RTE-AWH-09", "route", "sleep-management-solutions"),
    ("inpatient psychiatric", "ALLWAYS", PLAIN, BED, "SV2*0124***DA*5", "RTE-AWH-10", "route", "optum"),
    ("oncology: the plan's list of drugs is not there", "ALLWAYS", PLAIN, OFFICE, "SV1*HC:J9035*100*UN*1",
     "list_not_loaded", "manual", "allways-um"),
    ("oncology of BCBSMA", "BCBSMA", PLAIN, OFFICE, "SV1*HC:J9035*100*UN*1", "RTE-BCMA-13", "route", "bcbsma-um"),
    ("a member whom the directory does not know", "ALLWAYS", NOBODY, OUTPATIENT, "SV1*HC:70551*100*UN*1",
     "member_unknown", "manual", "allways-um"),
]
# fmt: on


def transaction(number: int, payer: str, member: str, event: str, service: str) -> str:
    """A request for one service of a newborn or an adult."""
    newborn = payer == "BCBSMA" and service.startswith("SV2")
    born, admitted = ("20261101", "20261101") if newborn else ("19800517", "20261101")
    stay = f"DTP*435*D8*{admitted}~" if event.startswith("UM*AR") else "DTP*AAH*D8*20261120~"
    admission = ("CL1*4*5*30~" if newborn else "CL1*3*1*30~") if event.startswith("UM*AR") else ""
    segments = (
        f"BHT*0007*13*ASKED-{number}*20261102*0915~HL*1**20*1~NM1*X3*2*EXAMPLE PAYER*****PI*{payer}~HL*2*1*21*1~"
        f"NM1*1P*2*EXAMPLE CLINIC*****XX*1200000036~HL*3*2*22*1~NM1*IL*1*SAMPLE*ALEX****MI*{member}~"
        f"DMG*D8*{born}*F~HL*4*3*EV*1~TRN*1*ASKED-{number}*9EXAMPLE00~{event.format('E')}~{stay}HI*ABK:M545~{admission}"
        f"HL*5*4*SS*0~TRN*1*ASKED-{number}-1*9EXAMPLE00~DTP*472*D8*20261120~{service}~"
    )
    count = segments.count("~") + 2
    return f"ST*278*{number:04}*005010X217~{segments}SE*{count}*{number:04}~"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Mapping[str, Any]]:
    """The routes of all questions, asked at once."""
    sets = "".join(transaction(number, *asked[1:5]) for number, asked in enumerate(ASKED, start=1))
    file = tmp_path_factory.mktemp("asked") / "asked.edi"
    file.write_text(
        "ISA*00*          *00*          *ZZ*HARBORGENERAL  *ZZ*PRIORAUTH      *261102*0915*^*00501*000000001*0*T*:~"
        f"GS*HI*HARBORGENERAL*PRIORAUTH*20261102*0915*1*X*005010X217~{sets}GE*{len(ASKED)}*1~IEA*1*000000001~"
    )
    result = CliRunner().invoke(app, ("route", str(file), "--json"))
    assert result.exit_code == 0, result.output
    routes: Sequence[Mapping[str, Any]] = json.loads(result.stdout)["routes"]
    return routes


@pytest.mark.parametrize(
    ("place", "rule", "outcome", "destination"),
    [pytest.param(place, *asked[5:], id=asked[0]) for place, asked in enumerate(ASKED)],
)
def test_the_answer_cites_the_rule(
    answers: Sequence[Mapping[str, Any]], place: int, rule: str, outcome: str, destination: str | None
) -> None:
    (item,) = answers[place]["items"]

    assert (item["rule"], item["outcome"], item["destination"]) == (rule, outcome, destination)
    assert item["citation"] or rule == "member_unknown"


def test_every_question_has_an_answer(answers: Sequence[Mapping[str, Any]]) -> None:
    assert [route["payer"] for route in answers] == [asked[1] for asked in ASKED]
