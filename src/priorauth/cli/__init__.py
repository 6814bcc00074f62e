"""The `priorauth` command. Every command takes `--json` where it prints data; exit 0 ok, 1 invalid, 2 could not run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from priorauth import __version__
from priorauth.cli import (
    case_commands,
    deadletter_commands,
    replay_command,
    report_commands,
    sandbox_commands,
    second_opinions,
    unroutable,
)
from priorauth.cli.configured import Configured
from priorauth.cli.options import LOCAL, AccessToken, GatewayUrl, Json
from priorauth.conformance import commands as conformance_commands

app = typer.Typer(cls=Configured, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
events_app = typer.Typer(no_args_is_help=True, help="The event stream of a running gateway.")
packs_app = typer.Typer(no_args_is_help=True, help="The payers' rule packs.")
database_app = typer.Typer(no_args_is_help=True, help="The gateway's database.")
directory_app = typer.Typer(no_args_is_help=True, help="What the payers say of members and facilities.")
clock_app = typer.Typer(no_args_is_help=True, help="The clocks of a review, and the time of a sandbox.")
app.add_typer(case_commands.app, name="case")
app.add_typer(clock_app, name="clock")
app.add_typer(conformance_commands.app, name="conformance")
app.add_typer(directory_app, name="directory")
app.add_typer(events_app, name="events")
app.add_typer(packs_app, name="packs")
app.add_typer(deadletter_commands.app, name="deadletters")
app.add_typer(unroutable.app, name="unroutable")
app.add_typer(second_opinions.app, name="second-opinions")
app.add_typer(report_commands.app, name="report")
app.add_typer(sandbox_commands.app, name="sandbox")
app.command("replay")(replay_command.replay)
app.add_typer(database_app, name="db")

Files = Annotated[list[Path], typer.Argument(help="files to read; - is standard input")]
File = Annotated[Path, typer.Argument(help="the file to read; - is standard input")]
PasVersion = Annotated[
    str | None,
    typer.Option("--version", help="version of PAS: 2.2.1 or 2.0.1; default what the message says, or 2.2.1"),
]


def main() -> None:
    """The entry point of the `priorauth` command."""
    app()


def known_version(version: str | None) -> str | None:
    """A version of PAS that is spoken, or none; another one ends the command."""
    from priorauth.cli.output import COULD_NOT_RUN, fail
    from priorauth.wiring import PAS_VERSIONS

    if version is not None and version not in PAS_VERSIONS:
        fail(f"--version wants one of {', '.join(PAS_VERSIONS)}", COULD_NOT_RUN)
    return version


def print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"priorauth {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[  # noqa: ARG001 -- its callback prints it
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """Prior authorization gateway: X12 278 or FHIR in, routed to whoever decides, answered in kind."""
    from priorauth.logs import set_up_logs

    set_up_logs("warning", "console")  # structlog's own way would print the values of variables with an exception


@app.command()
def serve(
    sandbox: Annotated[bool, typer.Option("--sandbox", help="open to all, with simulated destinations")] = False,
    host: Annotated[str | None, typer.Option(help="address to listen on; default 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on; 0 takes a free one; default 8080")] = None,
) -> None:
    """Run the gateway. Example: priorauth serve --sandbox --port 8080"""
    from priorauth.cli.output import running_or_exit
    from priorauth.cli.serving import serve as run
    from priorauth.settings import load_settings

    with running_or_exit():
        run(load_settings(sandbox=sandbox or None, host=host, port=port))


@app.command()
def demo() -> None:
    """Run the main job end to end on a free port and print everything. Example: priorauth demo"""
    from priorauth.cli.demo import run_demo

    raise typer.Exit(run_demo())


@app.command()
def validate(
    files: Files,
    as_json: Json = False,
    show_all: Annotated[bool, typer.Option("--all", help="show findings that follow from others")] = False,
    quote: Annotated[bool, typer.Option(help="quote the segment that a finding is about")] = True,
    second_opinion: Annotated[
        bool | None,
        typer.Option(
            "--second-opinion/--no-second-opinion",
            "--pyx12/--no-pyx12",
            help="ask pyx12 (default) or of FHIR fhir.resources (default not) of the same bytes",
        ),
    ] = None,
    partner: Annotated[str | None, typer.Option(help="validate X12 by this partner's rules")] = None,
    version: PasVersion = None,
) -> None:
    """Say everything that is wrong with X12 or FHIR files. Example: priorauth validate samples/x12/*.edi"""
    from priorauth.cli import files as commands

    raise typer.Exit(
        commands.validate(
            files,
            as_json=as_json,
            show_all=show_all,
            quote=quote,
            second_opinion=second_opinion,
            partner=partner,
            version=known_version(version),
        )
    )


@app.command()
def translate(
    file: File,
    to: Annotated[str, typer.Option(help="x12, fhir or event")],
    losses: Annotated[Path | None, typer.Option(help="write what could not cross to this file, as JSON")] = None,
    version: PasVersion = None,
    as_json: Json = False,
) -> None:
    """Print a message in another format. Example: priorauth translate samples/x12/imaging-mri.edi --to fhir"""
    from priorauth.cli import files as commands
    from priorauth.cli.output import COULD_NOT_RUN, fail
    from priorauth.inspection import Target

    if to not in list(Target):
        fail(f"--to wants one of {', '.join(Target)}", COULD_NOT_RUN)
    raise typer.Exit(commands.translate(file, to, losses, as_json=as_json, version=known_version(version)))


@app.command()
def route(
    file: File,
    as_of: Annotated[str | None, typer.Option(help="the day of receipt, YYYY-MM-DD; default today")] = None,
    facts: Annotated[Path | None, typer.Option(help="the directory's whole answer, as JSON or YAML")] = None,
    what_if: Annotated[
        list[str] | None, typer.Option(help="suppose FACT=VALUE (or FACT=unknown) and say what changes; repeatable")
    ] = None,
    version: PasVersion = None,
    as_json: Json = False,
) -> None:
    """Say where each item of a request would go, and why. Example: priorauth route samples/x12/nicu-admission.edi"""
    from priorauth.cli import files as commands
    from priorauth.cli.supposing import read_suppositions

    raise typer.Exit(
        commands.route(
            file,
            as_of=as_of,
            facts_file=facts,
            as_json=as_json,
            version=known_version(version),
            what_if=read_suppositions(what_if or []),
        )
    )


@app.command()
def explain(review_id: str, gateway: GatewayUrl = LOCAL, token: AccessToken = "", as_json: Json = False) -> None:
    """Say where a review went, why, and how it stands. Example: priorauth explain rev-01J... --gateway http://h:8080"""
    from priorauth.cli import running

    raise typer.Exit(running.explain(running.At(gateway, token), review_id, as_json=as_json))


@app.command()
def deliveries(
    destination: Annotated[str, typer.Option(help="only of this delegate or desk")] = "",
    gateway: GatewayUrl = LOCAL,
    token: AccessToken = "",
    as_json: Json = False,
) -> None:
    """Say what does not arrive and who is left alone. Example: priorauth deliveries --destination evicore"""
    from priorauth.cli import running

    raise typer.Exit(running.deliveries(running.At(gateway, token), destination, as_json=as_json))


@events_app.command("tail")
def tail(
    after: Annotated[int, typer.Option(help="the position of the last event that you have")] = 0,
    payer: Annotated[str, typer.Option(help="one payer's full events")] = "",
    follow: Annotated[bool, typer.Option(help="wait for new events")] = True,
    gateway: GatewayUrl = LOCAL,
    token: AccessToken = "",
    as_json: Json = False,
) -> None:
    """Print events as they happen. Example: priorauth events tail --payer ALLWAYS --json"""
    from priorauth.cli import running

    at = running.At(gateway, token)
    raise typer.Exit(running.tail_events(at, after=after, payer=payer, follow=follow, as_json=as_json))


@clock_app.command("show")
def show_clocks(review_id: str, gateway: GatewayUrl = LOCAL, token: AccessToken = "", as_json: Json = False) -> None:
    """Say by when what must be done about a review, and why. Example: priorauth clock show rev-01J..."""
    from priorauth.cli import clocks
    from priorauth.cli.running import At

    raise typer.Exit(clocks.show(At(gateway, token), review_id, as_json=as_json))


@clock_app.command("advance")
def advance_clock(span: str, gateway: GatewayUrl = LOCAL, as_json: Json = False) -> None:
    """Move the time of a sandbox on, with every timer. Example: priorauth clock advance 73h"""
    from priorauth.cli import clocks
    from priorauth.cli.running import At

    raise typer.Exit(clocks.advance(At(gateway), span, as_json=as_json))


@app.command()
def token(
    client: Annotated[str, typer.Option(help="the client's id, as registered")],
    key: Annotated[Path, typer.Option(help="its private key as a JWK with a kid, RSA or EC P-384")],
    scope: Annotated[str, typer.Option(help="the scopes asked for, separated by spaces")],
    gateway: GatewayUrl = LOCAL,
    as_json: Json = False,
) -> None:
    """Get an access token and print it. Example: priorauth token --client operations --key key.json --scope operate"""
    from priorauth.cli import tokens
    from priorauth.cli.output import running_or_exit

    with running_or_exit():
        raise typer.Exit(tokens.get_token(gateway.rstrip("/"), client, key, scope, as_json=as_json))


@packs_app.command("lint")
def lint(as_json: Json = False) -> None:
    """Check every pack and run its examples. Example: priorauth packs lint"""
    from priorauth.cli import packs

    raise typer.Exit(packs.lint(as_json=as_json))


@packs_app.command("coverage")
def coverage(as_json: Json = False) -> None:
    """Say what implements each thing that the payers' documents ask for. Example: priorauth packs coverage"""
    from priorauth.cli import packs_coverage

    raise typer.Exit(packs_coverage.coverage(as_json=as_json))


@packs_app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(help="a pack: its folder, a payer, or a version that was in use")],
    after: Annotated[str, typer.Argument(help="the pack to compare it with, named likewise")],
    as_json: Json = False,
) -> None:
    """Say in words what changes from one pack to another. Example: priorauth packs diff ALLWAYS drafts/allways"""
    from priorauth.cli import packs_diff

    raise typer.Exit(packs_diff.diff(before, after, as_json=as_json))


@packs_app.command("replay")
def replay_packs(
    draft: Annotated[Path, typer.Option(help="folder of the draft pack, or of several")],
    days: Annotated[int, typer.Option(min=1, help="reviews received in so many days until now")] = 1,
    examples: Annotated[int, typer.Option(min=0, help="so many reviews of each change as examples")] = 3,
    as_json: Json = False,
) -> None:
    """Say what a draft pack would change of stored reviews. Example: priorauth packs replay --draft drafts/allways"""
    from priorauth.cli import packs_replay

    raise typer.Exit(packs_replay.replay(draft, days=days, examples=examples, as_json=as_json))


@directory_app.command("load")
def load_directory(
    file: Annotated[Path, typer.Argument(help="a roster as CSV: payer, kind, id and a column for each fact")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only check it")] = False,
    as_json: Json = False,
) -> None:
    """Load a payer's roster of members and facilities. Example: priorauth directory load roster.csv --dry-run"""
    from priorauth.cli import directory

    raise typer.Exit(directory.load(file, dry_run=dry_run, as_json=as_json))


@database_app.command("upgrade")
def upgrade() -> None:
    """Bring the database of the settings to this version. Example: priorauth db upgrade"""
    import asyncio

    from priorauth.adapters.database.migrations import migrate
    from priorauth.cli.output import COULD_NOT_RUN, fail, say
    from priorauth.services.ports import Retryable
    from priorauth.settings import load_settings

    try:
        asyncio.run(migrate(load_settings().database_url))
    except Retryable:
        fail("the database of PRIORAUTH_DATABASE_URL does not answer", COULD_NOT_RUN)
    say("the database is up to date")
