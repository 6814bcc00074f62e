"""Every outcome that needs no delegate has its answer on both rails, with the rule in words, and its event."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from interchanges import renumbered, sample, segments_of, with_trace
from pas_requests import FHIR, action_of, fresh, response_in
from routing_requests import MAPPINGS
from served import Served
from small_pack import FILES

SAMPLE_CODE = "70553"
DUE_CLOCK = """\
state: MA
classes:
  - {class: standard, citation: "004:L261", when: {}}
clocks:
  - id: CLK-1
    title: Notice of the service
    citation: "004:L261"
    kind: notification
    when: {procedure_code: "90002"}
    start: receipt
    met_by: [verbal_notice]
    due: [{from: service, business_days: 1}]
"""
NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Told:
    """An outcome, the code that leads to it, and what both rails say."""

    outcome: str
    code: str
    action: str | None
    words: str


CASES = [
    Told("no_auth_required", "90001", "NA", "An example of no_auth_required (rule R-90001)"),
    Told("notify_required", "90002", "NA",
         "An example of notify_required (rule R-90002); notice due by 2026-11-19 2359 EST"),
    Told("notify_requested", "90003", "NA",
         "An example of notify_requested (rule R-90003); notice due 2 business days before the service"),
    Told("referral_required", "90004", "CT", "An example of referral_required (rule R-90004)"),
    Told("redirect", "90005", "CT", "An example of redirect (rule R-90005)"),
    Told("invalid", "90006", None, "An example of invalid (rule R-90006)"),
    Told("manual", "90007", "A4", "With the payer's desk by rule R-90007. An example of manual"),
]  # fmt: skip


def pack_of(cases: list[Told]) -> dict[str, str]:
    """A pack with a rule for each outcome, a clock for one notice and a requirement for another."""
    rules = "".join(
        f'  - {{id: R-{each.code}, step: desk, citation: "004:L58", when: {{procedure_code: "{each.code}"}},\n'
        f"     then: {{outcome: {each.outcome}, reason: An example of {each.outcome}}}}}\n"
        for each in cases
    )
    requirement = (
        'requirements:\n  - {id: REQ-1, need: notice_requested, citation: "004:L60", says: Tell the plan,\n'
        '     when: {procedure_code: "90003"}, before: {of: service, business_days: 2}}\n'
    )
    return {
        **FILES,
        "routes.yaml": f"rules:\n{rules}",
        "requirements.yaml": requirement,
        "clocks.yaml": DUE_CLOCK,
        "determinations.yaml": "{}\n",
        "notices.yaml": "notices: []\n",
    }


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A gateway whose AllWays pack has a rule for each outcome."""
    folder = tmp_path_factory.mktemp("gateway")
    mappings = shutil.copytree(MAPPINGS, folder / "mappings")
    for name, text in pack_of(CASES).items():
        path: Path = mappings / "payers" / "allways" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with (
        Served(folder, wait_seconds="6", mappings=str(mappings)) as served,
        httpx2.Client(base_url=served.url, timeout=30) as client,
    ):
        yield client


@pytest.mark.parametrize("told", CASES, ids=lambda each: each.outcome)
def test_a_278_is_answered_with_the_rule_in_its_message(http: httpx2.Client, told: Told) -> None:
    interchange = renumbered(with_trace(sample("imaging-mri"), f"EHR-{told.code}-{next(NUMBERS)}"))

    response = http.post("/x12", content=interchange.replace(SAMPLE_CODE.encode(), told.code.encode()))

    decided = [segment.split("*") for segment in segments_of(response.content, "HCR", "AAA")]
    assert decided[-1][:2] == (["HCR", told.action] if told.action else ["AAA", "N"])
    assert [segment[4:] for segment in segments_of(response.content, "MSG")][-1] == told.words
    assert_events_tell(http, response.headers["x-review-id"], told)


@pytest.mark.parametrize("told", CASES, ids=lambda each: each.outcome)
def test_a_pas_request_is_answered_with_the_rule_in_a_note(http: httpx2.Client, told: Told) -> None:
    body = fresh("imaging-mri").replace(SAMPLE_CODE.encode(), told.code.encode())

    response = http.post("/fhir/2.2.1/Claim/$submit", content=body, headers=FHIR)

    answer = response_in(response.json())
    notes = {note["number"]: note["text"] for note in answer.get("processNote", [])}
    (item,) = answer["item"]
    assert action_of(item) == told.action
    assert told.words in [notes[number] for number in item.get("noteNumber", [])]
    assert bool(answer.get("error")) is (told.action is None)
    assert_events_tell(http, response.headers["x-review-id"], told)


def assert_events_tell(http: httpx2.Client, review_id: str, told: Told) -> None:
    """The routed event has the outcome and the rule, the returned one the action."""
    events = {
        re.sub(r"^priorauth\.|\.v1$", "", each["type"]): each["data"]
        for each in json.loads(http.get(f"/reviews/{review_id}/events").content)["events"]
    }
    routed = events["review.routed"]["route"]["items"][0]
    assert (routed["outcome"], routed["rule"]) == (told.outcome, f"R-{told.code}")
    assert events["determination.returned"]["reply"]["items"][0]["action"] == told.action
