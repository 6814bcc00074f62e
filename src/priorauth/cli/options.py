"""Options that several commands have alike."""

from __future__ import annotations

from typing import Annotated

import typer

LOCAL = "http://127.0.0.1:8080"

GatewayUrl = Annotated[str, typer.Option("--gateway", envvar="PRIORAUTH_URL", help="where the gateway listens")]
AccessToken = Annotated[
    str, typer.Option("--token", envvar="PRIORAUTH_TOKEN", help="an access token; the sandbox needs none")
]
OperatorToken = Annotated[str, typer.Option("--token", envvar="PRIORAUTH_TOKEN", help="an operator's access token")]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]
