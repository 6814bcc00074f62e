"""Runs the demonstration and tells whether every case gave what it promises."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from priorauth.sandbox.demo import showing
from priorauth.sandbox.demo.cases import CASES, DemoCase
from priorauth.sandbox.demo.gateway import DemoFailed, Ehr, running_gateway

Say = Callable[[str], object]

WHERE_NEXT = """
Where to go next
    make serve                                        the same gateway on port 8080, for as long as you like
    curl -si localhost:8080/x12 -H 'Content-Type: application/edi-x12' --data-binary @samples/x12/imaging-mri.edi
    http://localhost:8080/docs                        every path, and the events at /events
    mappings/sandbox/behaviours.yaml                  how the simulated delegates answer, and how to force an answer
    docs/companion-guide.md                           how to send a 278 and what comes back"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case: the problems found, none where it kept its promise."""

    case: DemoCase
    problems: tuple[str, ...]


def run_demo(say: Say, *, serve: Sequence[str], samples: Path) -> bool:
    """Start a gateway by the command `serve`, go through the cases, and stop it. True where all kept their promise."""
    started = time.monotonic()
    try:
        with TemporaryDirectory(prefix="priorauth-demo-") as folder, running_gateway(serve, Path(folder)) as url:
            say(f"a gateway with simulated delegates is listening on {url}")
            with Ehr(url) as ehr:
                outcomes = [_show(say, ehr, case, samples, number) for number, case in enumerate(CASES, start=1)]
    except (DemoFailed, OSError, httpx2.HTTPError) as problem:
        say(f"the demonstration failed: {problem}")
        return False
    for line in _summary(outcomes, time.monotonic() - started):
        say(line)
    return not any(outcome.problems for outcome in outcomes)


def _show(say: Say, ehr: Ehr, case: DemoCase, samples: Path, number: int) -> Outcome:
    """Send one request, show everything about it, and check what came back."""

    def tell(lines: Iterable[str]) -> None:
        for line in lines:
            say(line)

    request = (samples / case.sample).read_bytes()
    tell(showing.heading(number, len(CASES), case.title))
    tell(showing.section(f"request, {case.sample}:", showing.segments(request.decode())))
    answered = ehr.send(request)
    response = answered.body.decode(errors="replace")
    problems = [] if answered.status == httpx2.codes.OK else [f"the answer has status {answered.status}"]
    problems += missing(case.expected, response, "the response")
    later = ""
    for review_id in answered.review_ids:
        try:
            later = _later(ehr, case, review_id)
        except DemoFailed as problem:
            problems.append(str(problem))
        problems += missing(case.later, later, "the later response") if later else ()
        problems += strayed(case.legs, showing.counterparts_of_legs(ehr.messages(review_id)))
        tell(_review(ehr, review_id))
    tell(showing.section("response:", showing.segments(response)))
    if later:
        tell(showing.section("later response, from the mailbox:", showing.segments(later)))
    tell(showing.section("FAILED:", problems) if problems else showing.section("as promised:", [case.promise]))
    return Outcome(case, tuple(problems))


def _later(ehr: Ehr, case: DemoCase, review_id: str) -> str:
    """The interchange that comes to the mailbox later, after people decided where they are to; empty for most cases."""
    if case.decide:
        ehr.decide(review_id, case.decide)
    return ehr.pick_up(review_id).decode(errors="replace") if case.later else ""


def _review(ehr: Ehr, review_id: str) -> Iterator[str]:
    """The route, legs and events of a review."""
    messages = ehr.messages(review_id)
    if showing.counterparts_of_legs(messages):
        yield from showing.section("route:", showing.route(ehr.route(review_id)))
        yield from showing.legs(messages)
    yield from showing.section("events:", showing.events(ehr.events(review_id)))


def strayed(expected: frozenset[str], reached: frozenset[str]) -> Iterator[str]:
    """What is wrong with where the legs went, in words."""
    if reached != expected:
        yield f"the legs went to {', '.join(sorted(reached)) or 'nobody'}"


def missing(expected: Iterable[str], interchange: str, name: str) -> Iterator[str]:
    """The first expected beginning of a segment that does not follow those before it, in words."""
    remaining = iter(showing.segments(interchange))
    for beginning in expected:
        if not any(segment.startswith(beginning) for segment in remaining):
            yield f"{name} has no {beginning} where it is expected"
            return


def _summary(outcomes: Sequence[Outcome], seconds: float) -> Iterator[str]:
    rows = [("", "case", "promised", "")]
    for number, outcome in enumerate(outcomes, start=1):
        rows.append((str(number), outcome.case.sample, outcome.case.promise, "FAILED" if outcome.problems else "ok"))
    yield from showing.section(f"{len(outcomes)} requests in {seconds:.0f} seconds", showing.table(rows))
    yield from WHERE_NEXT.splitlines()
