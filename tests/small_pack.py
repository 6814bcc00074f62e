"""A pack of three rules and one list, and drafts of it: one text replaced in one file."""

from __future__ import annotations

from collections.abc import Mapping

FILES: Mapping[str, str] = {
    "pack.yaml": """\
payer: ALLWAYS
name: Example Plan
timezone: America/New_York
documents: {"004": Provider manual}
desk: {destination: allways-um, citation: "004:L58"}
delegates: [evicore]
lists:
  - {id: LST-1, title: Imaging, file: codes/imaging.csv, citation: "004:L188"}
""",
    "routes.yaml": """\
rules:
  - id: R-ER  # nothing is asked for in an emergency
    step: exemption
    citation: "004:L193"
    when: {setting: er}
    then: {outcome: no_auth_required, reason: Part of emergency care}
  - id: R-IMAGING
    step: delegate
    citation: "004:L188"
    when: {procedure_code: {in_list: LST-1}, urgency: elective}
    then: {outcome: route, destination: evicore, reason: Elective imaging}
  - id: R-REST
    step: fallback
    citation: "004:L58"
    when: {}
    then: {outcome: route, destination: allways-um, reason: The plan decides the rest}
""",
    "requirements.yaml": """\
requirements:
  - id: REQ-1
    need: authorization
    citation: "004:L60"
    says: Imaging needs authorization
    when: {procedure_code: {in_list: LST-1}}
""",
    "examples.yaml": "examples: {}\n",
    "codes/imaging.csv": "system,from,to,label,status,citation\ncpt,70450,70559,head CT and MR,payer,004:L188\n",
    "clocks.yaml": """\
state: MA
classes:
  - {class: standard, citation: "004:L261", when: {}}
clocks:
  - id: CLK-1
    title: Decision
    citation: "004:L261"
    kind: decision
    start: receipt
    met_by: [decision]
    due: [{from: receipt, calendar_days: 14}]
""",
    "calendar.yaml": "holidays: us-federal\n",
}


def draft(file: str = "pack.yaml", old: str = "", new: str = "") -> dict[str, str]:
    """The files with one text replaced."""
    assert old in FILES[file]
    return {**FILES, file: FILES[file].replace(old, new, 1)}
