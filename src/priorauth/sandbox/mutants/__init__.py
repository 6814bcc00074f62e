"""Precise mutants: for each rule id a declared change of a valid message that breaks that rule and no other."""

from __future__ import annotations

from priorauth.sandbox.mutants.edits import DoesNotApply
from priorauth.sandbox.mutants.element_table import CONTENT, ELEMENTS
from priorauth.sandbox.mutants.envelope_table import ENVELOPE
from priorauth.sandbox.mutants.exchange_table import EXCHANGES
from priorauth.sandbox.mutants.fhir_table import FHIR
from priorauth.sandbox.mutants.mutant import LEG, Door, Made, Mutant, Rail, SoundMessage, make
from priorauth.sandbox.mutants.pas_table import FHIR_CONTENT, PAS
from priorauth.sandbox.mutants.structure_table import STRUCTURE

__all__ = ["LEG", "MUTANTS", "DoesNotApply", "Door", "Made", "Mutant", "Rail", "SoundMessage", "make"]

MUTANTS: tuple[Mutant, ...] = (
    *ENVELOPE,
    *STRUCTURE,
    *ELEMENTS,
    *CONTENT,
    *FHIR,
    *PAS,
    *FHIR_CONTENT,
    *EXCHANGES,
)
"""Every mutant, in the order of the rules."""
