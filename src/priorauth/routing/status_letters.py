"""How a payer writes that a request stands, in its own letters, and what those come to here. Pure."""

from __future__ import annotations

from priorauth.domain.determinations import CertificationAction
from priorauth.routing.determination_rules import DeterminationBook

MEDICAL_REVIEW = "medical review"


def letter_of(book: DeterminationBook, action: CertificationAction | None, *, in_medical_review: bool = False) -> str:
    """The payer's letter for an action; empty where it has none.

    Two letters may stand for one action: which of them is told by whether the request is in medical review.
    """
    if book.said.statuses is None or action is None:
        return ""
    fitting = [letter for letter in book.said.statuses.letters if action in letter.actions]
    chosen = [letter for letter in fitting if (letter.name == MEDICAL_REVIEW) is in_medical_review]
    return next((letter.letter for letter in (*chosen, *fitting)), "")


def action_of(book: DeterminationBook, letter: str) -> tuple[CertificationAction, bool]:
    """What a letter comes to, and whether it says that the request is in medical review. KeyError for another one."""
    for status in book.said.statuses.letters if book.said.statuses else ():
        if status.letter == letter:
            return status.actions[0], status.name == MEDICAL_REVIEW
    raise KeyError(letter)
