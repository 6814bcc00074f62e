"""The command `priorauth conformance`: run cases against a gateway, list them, say what they cover."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from priorauth.conformance import certificate_commands, inferno_commands
from priorauth.conformance.ending import COULD_NOT_RUN, FAILED, fail

app = typer.Typer(no_args_is_help=True, help="Test a gateway from outside: ours, or any other.")
for command in (certificate_commands.keygen, certificate_commands.verify, certificate_commands.certificate):
    app.command()(command)
app.command("inferno-preset")(inferno_commands.inferno_preset)

Cases = Annotated[
    Path | None,
    typer.Option("--cases", envvar="PRIORAUTH_CONFORMANCE", help="folder of cases; default the shipped one"),
]
Suites = Annotated[
    list[str] | None, typer.Option("--suite", help="only this suite, such as x12-278 or pas-2.2.1; repeatable")
]
Only = Annotated[list[str] | None, typer.Option("--only", help="only cases whose name matches; repeatable")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


@app.command()
def run(
    target: Annotated[str, typer.Option(help="a URL, or a file that describes the target")],
    suite: Suites = None,
    only: Only = None,
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option(help="write the report as a page to this file")] = None,
    junit: Annotated[Path | None, typer.Option(help="write JUnit XML to this file")] = None,
    certificate: Annotated[Path | None, typer.Option(help="write a signed certificate to this file")] = None,
    sign_with: Annotated[Path | None, typer.Option(help="the private key to sign with; `keygen` makes one")] = None,
    known_failing: Annotated[
        Path | None, typer.Option(help="patterns of cases known to fail, each with its reason above it")
    ] = None,
    cases: Cases = None,
) -> None:
    """Run cases against a gateway. Example: priorauth conformance run --target http://127.0.0.1:8080 --suite x12-278"""
    from rich.console import Console

    from priorauth import __version__
    from priorauth.conformance.console import print_result, progress_of
    from priorauth.conformance.documents import Documents, selection_in_words
    from priorauth.conformance.folders import ConformanceFault, conformance_folder
    from priorauth.conformance.known_failures import read_known_failures
    from priorauth.conformance.loading import digest_of, load_cases, select
    from priorauth.conformance.running import Plan, names_of, run_all
    from priorauth.conformance.targets import load_target

    console = Console(stderr=as_json)
    try:
        documents = Documents(html=html, junit=junit, certificate=certificate, key=sign_with)
        folder = conformance_folder(cases)
        every, registers = load_cases(folder)
        listed = known_failing or folder.known_failing
        plan = Plan(
            cases=select(every, suite or [], only or []),
            registers=registers,
            target=load_target(target, folder),
            folder=folder,
            known_failures=tuple(read_known_failures(listed, names_of(every))) if listed.exists() else (),
            runner_version=__version__,
            cases_digest=digest_of(folder),
            now=lambda: datetime.now(UTC),
        )
        with progress_of(console, len(plan.cases)) as tell:
            result = asyncio.run(run_all(plan, tell))
        documents.write(result, selection=selection_in_words(suite or [], only or []))
    except ConformanceFault as fault:
        fail(str(fault))
    print_result(console, result)
    if as_json:
        print_json(as_document(result))
    raise typer.Exit(exit_code(result))


@app.command("list")
def list_cases(suite: Suites = None, only: Only = None, as_json: AsJson = False, cases: Cases = None) -> None:
    """List the cases. Example: priorauth conformance list --suite x12-278"""
    from priorauth.conformance.folders import ConformanceFault, conformance_folder
    from priorauth.conformance.loading import load_cases, select

    try:
        every, _ = load_cases(conformance_folder(cases))
        chosen = select(every, suite or [], only or [])
    except ConformanceFault as fault:
        fail(str(fault))
    if as_json:
        print_json(
            [
                {"name": case.name, "title": case.title, "verifies": case.verifies, "needs": case.claims_needed}
                for case in chosen
            ]
        )
        return
    for case in chosen:
        typer.echo(f"{case.name}\n    {case.title}")
    typer.echo(f"{len(chosen)} cases", err=True)


@app.command()
def coverage(suite: Suites = None, as_json: AsJson = False, cases: Cases = None) -> None:
    """Say which cases verify each requirement. Example: priorauth conformance coverage --suite pas-2.2.1"""
    from priorauth.conformance.coverage import coverage_by_cases
    from priorauth.conformance.folders import ConformanceFault, conformance_folder
    from priorauth.conformance.loading import load_cases, select

    try:
        every, registers = load_cases(conformance_folder(cases))
        rows = coverage_by_cases(registers, select(every, suite or [], []))
    except ConformanceFault as fault:
        fail(str(fault))
    if as_json:
        print_json([row.document() for row in rows])
        return
    for row in rows:
        typer.echo(row.line())
    covered = sum(bool(row.cases) for row in rows)
    outside = sum(row.requirement.seen_from_outside for row in rows)
    typer.echo(f"{covered} of {outside} requirements that can be seen from outside have a case", err=True)


def as_document(result: Any) -> dict[str, Any]:
    """A run as JSON."""
    return {
        "target": result.target.name,
        "summary": result.summary,
        "cases": [
            {
                "name": case.name,
                "verdict": case.verdict.value,
                "verifies": [requirement.id for requirement in case.verifies],
                **({"reason": case.reason} if case.reason else {}),
            }
            for case in result.cases
        ],
    }


def exit_code(result: Any) -> int:
    """1 where anything fails, 2 where only the runner failed, 0 otherwise."""
    if result.summary["fail"]:
        return FAILED
    return COULD_NOT_RUN if result.summary["error"] else 0


def print_json(document: Any) -> None:
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
