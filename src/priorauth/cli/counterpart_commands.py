"""The commands `priorauth sandbox delegate`, `ehr` and `payer`. They import what they need when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from priorauth.cli.options import LOCAL, AccessToken, GatewayUrl

Show = Annotated[bool, typer.Option("--show", help="print the messages themselves: they are about people")]
Kafka = Annotated[str, typer.Option("--kafka", help="bootstrap servers of a Kafka cluster")]
Prefix = Annotated[str, typer.Option(help="what stands before the names of topics there")]


def delegate(
    name: Annotated[
        str, typer.Argument(help="the delegate or desk to play, as its file in mappings/delegates is named")
    ],
    port: Annotated[int, typer.Option(help="port to listen on; 0 takes a free one")] = 0,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    speaks: Annotated[str, typer.Option(help="x12, pas, pas-2.0.1 or kafka; default what its file says")] = "",
    behaviours: Annotated[Path | None, typer.Option(help="a table of answers; default the sandbox's own")] = None,
    kafka: Kafka = "",
    topic_prefix: Prefix = "",
    gateway: GatewayUrl = LOCAL,
    token: AccessToken = "",
) -> None:
    """Play one delegate as a process of its own. Example: priorauth sandbox delegate turningpoint --port 9101"""
    from priorauth.cli import playing
    from priorauth.cli.output import running_or_exit

    with running_or_exit():
        played = playing.Playing(
            name=name,
            speaks=speaks,
            behaviours=behaviours,
            host=host,
            port=port,
            gateway=gateway,
            token=token,
            kafka=kafka,
            prefix=topic_prefix,
        )
        raise typer.Exit(playing.play_delegate(played))


def ehr(
    rail: Annotated[str, typer.Option(help="x12 or fhir")] = "fhir",
    send: Annotated[list[Path] | None, typer.Option(help="a request to send; repeatable")] = None,
    traffic: Annotated[int, typer.Option(min=0, help="so many synthetic requests to send")] = 0,
    seed: Annotated[int, typer.Option(help="of the synthetic requests: the same seed gives the same ones")] = 1,
    version: Annotated[str, typer.Option(help="version of PAS: 2.2.1 or 2.0.1")] = "2.2.1",
    wait: Annotated[float, typer.Option(min=0, help="seconds to wait for later answers at most")] = 30.0,
    subscribe: Annotated[bool, typer.Option(help="subscribe to later answers first; of FHIR only")] = True,
    show: Show = False,
    gateway: GatewayUrl = LOCAL,
    token: AccessToken = "",
) -> None:
    """Play a hospital's EHR. Example: priorauth sandbox ehr --rail fhir --send samples/fhir/imaging-mri.json"""
    from priorauth.cli import counterparts
    from priorauth.cli.output import running_or_exit

    with running_or_exit():
        sending = counterparts.Sending(
            rail=rail,
            files=send or [],
            traffic=traffic,
            seed=seed,
            version=version,
            wait=wait,
            subscribes=subscribe,
            show=show,
            gateway=gateway,
            token=token,
        )
        raise typer.Exit(counterparts.play_ehr(sending))


def payer(
    id: Annotated[str, typer.Option("--payer", help="the payer to play, such as BCBSMA")],
    after: Annotated[int, typer.Option(help="the position of the last event that you have; over HTTP only")] = 0,
    follow: Annotated[bool, typer.Option(help="wait for new events")] = True,
    kafka: Kafka = "",
    topic_prefix: Prefix = "",
    group: Annotated[str, typer.Option(help="consumer group at the cluster; without one from the beginning")] = "",
    show: Show = False,
    gateway: GatewayUrl = LOCAL,
    token: AccessToken = "",
) -> None:
    """Consume one payer's events and print each in a line. Example: priorauth sandbox payer --payer ALLWAYS"""
    from priorauth.cli import counterparts

    consuming = counterparts.Consuming(
        payer=id.upper(),
        after=after,
        follow=follow,
        kafka=kafka,
        prefix=topic_prefix,
        group=group,
        show=show,
        gateway=gateway,
        token=token,
    )
    raise typer.Exit(counterparts.play_payer(consuming))
