"""Numbers of more digits than Python reads: whatever they stand in is answered, never with a 5xx."""

from __future__ import annotations

import httpx2

from interchanges import forcing

DIGITS = "1" * 5000
ISA = "ISA*00*          *00*          *ZZ*HARBORGENERAL  *ZZ*PRIORAUTH      *261102*0915*^*00501*000007999*0*T*:~"
REJECTION = (
    f"{ISA}GS*FA*HARBORGENERAL*PRIORAUTH*20261102*0915*5*X*005010X231A1~ST*999*0001*005010X231A1~"
    f"AK1*HI*1*005010X217~AK2*278*0001*005010X217~IK3*HL*{DIGITS}*2000A*8~IK4*{DIGITS}*1*1~IK5*R*5~"
    f"AK9*R*{DIGITS}*1*0~SE*8*0001~GE*1*5~IEA*1*000007999~"
)


def test_a_999_with_such_a_number_is_taken(http: httpx2.Client) -> None:
    assert http.post("/x12", content=REJECTION.encode()).status_code < 500


def test_a_bundle_of_such_a_number_is_not_there(http: httpx2.Client) -> None:
    review_id = http.post("/x12", content=forcing("imaging-mri", "PEND")).headers["x-review-id"]

    assert http.get(f"/fhir/2.2.1/Bundle/{review_id}-{DIGITS}").status_code == 404


def test_events_after_such_a_position_are_none(http: httpx2.Client) -> None:
    events = http.get("/events", params={"follow": "false"}, headers={"Last-Event-ID": DIGITS})

    assert (events.status_code, events.text) == (200, "")
