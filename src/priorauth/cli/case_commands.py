"""The commands `priorauth case`. They import what they need when they run: other commands start without it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from priorauth.cli.options import LOCAL, AccessToken, GatewayUrl, Json

app = typer.Typer(no_args_is_help=True, help="Cases that can be shared: nobody's data in them, and the same outcome.")


@app.command("export")
def export(
    review: Annotated[str, typer.Argument(help="a review of the gateway, or a refused message of the database")] = "",
    file: Annotated[
        Path | None, typer.Option("--file", help="a message instead of a review; - is standard input")
    ] = None,
    safe: Annotated[
        bool, typer.Option("--safe", help="with pseudonyms and shifted dates; there is no other way")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", help="the file to write; default standard output")] = None,
    name: Annotated[str, typer.Option(help="what to call the case; default says nothing")] = "",
    facts: Annotated[Path | None, typer.Option(help="the directory's whole answer, as JSON or YAML")] = None,
    salt: Annotated[
        str, typer.Option(envvar="PRIORAUTH_CASE_SALT", help="the same salt makes the same case; default a new one")
    ] = "",
    version: Annotated[str | None, typer.Option("--version", help="version of PAS: 2.2.1 or 2.0.1")] = None,
    gateway: GatewayUrl = LOCAL,
    token: AccessToken = "",
) -> None:
    """Write a case of a review or message without its data. Example: priorauth case export --safe --file bad.edi"""
    from priorauth.cli import cases, known_version
    from priorauth.cli.output import COULD_NOT_RUN, fail
    from priorauth.cli.running import At

    if not safe:
        fail("a case is exported with --safe only: it leaves the house", COULD_NOT_RUN)
    if bool(review) == (file is not None):
        fail("say what: a review, the id of a refused message, or --file MESSAGE", COULD_NOT_RUN)
    asked = cases.Asked(name=name, facts_file=facts, salt=salt, out=out, version=known_version(version))
    if file is not None:
        raise typer.Exit(cases.export_file(file, asked))
    if review.startswith(cases.MESSAGE_PREFIX):
        raise typer.Exit(cases.export_refused(review, asked))
    raise typer.Exit(cases.export_review(At(gateway, token), review, asked))


@app.command("import")
def import_case(
    file: Annotated[Path, typer.Argument(help="a case that was exported, or its folder")],
    into: Annotated[Path | None, typer.Option(help="also write it as a folder of a test here: tests/cases")] = None,
    as_json: Json = False,
) -> None:
    """Say whether a case still fails the same way. Example: priorauth case import bad.json --into tests/cases"""
    from priorauth.cli import cases

    raise typer.Exit(cases.import_case(file, into, as_json=as_json))
