"""The report of a run: what it tells, that it needs nothing else, and how it looks in a browser."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import left_out
from conformance_runs import BROKEN, FAILED, GOT, SENT, case, mixed_run, passing_run, run_of
from priorauth.conformance.certificate import Certificate, read_certificate, write_certificate
from priorauth.conformance.certificate_page import certificate_page
from priorauth.conformance.pages import MOST_NAMED, report_page
from priorauth.conformance.results import Exchange, Mismatch, RunResult, Verdict
from testbed.browser import chromium
from testbed.service import Unavailable

VOID = {"meta", "br", "link", "img", "hr"}


def test_every_verdict_is_told_in_words_and_explained() -> None:
    text = text_of(report_page(mixed_run()))

    for verdict in Verdict:
        assert verdict.value in text
        assert verdict.meaning in text


def test_the_head_says_what_was_tested_when_and_by_what() -> None:
    text = text_of(report_page(mixed_run()))

    for told in (
        "Harbor test gateway",
        "http://127.0.0.1:8080",
        "x12-278, pas-2.2.1",
        "2026-11-28 10:30:00 UTC",
        "1 min 13 s",
    ):
        assert told in text
    assert "priorauth conformance 0.1.0" in text
    assert mixed_run().cases_digest in text


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        pytest.param(passing_run(3), "All 3 cases that ran pass.", id="all pass"),
        pytest.param(passing_run(1), "The case that ran passes.", id="one passes"),
        pytest.param(mixed_run(), "1 of the 3 cases that ran fails; 2 skipped and 1 not applicable.", id="one fails"),
        pytest.param(run_of(BROKEN), "No case fails, but 1 of the 1 case that ran could not be", id="an error"),
        pytest.param(run_of(), "No case ran.", id="nothing"),
    ],
)  # fmt: skip
def test_one_sentence_says_how_it_went(run: RunResult, sentence: str) -> None:
    assert sentence in text_of(report_page(run))


def test_failed_cases_stand_before_errors_and_these_before_what_passed() -> None:
    text = text_of(report_page(mixed_run()))

    places = [
        text.rindex(title) for title in ("Failed cases", "Errors", "Known failures", "Skipped cases", "Passed cases")
    ]

    assert places == sorted(places)


def test_a_failure_shows_requirement_wanted_got_and_every_message() -> None:
    text = text_of(report_page(run_of(FAILED)))

    for told in (
        "x217-bht03-echo",
        "The answer carries the submitter's reference",
        "X217 BHT03",
        "RIM-IMG-0001",
        "nothing",
    ):
        assert told in text
    assert "POST http://127.0.0.1:8080/x12" in text
    assert "GS*HI*HARBORGENERAL*PRIORAUTH*20261102*0915*5*X*005010X217~\nST*278*0001" in text
    assert "ST*278*0002*005010X217~\nSE*2*0002~" in text


def test_a_known_failure_is_shown_with_its_reason_and_messages_although_it_counts_as_skipped() -> None:
    text = text_of(report_page(mixed_run()))

    assert "known to fail: the batch door is not built yet" in text
    assert "404" in text


def test_what_a_target_sends_is_shown_and_never_becomes_part_of_the_page() -> None:
    sent = "</pre><script>alert(1)</script>"
    page = report_page(
        run_of(case("x/y/z", Verdict.FAIL, mismatches=(Mismatch(sent, sent, sent),), reason=sent), BROKEN)
    )

    assert "<script" not in page
    assert sent in text_of(page)


def test_secrets_of_the_caller_are_not_shown() -> None:
    page = report_page(mixed_run())

    assert "very-secret" not in page
    assert "Authorization: (not shown)" in page


def test_each_requirement_says_where_it_stands_and_why_it_has_no_case() -> None:
    text = text_of(report_page(mixed_run()))

    assert "1 no case, 1 not met" in text
    assert "1 not seen from outside, 1 undecided" in text
    assert "nothing on the wire shows it" in text


@pytest.mark.parametrize("run", [mixed_run(), passing_run(), run_of()], ids=["mixed", "passing", "empty"])
def test_the_page_is_whole_and_needs_no_other_file_and_no_script(run: RunResult) -> None:
    page = report_page(run)

    read = Reader(page)

    assert read.open == []
    assert read.outside == []
    assert not re.search(r"url\(|@import|<script|<link|\son\w+=", page)
    assert all(anchor in read.ids for anchor in read.anchors)
    assert len(read.ids) == len(set(read.ids))


def test_a_requirement_with_many_cases_names_a_few_and_counts_the_rest() -> None:
    text = text_of(report_page(passing_run(MOST_NAMED + 3)))

    assert "and 3 more" in text


# In a browser. The copy that is measured carries a script that says what it sees; the report itself has none.

MEASURE = """<script>addEventListener('load', () => {
  const colours = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = e => { for (; e; e = e.parentElement) { const c = colours(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  document.querySelectorAll('details').forEach(each => each.open = true);
  const faint = [...document.querySelectorAll('p, td, th, pre, code, dt, dd, summary, h1, h2, h3, h4, a, span.badge')]
    .filter(e => e.textContent.trim() && e.offsetParent).filter(e => {
      const [a, b] = [light(colours(getComputedStyle(e).color)), light(ground(e))];
      return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) < 4.5; });
  const seen = {faint: faint.map(e => e.className + e.textContent.slice(0, 40)),
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth};
  document.body.innerHTML = '<pre id="seen">' + JSON.stringify(seen) + '</pre>'; });</script>"""


@pytest.fixture(scope="module")
def browser() -> Path:
    try:
        return chromium()
    except Unavailable as why:
        left_out.skip("a look at the reports in Chromium", str(why))


@pytest.mark.parametrize(
    ("width", "dark"), [(1200, False), (420, True)], ids=["on a desk in the light", "on a telephone in the dark"]
)
@pytest.mark.parametrize("kind", ["report", "certificate"])
def test_in_a_browser_every_text_is_legible_and_nothing_runs_off_the_side(
    browser: Path, tmp_path: Path, kind: str, width: int, dark: bool
) -> None:
    page = report_page(mixed_run()) if kind == "report" else certificate_page(a_certificate())
    page = page.replace("(prefers-color-scheme: dark)", "all") if dark else page
    (tmp_path / "report.html").write_text(page.replace("</head>", f"{MEASURE}</head>"))

    seen = look(browser, tmp_path / "report.html", f"--window-size={width},900")

    assert '"faint":[]' in seen
    assert '"wide":0' in seen


def test_it_prints_with_the_messages_unfolded(browser: Path, tmp_path: Path) -> None:
    long = Exchange("submitted", replace(SENT, body=SENT.body.replace("SE*2", "REF*BB*X~" * 300 + "SE*2")), GOT)
    page = report_page(run_of(replace(FAILED, exchanges=(long,))))
    unfolding = "details:not(.passed)::details-content"
    (tmp_path / "unfolded.html").write_text(page)
    (tmp_path / "folded.html").write_text(page.replace(unfolding, ".no-such-thing"))

    for name in ("folded", "unfolded"):
        look(browser, tmp_path / f"{name}.html", f"--print-to-pdf={tmp_path / name}.pdf")

    assert unfolding in page
    assert sheets(tmp_path / "unfolded.pdf") > sheets(tmp_path / "folded.pdf")


def sheets(document: Path) -> int:
    """How many sheets of paper a PDF takes."""
    return len(re.findall(rb"/Type\s*/Page\b", document.read_bytes()))


def a_certificate() -> Certificate:
    return read_certificate(write_certificate(mixed_run(), Ed25519PrivateKey.generate(), selection="every case"))


def look(browser: Path, page: Path, *options: str) -> str:
    """What the browser made of the page."""
    made = ["--no-sandbox", "--disable-gpu", f"--user-data-dir={page.parent / 'profile'}", "--virtual-time-budget=2000"]
    told = [] if any("pdf" in each for each in options) else ["--dump-dom"]
    command = [str(browser), *made, *options, *told, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


class Reader(HTMLParser):
    """What stands in a page: what was opened and never closed, ids, links, and what it would fetch."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.anchors: list[str] = []
        self.outside: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.open += [] if tag in VOID else [tag]
        self.ids += [given["id"] or ""] if "id" in given else []
        for name in ("href", "src"):
            link = given.get(name) or ""
            (self.anchors if link.startswith("#") else self.outside).extend([link.removeprefix("#")] if link else [])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += "" if self.open[-1:] == ["style"] else data


def text_of(page: str) -> str:
    """What a reader sees of a page."""
    return Reader(page).text
