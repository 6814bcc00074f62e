"""A message that breaks one rule: which, made of what, by which edits, and what must come before it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from priorauth.adapters.mapping_files import shipped_folder
from priorauth.domain.findings import FindingCode
from priorauth.sandbox.mutants.edits import Edit

_OWN = Path(__file__).parent / "bases"
LEG = "LEG-OF-THE-ANSWER"
"""What the answers of delegates have where the id or the trace of a leg belongs."""


class Rail(StrEnum):
    """What a mutant is written in."""

    X12 = "x12"
    FHIR = "fhir"
    EVENT = "event"


class Door(StrEnum):
    """Where a mutant is refused; what `validate` finds is found wherever such a message is sent."""

    VALIDATE = "priorauth validate"
    SEND = "POST /x12"
    SUBSCRIBE = "POST /fhir/2.2.1/Subscription"
    ANSWER = "POST /delegates/{delegate}/determinations"


@dataclass(frozen=True, slots=True)
class SoundMessage:
    """A valid message: one of our samples, or an answer that is kept beside this module."""

    rail: Rail
    name: str

    def read(self) -> bytes:
        """Its bytes."""
        sample = shipped_folder("samples") / self.name
        return (sample if sample.is_file() else _OWN / self.name).read_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One declared change of a valid message, and the one rule that it breaks.

    `found_at` is the FHIRPath of the finding where that is not the place of the last edit, `says` the beginning of what
    was expected there where a rule id stands for many rules.
    """

    rule: FindingCode
    base: SoundMessage
    changes: str
    edits: tuple[Edit, ...]
    variant: int = 1
    door: Door = Door.VALIDATE
    partner: str = "sandbox"
    before: tuple[SoundMessage, ...] = ()
    found_at: str = ""
    says: str = ""

    @property
    def rail(self) -> Rail:
        return self.base.rail

    @property
    def answers_a_leg(self) -> bool:
        """True for the answer of a delegate, which names the leg that it is about."""
        return self.door is Door.ANSWER

    @property
    def name(self) -> str:
        """A name of its own: the rule and the rail, numbered from the second."""
        number = f"-{self.variant}" if self.variant > 1 else ""
        return f"{self.rule}.{self.rail}{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The bytes of a mutant and where they differ from its base, and the messages to be sent before it."""

    mutant: Mutant
    body: bytes
    places: tuple[str, ...]
    before: tuple[bytes, ...]


def make(mutant: Mutant, *, base: bytes | None = None, leg: str = "") -> Made:
    """The mutant of its base, or of another valid message. Raises DoesNotApply where that has no such place.

    `leg` is the id or the trace of the leg that an answer of a delegate is about.
    """
    body = mutant.base.read() if base is None else base
    if leg:
        body = body.replace(LEG.encode(), leg.encode())
    places = []
    for edit in mutant.edits:
        changed = edit.apply(body)
        body = changed.body
        places += [changed.place] if changed.place else []
    return Made(mutant=mutant, body=body, places=tuple(places), before=tuple(each.read() for each in mutant.before))
