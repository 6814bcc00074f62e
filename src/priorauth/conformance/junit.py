"""A run as JUnit XML, as build servers read it: a suite is a testsuite, a case a testcase."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as xml

from priorauth.conformance.results import CaseResult, RunResult, Verdict
from priorauth.conformance.wire import Shown, messages_of

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(run: RunResult) -> bytes:
    """The whole run: what is skipped and what is not applicable are skipped with their reason, errors are errors."""
    root = xml.Element(
        "testsuites", {"name": f"conformance of {_clean(run.target.name)}", **_counts(run.cases, run.seconds)}
    )
    ordered = sorted(run.cases, key=lambda case: case.suite)
    for number, (suite, cases) in enumerate(groupby(ordered, key=lambda case: case.suite)):
        root.append(_suite(suite, number, list(cases), run))
    xml.indent(root)
    return bytes(xml.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _suite(name: str, number: int, cases: Sequence[CaseResult], run: RunResult) -> xml.Element:
    skipped = sum(case.verdict in (Verdict.SKIP, Verdict.NOT_APPLICABLE) for case in cases)
    about = {"name": name, "id": str(number), "timestamp": f"{run.started:%Y-%m-%dT%H:%M:%S}", "skipped": str(skipped)}
    suite = xml.Element("testsuite", {**about, **_counts(cases, sum(case.seconds for case in cases))})
    properties = xml.SubElement(suite, "properties")
    for key, value in _properties(run):
        xml.SubElement(properties, "property", {"name": _clean(key), "value": _clean(value)})
    for case in cases:
        suite.append(_case(case))
    return suite


def _properties(run: RunResult) -> list[tuple[str, str]]:
    return [
        ("target", run.target.name),
        ("address", run.target.url),
        ("claims", " ".join(run.target.claims)),
        *((f"target {name}", value) for name, value in run.target.reported.items()),
        ("runner", run.runner_version),
        ("cases", run.cases_digest),
    ]


def _case(case: CaseResult) -> xml.Element:
    """`classname` is suite and topic, so that build servers fold by them."""
    classname, _, name = case.name.rpartition("/")
    element = xml.Element(
        "testcase", {"classname": classname.replace("/", "."), "name": name, "time": f"{case.seconds:.3f}"}
    )
    match case.verdict:
        case Verdict.FAIL:
            _told(element, "failure", case.title if not case.mismatches else _first(case), _whole(case))
        case Verdict.ERROR:
            _told(element, "error", case.reason or "the runner went wrong", _whole(case))
        case Verdict.SKIP:
            _told(element, "skipped", case.reason, "")
        case Verdict.NOT_APPLICABLE:
            _told(element, "skipped", f"not applicable: {case.reason}", "")
        case Verdict.PASS:
            pass
    return element


def _told(parent: xml.Element, tag: str, message: str, text: str) -> None:
    element = xml.SubElement(parent, tag, {"message": _clean(message)})
    if tag != "skipped":
        element.set("type", tag)
        element.text = _clean(text)


def _first(case: CaseResult) -> str:
    mismatch, *others = case.mismatches
    more = f" (and {len(others)} more)" if others else ""
    return f"{mismatch.what}: wanted {mismatch.wanted}, got {mismatch.got}{more}"


def _whole(case: CaseResult) -> str:
    """All that the report says of a case: requirements, wanted and got, and every message."""
    lines = [case.title, *([case.reason] if case.reason and not case.mismatches else [])]
    lines += [f"requirement {each.id}: {each.title} ({each.source})" for each in case.verifies]
    for each in case.mismatches:
        where = f"{each.step}: {each.what}" if each.step else each.what
        lines += [where, f"  wanted {each.wanted}", f"  got    {each.got}"]
    for exchange in case.exchanges:
        for word, shown in messages_of(exchange):
            lines += ["", f"{word}: {exchange.step}", *_lines(shown)]
    return "\n".join(lines)


def _lines(shown: Shown) -> list[str]:
    return [shown.head, *([shown.body] if shown.body else []), *([f"({shown.note})"] if shown.note else [])]


def _counts(cases: Sequence[CaseResult], seconds: float) -> dict[str, str]:
    failures, errors = (sum(case.verdict == verdict for case in cases) for verdict in (Verdict.FAIL, Verdict.ERROR))
    return {"tests": str(len(cases)), "failures": str(failures), "errors": str(errors), "time": f"{seconds:.3f}"}


def _clean(text: str) -> str:
    """Characters that XML has no way to write are replaced."""
    return _NOT_XML.sub("\ufffd", text)
