"""The command `priorauth second-opinions`: where pyx12 or `fhir.resources` differs from us, by rule and partner."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

import typer

from priorauth.cli.options import LOCAL, GatewayUrl, Json, OperatorToken

SHOWN = 5
"""So many messages of a difference are shown; `--json` has all."""

app = typer.Typer(no_args_is_help=True, help="Where another engine differs from us over what partners sent.")


@app.callback()
def second_opinions() -> None:
    """Where another engine differs from us over what partners sent."""


@app.command("list")
def list_second_opinions(
    partner: Annotated[str, typer.Option(help="only on messages of this partner")] = "",
    gateway: GatewayUrl = LOCAL,
    token: OperatorToken = "",
    as_json: Json = False,
) -> None:
    """List the rules that one side alone finds broken. Example: priorauth second-opinions list --json"""
    from priorauth.cli.output import note, say, say_json
    from priorauth.cli.running import At, get

    query = urlencode({"partner": partner, "limit": 1000})
    found = get(At(gateway, token), f"/second-opinions?{query}", "this gateway does not tell")
    if as_json:
        say_json(found)
        return
    for each in found["asked"]:
        counts = f"{each['messages']} messages, {each['differing']} differ, {each['not_given']} without an opinion"
        say(f"{each['partner']:<24} {each['by']:<15} {counts}")
    for each in found["differences"]:
        say(f"{each['count']:>5}  {each['rule']}  ({each['by']}, {each['partner']})")
        for message in each["messages"][:SHOWN]:
            say(f"       {message['at']}  {message['message_id']}  {' '.join(message['review_ids'])}".rstrip())
    if not found["asked"]:
        note("nobody was asked: no partner's file says asks_second_opinion, or nothing came of it yet")
