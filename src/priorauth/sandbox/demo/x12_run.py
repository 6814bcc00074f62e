"""Shows one case that comes as X12, and tells what is not as it promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import httpx2

from priorauth.sandbox.demo import showing
from priorauth.sandbox.demo.cases import DemoCase
from priorauth.sandbox.demo.gateway import DemoFailed, Ehr


def show_x12_case(tell: Callable[[Iterator[str]], None], ehr: Ehr, case: DemoCase, samples: Path) -> tuple[str, ...]:
    """Send one request, show everything about it, and check what came back: the problems found."""
    request = (samples / case.sample).read_bytes()
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
        tell(showing.review(ehr, review_id))
    tell(showing.section("response:", showing.segments(response)))
    if later:
        tell(showing.section("later response, from the mailbox:", showing.segments(later)))
    tell(showing.section("FAILED:", problems) if problems else showing.section("as promised:", [case.promise]))
    return tuple(problems)


def _later(ehr: Ehr, case: DemoCase, review_id: str) -> str:
    """The interchange that comes to the mailbox later, after people decided where they are to; empty for most cases."""
    if case.decide:
        ehr.decide(review_id, case.decide)
    return ehr.pick_up(review_id).decode(errors="replace") if case.later else ""


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
