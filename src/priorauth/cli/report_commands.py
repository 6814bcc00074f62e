"""`priorauth report`: what is reported of many reviews, from the event log alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from priorauth.cli.options import LOCAL, AccessToken, GatewayUrl, Json

app = typer.Typer(no_args_is_help=True, help="The daily log, public metrics, and the oversight of delegates.")

Payer = Annotated[str, typer.Option(help="one payer; default all of them")]
Facility = Annotated[str, typer.Option(help="one facility, by its NPI or name")]
First = Annotated[str, typer.Option("--from", help="the first day, YYYY-MM-DD")]
Last = Annotated[str, typer.Option("--to", help="the last day, YYYY-MM-DD")]
Format = Annotated[str, typer.Option(help="text, json, csv, html or pdf; default by --out, else text")]
Out = Annotated[Path | None, typer.Option(help="write to this file; its ending chooses the format")]
Events = Annotated[Path | None, typer.Option(help="an event log to report from, as `events tail --json` prints it")]


@app.command("metrics")
def metrics(
    payer: Payer = "",
    first: First = "",
    last: Last = "",
    format: Format = "",
    out: Out = None,
    events: Events = None,
    gateway: GatewayUrl = LOCAL,
    token: AccessToken = "",
    as_json: Json = False,
) -> None:
    """The nine public figures, by default of this calendar year. Example: priorauth report metrics --payer ALLWAYS"""
    from priorauth.cli import reports

    source = reports.Source(gateway, token, events)
    wanted = reports.Wanted("metrics", payer, "", first, last, "json" if as_json else format, out)
    raise typer.Exit(reports.report(source, wanted))


@app.command("daily-log")
def daily_log(
    payer: Payer = "",
    facility: Facility = "",
    first: First = "",
    last: Last = "",
    format: Format = "",
    out: Out = None,
    events: Events = None,
    gateway: GatewayUrl = LOCAL,
    token: AccessToken = "",
    as_json: Json = False,
) -> None:
    """Decisions by facility and day, by default of today. Example: priorauth report daily-log --payer BCBSMA"""
    from priorauth.cli import reports

    source = reports.Source(gateway, token, events)
    wanted = reports.Wanted("daily-log", payer, facility, first, last, "json" if as_json else format, out)
    raise typer.Exit(reports.report(source, wanted))


@app.command("delegates")
def delegates(
    payer: Payer = "",
    first: First = "",
    last: Last = "",
    format: Format = "",
    out: Out = None,
    events: Events = None,
    gateway: GatewayUrl = LOCAL,
    token: AccessToken = "",
    as_json: Json = False,
) -> None:
    """What each delegate did, by default in this half year. Example: priorauth report delegates --payer ALLWAYS"""
    from priorauth.cli import reports

    source = reports.Source(gateway, token, events)
    wanted = reports.Wanted("delegates", payer, "", first, last, "json" if as_json else format, out)
    raise typer.Exit(reports.report(source, wanted))
