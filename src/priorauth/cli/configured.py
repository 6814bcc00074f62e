"""What every command has in common: settings that cannot be used end it with a sentence."""

from __future__ import annotations

from typing import Any

from typer import Exit
from typer.core import TyperGroup

from priorauth.cli.output import COULD_NOT_RUN, fail


class Configured(TyperGroup):
    """The commands; one whose settings cannot be used exits with 2 and says which and why."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except Exit:
            raise
        except unusable() as problem:
            fail(str(problem), COULD_NOT_RUN)


def unusable() -> tuple[type[Exception], ...]:
    """What is raised of settings that cannot be used. Imported only then: commands start without it."""
    from priorauth.adapters.mapping_files import MappingsMissing
    from priorauth.settings import NotConfigured

    return NotConfigured, MappingsMissing
