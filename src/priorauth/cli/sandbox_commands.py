"""`priorauth sandbox`: what plays the counterparts of a gateway."""

from __future__ import annotations

import typer

from priorauth.cli import counterpart_commands, mutant_command, traffic_command

app = typer.Typer(
    no_args_is_help=True, help="What plays the counterparts of a gateway, and messages to try a gateway with."
)
app.command("mutants")(mutant_command.mutants)
app.command("traffic")(traffic_command.traffic)
app.command("delegate")(counterpart_commands.delegate)
app.command("ehr")(counterpart_commands.ehr)
app.command("payer")(counterpart_commands.payer)


@app.callback()
def sandbox() -> None:
    """What plays the counterparts of a gateway, and messages to try a gateway with."""
