"""`priorauth sandbox mutants`: for each rule a message that breaks it and no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from priorauth.cli.options import Json

if TYPE_CHECKING:
    from priorauth.sandbox.mutants import Made, Mutant


class OnRail(StrEnum):
    """What a message is written in."""

    X12 = "x12"
    FHIR = "fhir"
    EVENT = "event"


def mutants(
    rule: Annotated[str, typer.Option(help="of this rule id, or the one of this name")] = "",
    rail: Annotated[OnRail | None, typer.Option(help="written in this; event is the JSON of delegates")] = None,
    leg: Annotated[str, typer.Option(help="id or trace of the leg that an answer of a delegate is about")] = "",
    out: Annotated[Path | None, typer.Option(help="write each to a file of its own in this folder")] = None,
    list_them: Annotated[bool, typer.Option("--list", help="say what there is, and print no message")] = False,
    as_json: Json = False,
) -> None:
    """Print a message that breaks one rule and no other, and say what was changed in it.

    Example: priorauth sandbox mutants --rule NPI-INVALID --rail x12
    """
    from priorauth.cli.output import COULD_NOT_RUN, fail, note, running_or_exit, say, say_json, write_document
    from priorauth.sandbox.mutants import MUTANTS, make

    found = [
        each for each in MUTANTS if rule in ("", each.rule, each.name) and (rail is None or rail.value == each.rail)
    ]
    if not found:
        fail("there is no such mutant; `priorauth sandbox mutants --list` says which there are", COULD_NOT_RUN)
    if list_them or not (rule or out):
        if as_json:
            say_json([described(each) for each in found])
        for each in () if as_json else found:
            say(f"{each.name:<48} {each.changes}")
        return
    with running_or_exit():
        made = [make(each, leg=leg) for each in found]
        files = [written(each, out) for each in made] if out else []
    if as_json:
        shown = made if out else made[:1]
        documents = [{**described(each.mutant), "places": each.places} for each in shown]
        if out:
            named = zip(documents, files, strict=True)
            say_json([{**document, "files": list(map(str, each))} for document, each in named])
        else:
            say_json({**documents[0], "message": text_of(made[0].body), "before": list(map(text_of, made[0].before))})
        return
    if out:
        say(f"{len(made)} mutants in {out}")
        return
    write_document(made[0].body)
    for line in about(made[0]):
        note(line)
    if len(made) > 1:
        note(f"others: {', '.join(each.name for each in found[1:])}; print one by its name, or all with --out")


def about(made: Made) -> Iterator[str]:
    """What was changed and what that breaks, for a terminal."""
    mutant = made.mutant
    yield f"{mutant.name}: {mutant.changes}"
    yield f"changed in {mutant.base.name}: {', '.join(made.places)}"
    yield f"found at: {mutant.door}" + (f", sent by {mutant.partner}" if mutant.partner != "sandbox" else "")
    for each in mutant.before:
        yield f"send before: {each.name}"
    if mutant.answers_a_leg:
        yield "give the id of the leg that it answers with --leg"


def described(mutant: Mutant) -> Mapping[str, object]:
    """A mutant as JSON."""
    return {
        "name": mutant.name,
        "rule": mutant.rule,
        "rail": mutant.rail,
        "base": mutant.base.name,
        "changes": mutant.changes,
        "found_at": mutant.door,
        "sent_by": mutant.partner or None,
        "sent_before": [each.name for each in mutant.before],
    }


def text_of(body: bytes) -> str:
    """Bytes as text: what is not UTF-8 is Latin-1, as a receiver reads it."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("latin-1")


def written(made: Made, folder: Path) -> Sequence[Path]:
    """The message, and those to be sent before it, as files named by the mutant."""
    folder.mkdir(parents=True, exist_ok=True)
    mutant = made.mutant
    bodies = [
        *(
            (f"{mutant.name}.before-{at}", base, body)
            for at, (base, body) in enumerate(zip(mutant.before, made.before, strict=True), start=1)
        ),
        (mutant.name, mutant.base, made.body),
    ]
    files = []
    for name, base, body in bodies:
        files.append(folder / f"{name}{Path(base.name).suffix}")
        files[-1].write_bytes(body)
    return files
