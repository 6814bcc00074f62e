"""`priorauth sandbox traffic`: synthetic requests of every payer and programme."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from priorauth.cli.options import AccessToken, Json
from priorauth.cli.output import COULD_NOT_RUN, fail, running_or_exit


def traffic(
    count: Annotated[int, typer.Option(help="how many requests")] = 100,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bytes")] = 1,
    payer: Annotated[str, typer.Option(help="of one payer only")] = "",
    cohort: Annotated[str, typer.Option(help="of one cohort or programme only; --list-cohorts names them")] = "",
    rail: Annotated[str, typer.Option(help="x12, fhir or both")] = "both",
    day: Annotated[str, typer.Option(help="the day on which they were made, YYYY-MM-DD; default 2026-11-02")] = "",
    out: Annotated[Path | None, typer.Option(help="write a file for each to this folder")] = None,
    stdout: Annotated[bool, typer.Option("--stdout", help="print each on a line of its own")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="check that both are valid, equal, and go where they should")
    ] = False,
    jobs: Annotated[int, typer.Option(help="how many processes")] = 1,
    send: Annotated[str, typer.Option(help="send them to the gateway at this URL")] = "",
    rate: Annotated[float, typer.Option(help="how many to send in a second")] = 10.0,
    token: AccessToken = "",
    list_cohorts: Annotated[bool, typer.Option("--list-cohorts", help="list what there is, and stop")] = False,
    as_json: Json = False,
) -> None:
    """Make requests as 278s and as their PAS twins. Example: priorauth sandbox traffic --count 100 --out var/twins"""
    from priorauth.cli import traffic as made_up

    try:
        if list_cohorts:
            made_up.list_cohorts(payer=payer, as_json=as_json)
            return
        if stdout and as_json:
            raise made_up.NotOrdered("--stdout prints the requests and --json the report: choose one of them")
        order = made_up.ordered(count=count, seed=seed, payer=payer, cohort=cohort, rail=rail, day=day, check=check)
        with running_or_exit():
            delivery = made_up.Delivery(jobs=jobs, out=out, stdout=stdout, send=send, rate=rate, token=token)
            raise typer.Exit(made_up.make(order, delivery, as_json=as_json))
    except made_up.NotOrdered as problem:
        fail(str(problem), COULD_NOT_RUN)
