"""The report of a run as one HTML file that needs no other: to be read, printed and sent to a partner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

import jinja2

from priorauth.conformance.results import CaseResult, CoverageRow, RunResult, Verdict
from priorauth.conformance.wire import as_got, in_one_line, messages_of
from priorauth.conformance.words import WORDS, outcome_of, span_in_words, standing_of, standings_in_words, totals

View = dict[str, Any]

MOST_NAMED = 4
"""So many cases are named beside a requirement; each case names its requirements in the lists above."""

_LAST = "\uffff"  # the topic of cases that have none comes after all others

_TROUBLES = {
    Verdict.FAIL: (
        "failed",
        "Failed cases",
        "For each: the requirement, what was wanted, what came, and every message.",
    ),
    Verdict.ERROR: ("errors", "Errors", "The runner could not find out. These say nothing of the target."),
}
_KNOWN = ("known", "Known failures", "They ran and failed as expected. The day that one passes, the run fails.")
_LEFT_OUT = {
    Verdict.SKIP: ("skipped", "Skipped cases", "Not judged in this run, and why."),
    Verdict.NOT_APPLICABLE: (
        "not-applicable",
        "Cases that are not applicable",
        "The target does not claim what they need.",
    ),
}


def report_page(run: RunResult) -> str:
    """The report as HTML."""
    return rendered("report.html.jinja", _page(run))


def rendered(template: str, page: View) -> str:
    """A page of this package by the name of its template."""
    return _template(template).render(page=page, style=_text("page.css"))


def _page(run: RunResult) -> View:
    by_verdict = {verdict: [case for case in run.cases if case.verdict == verdict] for verdict in Verdict}
    known = [case for case in by_verdict[Verdict.SKIP] if case.mismatches]
    troubles = [_section(about, map(_trouble, by_verdict[verdict])) for verdict, about in _TROUBLES.items()]
    troubles.append(_section(_KNOWN, map(_trouble, known)))
    left_out = [
        _section(about, _reasons(case for case in by_verdict[verdict] if not case.mismatches))
        for verdict, about in _LEFT_OUT.items()
    ]
    page = {
        "target": run.target.name,
        "outcome": outcome_of(run),
        "facts": _facts(run),
        "totals": totals(run.summary),
        "suites": _suites(run.cases),
        "troubles": [each for each in troubles if each["cases"]],
        "left_out": [each for each in left_out if each["cases"]],
        "passed": _passed(by_verdict[Verdict.PASS]),
        "registers": _registers(run.coverage),
        "footer": f"Written by priorauth conformance {run.runner_version}. Everything that it sent is synthetic.",
    }
    return {**page, "contents": _contents(page)}


def _section(about: tuple[str, str, str], cases: Iterable[Any]) -> View:
    anchor, title, note = about
    return {"anchor": anchor, "title": title, "note": note, "cases": list(cases)}


def _reasons(cases: Iterable[CaseResult]) -> list[View]:
    """Cases by the reason for which they were not judged."""
    return [{"words": reason, "cases": of_reason} for reason, of_reason in _grouped(cases, lambda case: case.reason)]


def _facts(run: RunResult) -> list[tuple[str, str]]:
    rows = [
        ("Address", run.target.url),
        ("Claims", ", ".join(run.target.claims)),
        *((f"Says of itself: {name}", value) for name, value in run.target.reported.items()),
        ("Date", f"{run.started:%Y-%m-%d %H:%M:%S %Z}".strip()),
        ("Took", span_in_words(run.seconds)),
        ("Cases", f"{len(run.cases)}, SHA-256 {run.cases_digest}"),
        ("Runner", f"priorauth conformance {run.runner_version}"),
    ]
    return [(term, value) for term, value in rows if value]


def _suites(cases: Sequence[CaseResult]) -> View:
    """A row of counts for each suite, and below it one for each of its topics."""
    rows = []
    for suite, of_suite in _grouped(cases, lambda case: case.suite):
        topics = [
            {"name": topic.replace(_LAST, "other"), **_counts(of_topic)}
            for topic, of_topic in _grouped(of_suite, lambda case: case.topic or _LAST)
        ]
        rows.append({"name": suite, **_counts(of_suite), "topics": topics})
    return {"words": [word.word for word in WORDS.values()], "rows": rows}


def _counts(cases: Sequence[CaseResult]) -> View:
    counts = [
        {"number": sum(case.verdict == verdict for case in cases), "mark": word.mark} for verdict, word in WORDS.items()
    ]
    return {"cases": len(cases), "counts": counts}


def _trouble(case: CaseResult) -> View:
    return {
        "anchor": case.name.replace("/", "-"),
        "name": case.name,
        "title": case.title,
        "verdict": WORDS[case.verdict],
        "reason": "" if case.verdict is Verdict.FAIL and case.mismatches else case.reason,
        "requirements": case.verifies,
        "failures": [
            {"where": " · ".join(filter(None, (each.step, each.what))), "wanted": each.wanted, "got": as_got(each.got)}
            for each in case.mismatches
        ],
        "exchanges": [{"summary": in_one_line(each), "messages": messages_of(each)} for each in case.exchanges],
    }


def _passed(cases: Sequence[CaseResult]) -> list[View]:
    return [
        {"name": name, "cases": [_line(case) for case in of_topic]}
        for name, of_topic in _grouped(cases, lambda case: " / ".join(filter(None, (case.suite, case.topic))))
    ]


def _line(case: CaseResult) -> View:
    ids = [each.id for each in case.verifies]
    return {"name": case.name, "title": case.title, "verifies": ids, "seconds": case.seconds}


def _registers(coverage: Iterable[CoverageRow]) -> list[View]:
    """The registers that this run had anything to do with."""
    registers = []
    for name, rows in _grouped(coverage, lambda row: row.requirement.register):
        if any(row.verdict not in (None, Verdict.NOT_APPLICABLE) for row in rows):
            shown = [_requirement(row) for row in rows]
            registers.append({"name": name, "sentence": standings_in_words(rows), "rows": shown})
    return registers


def _requirement(row: CoverageRow) -> View:
    standing = standing_of(row)
    return {
        "id": row.requirement.id,
        "title": row.requirement.title,
        "source": row.requirement.source,
        "standing": standing.word,
        "mark": standing.mark,
        "cases": row.cases[:MOST_NAMED],
        "more": len(row.cases[MOST_NAMED:]),
        "reason": row.requirement.reason,
    }


def _contents(page: View) -> list[tuple[str, str]]:
    links = [("totals", "Totals")]
    links += [(each["anchor"], f"{each['title']} ({len(each['cases'])})") for each in page["troubles"]]
    links += [("suites", "Suites and topics")]
    links += [
        (each["anchor"], f"{each['title']} ({sum(len(reason['cases']) for reason in each['cases'])})")
        for each in page["left_out"]
    ]
    links += [("passed", "Passed cases")] if page["passed"] else []
    links += [("coverage", "Coverage of the requirements")] if page["registers"] else []
    return links


def _grouped(values: Iterable[Any], key: Any) -> list[tuple[str, list[Any]]]:
    """In the order of their names, each with its values in the order given."""
    return [(name, list(group)) for name, group in groupby(sorted(values, key=key), key=key)]


@cache
def _template(name: str) -> jinja2.Template:
    loader = jinja2.FunctionLoader(_text)
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined, loader=loader)
    return environment.get_template(name)


def _text(name: str) -> str:
    return files("priorauth.conformance").joinpath("templates", name).read_text(encoding="utf-8")
