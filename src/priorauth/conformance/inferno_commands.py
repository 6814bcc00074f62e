"""`priorauth conformance inferno-preset`: what the public test kit of PAS is to be given."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from priorauth.conformance.ending import fail


def inferno_preset(
    out: Annotated[Path, typer.Option(help="the file to write: config/presets/... of the kit")],
    version: Annotated[str, typer.Option("--version", help="version of PAS: 2.2.1 or 2.0.1")] = "2.2.1",
    base_url: Annotated[
        str, typer.Option(help="where the gateway is, as the kit reaches it")
    ] = "http://host.docker.internal:8080",
    token: Annotated[
        str, typer.Option("--token", envvar="PRIORAUTH_TOKEN", help="an access token of the gateway")
    ] = "",
    token_url: Annotated[str, typer.Option(help="where the kit gets tokens itself; with a key and a client")] = "",
    token_client: Annotated[str, typer.Option(help="the kit's client id at the gateway")] = "",
    token_key: Annotated[
        Path | None, typer.Option(help="its private key as a JWK with a kid; goes into the file")
    ] = None,
    token_scope: Annotated[str, typer.Option(help="the scopes that it asks for")] = "system/*.cruds",
    notification_token: Annotated[str, typer.Option(help="what notifications authorize themselves with")] = "",
    pended_seconds: Annotated[int, typer.Option(min=1, help="after how long a pended request is certified")] = 60,
) -> None:
    """Write a preset of the Inferno PAS test kit. Example: priorauth conformance inferno-preset --out preset.json"""
    from priorauth.conformance.folders import ConformanceFault, conformance_folder
    from priorauth.conformance.inferno import SUITES, Access, Wanted, preset

    if version not in SUITES:
        fail(f"--version wants one of {', '.join(SUITES)}")
    if bool(token_url) != bool(token_client and token_key):
        fail("--token-url, --token-client and --token-key go together")
    try:
        jwk = json.loads(token_key.read_text(encoding="utf-8")) if token_key else {}
        access = Access(
            token=token,
            token_url=token_url,
            client_id=token_client,
            scope=token_scope,
            key=json.dumps({"keys": [jwk]}) if jwk else "",
            kid=str(jwk.get("kid", "")),
            algorithm="RS384" if jwk.get("kty") == "RSA" else "ES384",
        )
        wanted = Wanted(
            version=version,
            base_url=base_url,
            access=access,
            notification_token=notification_token,
            pended_seconds=pended_seconds,
        )
        document = preset(conformance_folder(), wanted, datetime.now(UTC))
        out.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except ConformanceFault as problem:
        fail(str(problem))
    except (OSError, ValueError, AttributeError) as problem:
        fail(f"{getattr(problem, 'filename', None) or token_key}: cannot be read or written")
    typer.echo(f"{out}: {len(document['inputs'])} inputs of {document['test_suite_id']}, good for one run")
