"""Whether a case still comes to what it came to when it was made."""

from __future__ import annotations

from collections.abc import Sequence

from priorauth.inspection.cases.case import outcomes_of
from priorauth.inspection.cases.document import Case
from priorauth.inspection.cases.outcomes import KnownDirectory
from priorauth.tools import Tools


def differences_of(tools: Tools, case: Case) -> Sequence[str]:
    """In words, what the messages of a case come to now and did not, or no more. Nothing where all is the same."""
    found = outcomes_of(tools, case.messages, KnownDirectory(case.facts))
    return [
        f"message {number} ({message.role}): {difference}"
        for number, (message, before, after) in enumerate(
            zip(case.messages, case.outcomes, found, strict=True), start=1
        )
        for difference in before.differences(after)
    ]
