"""Runs the demonstration and tells whether every case gave what it promises."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from priorauth.sandbox.demo import showing
from priorauth.sandbox.demo.cases import CASES, INQUIRY_CASES, DemoCase, InquiryCase
from priorauth.sandbox.demo.fhir_cases import FHIR_CASES, FhirCase
from priorauth.sandbox.demo.fhir_run import show_fhir_case
from priorauth.sandbox.demo.gateway import DemoFailed, Ehr, running_gateway
from priorauth.sandbox.demo.inquiry_run import show_inquiry_case
from priorauth.sandbox.demo.overdue_run import show_overdue_case
from priorauth.sandbox.demo.stay_cases import OVERDUE_CASE, STAY_CASES, OverdueCase, StayCase
from priorauth.sandbox.demo.stay_run import show_stay_case
from priorauth.sandbox.demo.x12_run import show_x12_case

Say = Callable[[str], object]
Case = DemoCase | FhirCase | InquiryCase | StayCase | OverdueCase
ALL_CASES: tuple[Case, ...] = (*CASES, *FHIR_CASES, *INQUIRY_CASES, *STAY_CASES, OVERDUE_CASE)
"""In this order: the last ones let time pass."""

OUT = Path("var")
"""Where reports are written to, below the folder in which the demonstration is run."""

WHERE_NEXT = """
Where to go next
    make serve                                        the same gateway on port 8080, for as long as you like
    curl -si localhost:8080/x12 -H 'Content-Type: application/edi-x12' --data-binary @samples/x12/imaging-mri.edi
    curl -si 'localhost:8080/fhir/2.2.1/Claim/$submit' -H 'Content-Type: application/fhir+json' \\
         --data-binary @samples/fhir/imaging-mri.json
    http://localhost:8080/docs                        every path, and the events at /events
    priorauth report daily-log --payer BCBSMA         what was decided today, by facility; also metrics and delegates
    mappings/sandbox/behaviours.yaml                  how the simulated delegates answer, and how to force an answer
    docs/companion-guide.md                           how to send a 278 or a PAS Bundle and what comes back"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case: the problems found, none where it kept its promise."""

    case: Case
    problems: tuple[str, ...]


def run_demo(say: Say, *, serve: Sequence[str], samples: Path, out: Path = OUT) -> bool:
    """Start a gateway by the command `serve`, go through the cases, and stop it. True where all kept their promise."""
    started = time.monotonic()
    try:
        with TemporaryDirectory(prefix="priorauth-demo-") as folder, running_gateway(serve, Path(folder)) as url:
            say(f"a gateway with simulated delegates is listening on {url}")
            with Ehr(url) as ehr:
                outcomes = [
                    _show(say, ehr, case, samples, out, number) for number, case in enumerate(ALL_CASES, start=1)
                ]
    except (DemoFailed, OSError, httpx2.HTTPError) as problem:
        say(f"the demonstration failed: {problem}")
        return False
    for line in _summary(outcomes, time.monotonic() - started):
        say(line)
    return not any(outcome.problems for outcome in outcomes)


def _show(say: Say, ehr: Ehr, case: Case, samples: Path, out: Path, number: int) -> Outcome:
    """Send one request, show everything about it, and check what came back."""

    def tell(lines: Iterable[str]) -> None:
        for line in lines:
            say(line)

    tell(showing.heading(number, len(ALL_CASES), case.title))
    if isinstance(case, DemoCase):
        return Outcome(case, show_x12_case(tell, ehr, case, samples / "x12"))
    if isinstance(case, InquiryCase):
        return Outcome(case, show_inquiry_case(tell, ehr, case, samples))
    if isinstance(case, StayCase):
        return Outcome(case, show_stay_case(tell, ehr, case, samples, out))
    if isinstance(case, OverdueCase):
        return Outcome(case, show_overdue_case(tell, ehr, case, samples))
    return Outcome(case, show_fhir_case(tell, ehr, case, samples / "fhir"))


def _summary(outcomes: Sequence[Outcome], seconds: float) -> Iterator[str]:
    rows = [("", "case", "promised", "")]
    for number, outcome in enumerate(outcomes, start=1):
        rows.append((str(number), outcome.case.sample, outcome.case.promise, "FAILED" if outcome.problems else "ok"))
    yield from showing.section(f"{len(outcomes)} requests in {seconds:.0f} seconds", showing.table(rows))
    yield from WHERE_NEXT.splitlines()
