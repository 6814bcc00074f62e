"""The command `priorauth unroutable`: what nobody could route, and whose it is meanwhile."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

import typer

from priorauth.cli.options import LOCAL, GatewayUrl, Json, OperatorToken

app = typer.Typer(no_args_is_help=True, help="What a running gateway could not route.")


@app.command("list")
def list_unroutable(
    payer: Annotated[str, typer.Option(help="only this payer's")] = "",
    owner: Annotated[str, typer.Option(help="only what is with this desk")] = "",
    gateway: GatewayUrl = LOCAL,
    token: OperatorToken = "",
    as_json: Json = False,
) -> None:
    """List what is at a desk because nobody could route it. Example: priorauth unroutable list --payer BCBSM"""
    from priorauth.cli.output import note, say, say_json
    from priorauth.cli.running import At, get

    query = urlencode({"payer": payer, "owner": owner, "limit": 1000})
    found = get(At(gateway, token), f"/unroutable?{query}", "this gateway does not tell")
    if as_json:
        say_json(found)
        return
    for each in found["unroutable"]:
        owned = f"{each['owner']}/{each['queue']}" if each["queue"] else each["owner"]
        say(f"{each['since']}  {each['payer']:<9} {owned:<24} {each['review_id']} item {each['sequence']}")
        say(f"    {each['rule']}: {each['reason']}")
    if not found["unroutable"]:
        note("everything could be routed")
