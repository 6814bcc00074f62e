"""A run as JUnit XML: what build servers accept, and what they show of it."""

from __future__ import annotations

from xml.etree import ElementTree as xml

import pytest

from conformance_runs import BROKEN, FAILED, KNOWN, case, mixed_run, passing_run, run_of
from priorauth.conformance.junit import junit_xml
from priorauth.conformance.results import CaseResult, Mismatch, RunResult, Verdict

TEXT = {"system-out", "system-err"}
# What the schema that Jenkins publishes allows: attributes (required ones with a star), children in their order.
SCHEMA = {
    "testsuites": ({"name", "time", "tests", "failures", "errors", "disabled"}, ["testsuite"]),
    "testsuite": (
        {"name*", "tests*", "failures", "errors", "time", "disabled", "skipped", "timestamp", "hostname", "id"}
        | {"package"},
        ["properties", "testcase", "system-out", "system-err"],
    ),
    "properties": (set(), ["property"]),
    "property": ({"name*", "value*"}, []),
    "testcase": (
        {"name*", "classname*", "assertions", "time", "status"},
        ["skipped", "error", "failure", "system-out", "system-err"],
    ),
    "skipped": ({"message"}, []),
    "error": ({"type", "message"}, []),
    "failure": ({"type", "message"}, []),
}  # fmt: skip


@pytest.mark.parametrize("run", [mixed_run(), passing_run(), run_of()], ids=["mixed", "passing", "empty"])
def test_it_is_what_the_schema_allows(run: RunResult) -> None:
    faults = [fault for element in xml.fromstring(junit_xml(run)).iter() for fault in faults_of(element)]

    assert faults == []


def test_the_check_against_the_schema_finds_what_is_wrong() -> None:
    wrong = xml.fromstring("<testsuite name='x'><system-out/><testcase name='y' colour='red'/></testsuite>")

    assert len([fault for element in wrong.iter() for fault in faults_of(element)]) == 4


def test_counts_of_the_suites_add_up_to_those_of_the_run() -> None:
    root = xml.fromstring(junit_xml(mixed_run()))

    for name, total in (("tests", 6), ("failures", 1), ("errors", 1)):
        assert int(root.attrib[name]) == total == sum(int(suite.attrib[name]) for suite in root)
    assert sum(int(suite.attrib["skipped"]) for suite in root) == 3 == len(list(root.iter("skipped")))


def test_a_case_is_named_by_its_suite_and_topic() -> None:
    only = next(xml.fromstring(junit_xml(run_of(FAILED))).iter("testcase"))

    assert only.attrib["classname"] == "x12-278.echo"
    assert only.attrib["name"] == "bht03-comes-back"


def test_a_failure_says_wanted_and_got_in_its_message_and_shows_every_message_below() -> None:
    failure = next(xml.fromstring(junit_xml(run_of(FAILED))).iter("failure"))

    assert failure.attrib["message"] == "BHT-03: wanted RIM-IMG-0001, got nothing"
    assert failure.text is not None
    assert "requirement x217-bht03-echo: The answer carries the submitter's reference (X217 BHT03)" in failure.text
    assert "POST http://127.0.0.1:8080/x12" in failure.text
    assert "ST*278*0002*005010X217~" in failure.text


@pytest.mark.parametrize(
    ("result", "message"),
    [
        pytest.param(KNOWN, "known to fail: the batch door is not built yet", id="known failure"),
        pytest.param(
            case("x/y/z", Verdict.NOT_APPLICABLE, reason="the target does not claim kafka"),
            "not applicable: the target does not claim kafka",
            id="not applicable",
        ),
    ],
)
def test_what_did_not_count_is_skipped_with_its_reason(result: CaseResult, message: str) -> None:
    skipped = next(xml.fromstring(junit_xml(run_of(result))).iter("skipped"))

    assert skipped.attrib["message"] == message


def test_an_error_is_an_error_and_no_failure() -> None:
    root = xml.fromstring(junit_xml(run_of(BROKEN)))

    assert [each.attrib["message"] for each in root.iter("error")] == ["the target did not answer"]
    assert list(root.iter("failure")) == []


def test_characters_that_xml_cannot_hold_do_not_break_the_file() -> None:
    odd = "\x00\x1b\ud800\uffff"
    result = case("x/y/z", Verdict.FAIL, mismatches=(Mismatch(odd, odd, odd),))

    failure = next(xml.fromstring(junit_xml(run_of(result))).iter("failure"))

    assert "\ufffd" in failure.attrib["message"]


def faults_of(element: xml.Element) -> list[str]:
    """What the schema does not allow of one element."""
    attributes, children = SCHEMA.get(element.tag, (set(), []))
    known = {name.removesuffix("*") for name in attributes}
    required = {name.removesuffix("*") for name in attributes if name.endswith("*")}
    faults = [f"{element.tag} has {name}" for name in set(element.attrib) - known]
    faults += [f"{element.tag} lacks {name}" for name in required - set(element.attrib)]
    faults += [f"{child.tag} in {element.tag}" for child in element if child.tag not in children]
    places = [children.index(child.tag) for child in element if child.tag in children]
    return faults + ([f"the order in {element.tag}"] if places != sorted(places) else [])
