"""A run on a terminal: progress while it runs, what failed with everything about it, and one line of totals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from priorauth.conformance.results import CaseResult, Exchange, RunResult, Verdict
from priorauth.conformance.running import Tell
from priorauth.conformance.wire import Shown, as_got, messages_of

COLOURS = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.ERROR: "magenta",
    Verdict.SKIP: "yellow",
    Verdict.NOT_APPLICABLE: "dim",
}


@contextmanager
def progress_of(console: Console, cases: int) -> Iterator[Tell]:
    """A bar while cases run, with a line for each that does not pass; only those where there is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("cases", total=cases)

        def tell(result: CaseResult) -> None:
            progress.update(task, advance=1, description=result.suite)
            if result.verdict in (Verdict.FAIL, Verdict.ERROR):
                colour = COLOURS[result.verdict]
                progress.console.print(f"[{colour}]{result.verdict.value}[/] {escape(result.name)}", highlight=False)

        yield tell


def print_result(console: Console, result: RunResult) -> None:
    """What is not a pass, in full, and the totals."""
    for case in result.cases:
        if case.verdict in (Verdict.FAIL, Verdict.ERROR):
            print_case(console, case)
    for case in result.cases:
        if case.verdict is Verdict.SKIP:
            console.print(f"[yellow]skip[/] {escape(case.name)}: {escape(case.reason)}", highlight=False)
    print_suites(console, result)
    totals = ", ".join(f"{count} {verdict}" for verdict, count in result.summary.items() if count)
    verified = sum(row.verdict is Verdict.PASS for row in result.coverage)
    console.print(
        f"{escape(result.target.name)}: {totals or 'no cases'} in {result.seconds:.1f} s; "
        f"{verified} of {len(result.coverage)} requirements verified",
        highlight=False,
        soft_wrap=True,
    )


def print_suites(console: Console, result: RunResult) -> None:
    for suite in dict.fromkeys(case.suite for case in result.cases):
        of_suite = [case.verdict for case in result.cases if case.suite == suite]
        counts = ", ".join(f"{of_suite.count(verdict)} {verdict.value}" for verdict in Verdict if verdict in of_suite)
        console.print(f"  {suite:<12} {counts}", highlight=False)


def print_case(console: Console, case: CaseResult) -> None:
    """One case that did not pass: the requirement, wanted and got, and the whole wire exchange."""
    console.rule(f"[{COLOURS[case.verdict]}]{case.verdict.value}[/] {escape(case.name)}", align="left")
    plain(console, case.title)
    for requirement in case.verifies:
        source = f" ({requirement.source})" if requirement.source else ""
        plain(console, f"  requirement {requirement.id}: {requirement.title}{source}")
    if case.verdict is Verdict.ERROR:
        plain(console, f"  {case.reason}")
    for mismatch in case.mismatches:
        plain(console, f"  {mismatch.what}" + (f" ({mismatch.step})" if mismatch.step else ""))
        plain(console, f"    wanted {mismatch.wanted}")
        plain(console, f"    got    {as_got(mismatch.got)}")
    for exchange in case.exchanges:
        print_exchange(console, exchange)


def print_exchange(console: Console, exchange: Exchange) -> None:
    plain(console, f"  --- {exchange.step} ({exchange.seconds * 1000:.0f} ms)")
    for word, shown in messages_of(exchange):
        print_message(console, ">" if word == "Sent" else "<", shown)


def print_message(console: Console, mark: str, shown: Shown) -> None:
    for line in shown.head.splitlines():
        plain(console, f"  {mark} {line}")
    for line in shown.body.splitlines():
        plain(console, f"  {mark}   {line}")


def plain(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
