"""Runs of the conformance suite made up for the tests of its reports and certificates."""

from __future__ import annotations

from datetime import UTC, datetime

from priorauth.conformance.results import (
    CaseResult,
    CoverageRow,
    Exchange,
    Mismatch,
    Requirement,
    RunResult,
    TargetInfo,
    Verdict,
    WireMessage,
)

ECHO = Requirement("x217-bht03-echo", "The answer carries the submitter's reference", "X217 BHT03", "x12-278", True, "")
FORMAT = Requirement("spec-26", "The original bytes are kept", "PAS 2.2.1 specification", "pas-2.2.1", True, "")
INSIDE = Requirement("conf-9", "Staff are trained", "PAS 2.2.1", "pas-2.2.1", False, "nothing on the wire shows it")
NO_CASE = Requirement("x217-um-06", "Urgency comes back", "X217 2000E UM06", "x12-278", True, "")

ISA = (
    "ISA*00*          *00*          *ZZ*HARBORGENERAL  *ZZ*PRIORAUTH      *261102*0915*^*00501*000000005*0*T*:~"
    "GS*HI*HARBORGENERAL*PRIORAUTH*20261102*0915*5*X*005010X217~ST*278*0001*005010X217~SE*2*0001~GE*1*5~IEA*1*000000005~"
)
SENT = WireMessage("POST http://127.0.0.1:8080/x12", (("Content-Type", "application/edi-x12"),), ISA)
GOT = WireMessage("HTTP/1.1 200 OK", (("Content-Type", "application/edi-x12"),), ISA.replace("0001", "0002"))
SECRET = WireMessage(
    "POST http://127.0.0.1:8080/fhir/2.2.1/Claim/$submit",
    (("Authorization", "Bearer very-secret"), ("Content-Type", "application/fhir+json")),
    '{"resourceType":"Bundle","quantity":1.50,"note":"<script>alert(1)</script> & more"}',
)
REFUSED = WireMessage("HTTP/1.1 422 Unprocessable Entity", (), '{"resourceType":"OperationOutcome"}')


def case(name: str, verdict: Verdict = Verdict.PASS, **more: object) -> CaseResult:
    """One case, by default a sound one."""
    given = {
        "title": f"The case {name}",
        "reason": "",
        "verifies": (ECHO,),
        "mismatches": (),
        "exchanges": (),
        "seconds": 0.1,
    }
    return CaseResult(name=name, verdict=verdict, file="cases/x.yaml", **{**given, **more})  # type: ignore[arg-type]


FAILED = case(
    "x12-278/echo/bht03-comes-back",
    Verdict.FAIL,
    title="The answer carries <the> submitter's reference",
    mismatches=(Mismatch("BHT-03", "RIM-IMG-0001", "nothing", "submitted"),),
    exchanges=(Exchange("submitted", SENT, GOT, 0.213, ""),),
)
BROKEN = case(
    "pas-2.2.1/submit/original-bytes",
    Verdict.ERROR,
    reason="the target did not answer",
    verifies=(FORMAT,),
    exchanges=(
        Exchange("submitted", SECRET, None, 30.0, "no answer within 30 s"),
        Exchange("again", SECRET, REFUSED, 0.1, ""),
    ),
)
KNOWN = case(
    "x12-278/acknowledgments/late",
    Verdict.SKIP,
    reason="known to fail: the batch door is not built yet",
    mismatches=(Mismatch("status", "202", "404", ""),),
    exchanges=(Exchange("", SENT, GOT, 0.2, ""),),
)


def run_of(*cases: CaseResult, coverage: tuple[CoverageRow, ...] = ()) -> RunResult:
    """A run that came to these results."""
    return RunResult(
        target=TargetInfo(
            "Harbor test gateway", "http://127.0.0.1:8080", ("x12-278", "pas-2.2.1"), {"software": "priorauth 0.1.0"}
        ),
        started=datetime(2026, 11, 28, 10, 30, tzinfo=UTC),
        seconds=73.4,
        cases=cases,
        coverage=coverage,
        runner_version="0.1.0",
        cases_digest="ab" * 32,
    )


def mixed_run() -> RunResult:
    """Every verdict at least once."""
    return run_of(
        case("x12-278/echo/traces-come-back"),
        FAILED,
        BROKEN,
        KNOWN,
        case(
            "events/order/by-review",
            Verdict.SKIP,
            reason="the broker of the target cannot be reached from here",
            verifies=(),
        ),
        case(
            "pas-2.0.1/submit/is-decided",
            Verdict.NOT_APPLICABLE,
            reason="the target does not claim pas-2.0.1",
            verifies=(),
        ),
        coverage=(
            CoverageRow(ECHO, (FAILED.name,), Verdict.FAIL),
            CoverageRow(NO_CASE, (), None),
            CoverageRow(FORMAT, (BROKEN.name,), Verdict.ERROR),
            CoverageRow(INSIDE, (), None),
        ),
    )


def passing_run(cases: int = 12) -> RunResult:
    """Nothing went wrong."""
    topics = ("echo", "acknowledgments", "rejections")
    each = tuple(case(f"x12-278/{topics[number % 3]}/case-{number}", seconds=0.05 * number) for number in range(cases))
    return run_of(*each, coverage=(CoverageRow(ECHO, tuple(one.name for one in each), Verdict.PASS),))
