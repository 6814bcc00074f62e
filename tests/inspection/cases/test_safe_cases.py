"""Shared cases: none of the original values is in them, and they come to the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from case_values import broken_json, broken_x12, naming
from fhir_bundles import SAMPLES
from memory.gateway import TOOLS
from priorauth.inspection.cases.case import LEAST_WEEKS, MOST_WEEKS, Subject, Unsafe, leaks, make_case, moment_of
from priorauth.inspection.cases.checking import differences_of
from priorauth.inspection.cases.document import Case, CaseMessage, document_of, read_case
from priorauth.inspection.cases.shifting import orders_of_weeks
from priorauth.sandbox.mutants import MUTANTS, Door, Mutant, Rail, make

ROOT = Path(__file__).parents[3]
INTERCHANGES = sorted((ROOT / "samples" / "x12").rglob("*.edi"))
ADDED = {"OYELARAN", "ABERCROMBIE", "JÖRG", "ŁUKASZ", "ÖZIL"}
SALT = b"of the tests"
MESSAGES = [*INTERCHANGES, *SAMPLES, *sorted((ROOT / "samples" / "fhir" / "faulty").glob("*.json"))]


def subject(body: bytes, at: datetime | None = None) -> Subject:
    return Subject(
        name="case", messages=[CaseMessage(role="request", body=body, at=at or moment_of(body))], answered=True
    )


def text_of(case: Case) -> str:
    """The file, and what is in it in another encoding."""
    return document_of(case) + "".join(each.body.decode("latin-1") for each in case.messages)


def text_of_bytes(body: bytes) -> str:
    return body.decode("utf-8", errors="ignore") + body.decode("latin-1")


def shown(values: set[str], case: Case) -> set[str]:
    text = text_of(case)
    return {each for each in values if each in text or json.dumps(each, ensure_ascii=False)[1:-1] in text}


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_case_has_none_of_the_values_and_comes_to_the_same_when_it_is_read_again(path: Path, tmp_path: Path) -> None:
    body = path.read_bytes()
    assert len(naming(body)) > 10

    case = make_case(TOOLS, subject(body), SALT)
    (tmp_path / "case.json").write_text(document_of(case), encoding="utf-8")

    assert shown(naming(body), case) == set()
    assert differences_of(TOOLS, read_case(tmp_path / "case.json")) == []


def broken() -> Iterator[tuple[str, bytes, set[str]]]:
    for path in INTERCHANGES[::8]:
        body = path.read_bytes()
        yield from ((how, each, naming(body)) for how, each in broken_x12(body))
    for path in SAMPLES[::8]:
        body = path.read_bytes()
        yield from ((how, each, naming(body)) for how, each in broken_json(body))


def test_a_message_that_is_broken_in_any_way_gives_a_case_without_the_values_that_fails_the_same_way() -> None:
    refused: list[str] = []
    made = 0
    for how, body, values in broken():
        try:
            case = make_case(TOOLS, subject(body, datetime(2026, 11, 2, 9, 15, tzinfo=UTC)), SALT)
        except Unsafe:
            refused.append(how)
            continue
        made += 1
        found = shown({each for each in values | ADDED if each in text_of_bytes(body)}, case)
        assert not found, (how, found)
        assert differences_of(TOOLS, case) == []

    assert len(refused) <= made / 20, refused


def test_both_rails_and_the_answer_have_the_same_pseudonym_for_the_same_value() -> None:
    both = [(ROOT / "samples" / name).read_bytes() for name in ("x12/imaging-mri.edi", "fhir/imaging-mri.json")]
    messages = [
        CaseMessage(role=role, body=body, at=moment_of(body))
        for role, body in zip(("request", "leg 1 request"), both, strict=True)
    ]

    case = make_case(TOOLS, Subject(name="case", messages=messages), SALT)

    x12, fhir = (each.body.decode() for each in case.messages)
    (subscriber,) = (segment.split("*") for segment in x12.split("~\n") if segment.startswith("NM1*IL"))
    assert f'"family": "{subscriber[3]}"' in fhir
    assert f'"value": "{subscriber[9]}"' in fhir


def test_no_day_is_moved_onto_an_end_of_a_period_in_either_way_of_writing_it() -> None:
    salt = next(salt for salt in map(bytes, zip(range(9))) if orders_of_weeks(salt, LEAST_WEEKS, MOST_WEEKS)[0] > 0)
    begun = date(2026, 11, 2)  # BHT04 of the sample
    end = begun + timedelta(weeks=orders_of_weeks(salt, LEAST_WEEKS, MOST_WEEKS)[0])  # where it would be moved to
    body = (ROOT / "samples" / "x12" / "split-imaging-and-sleep.edi").read_bytes()
    body = re.sub(rb"RD8\*[0-9]{8}-[0-9]{8}", f"RD8*20261103-{end:%Y%m%d}".encode(), body, count=1)
    assert b"*20261102*" in body

    case = make_case(TOOLS, subject(body), salt)

    assert shown({f"{end:%Y%m%d}", f"{end:%Y-%m-%d}"}, case) == set()


def test_an_event_keeps_the_codes_of_the_messages_and_hides_what_it_carries_as_text() -> None:
    body = (ROOT / "samples" / "x12" / "imaging-mri.edi").read_bytes()
    carried = json.dumps(
        [{"url": "http://hl7.org/fhir/x", "valueString": "TRAN LINH"}, {"valueCode": "not-applicable"}]
    )
    item = {"procedure": "70553", "qualifier": "ABK", "segment": "CR5", "last": "PAM", "carried": carried}
    event = {"specversion": "1.0", "type": "priorauth.leg.dispatched.v1", "subject": "rev-7", "data": {"items": [item]}}
    messages = [
        CaseMessage(role="request", body=body, at=moment_of(body), format="x12"),
        CaseMessage(role="leg 1 request", body=json.dumps(event).encode(), at=moment_of(body), format="event"),
    ]

    case = make_case(TOOLS, Subject(name="case", messages=messages), SALT)

    (said,) = json.loads(case.messages[1].body)["data"]["items"]
    assert (said["procedure"], said["qualifier"], said["segment"]) == ("70553", "ABK", "CR5")
    assert json.loads(said["carried"])[0]["url"] == "http://hl7.org/fhir/x"
    assert shown({"TRAN LINH", "TRAN", "LINH", "PAM", "rev-7"}, case) == set()


def test_the_same_salt_makes_the_same_case_and_another_one_another() -> None:
    body = INTERCHANGES[0].read_bytes()

    first, again, other = (document_of(make_case(TOOLS, subject(body), salt)) for salt in (SALT, SALT, b"another"))

    assert first == again != other


def test_a_case_that_comes_to_something_else_by_now_says_what() -> None:
    case = make_case(TOOLS, subject((ROOT / "samples" / "x12" / "bad-npi.edi").read_bytes()), SALT)
    mended = [replace(each, body=each.body.replace(b"NM1*", b"NM2*", 1)) for each in case.messages]

    differences = differences_of(TOOLS, replace(case, messages=mended))

    assert any("finding come: rule X12-" in each for each in differences)
    assert any("route gone: payer BCBSM" in each for each in differences)


def test_a_value_that_has_to_stay_elsewhere_makes_no_case_and_is_not_told() -> None:
    body = (ROOT / "samples" / "x12" / "imaging-mri.edi").read_bytes()
    body = re.sub(rb"NM1\*IL\*1\*[^*]*", b"NM1*IL*1*70553", body)

    with pytest.raises(Unsafe) as refused:
        make_case(TOOLS, subject(body), SALT)

    assert "70553" not in str(refused.value)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("text", ['*O"HARA*', '"O\\"HARA"'])
def test_a_value_with_a_quote_is_found_as_it_stands_and_as_json_writes_it(text: str, whole: bool) -> None:
    assert len(list(leaks(text, {'O"HARA'}, whole=whole))) == 1


def test_a_value_within_a_longer_word_is_found_unless_only_whole_words_are_asked_for() -> None:
    assert [len(list(leaks("AuditEvent", {"Eve"}, whole=whole))) for whole in (False, True)] == [1, 0]


def test_a_case_that_nobody_named_has_the_same_name_for_the_same_salt() -> None:
    unnamed = replace(subject(INTERCHANGES[0].read_bytes()), name="")

    first, again, other = (make_case(TOOLS, unnamed, salt).name for salt in (SALT, SALT, b"another"))

    assert first == again != other


@pytest.mark.parametrize("mutant", MUTANTS[::9], ids=lambda mutant: mutant.name)
def test_a_message_that_breaks_one_rule_gives_a_case_that_breaks_it_at_the_same_place(mutant: Mutant) -> None:
    body = make(mutant).body
    at = datetime(2026, 11, 2, 9, 15, tzinfo=UTC)
    format = "event" if mutant.rail is Rail.EVENT else ""
    message = CaseMessage(role="request", body=body, at=at, format=format)

    case = make_case(TOOLS, Subject(name="case", messages=[message]), SALT)

    outcome = case.outcomes[0]
    if mutant.door is Door.VALIDATE:
        assert outcome.fault or mutant.rule in {each["rule"] for each in outcome.findings}
    assert shown({each for each in naming_if_readable(body) if each in text_of_bytes(body)}, case) == set()
    assert differences_of(TOOLS, case) == []


def naming_if_readable(body: bytes) -> set[str]:
    try:
        return naming(body)
    except (ValueError, RecursionError, IndexError):
        return set()
