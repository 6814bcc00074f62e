"""How reports and certificates word what a run found. No verdict is told by its colour alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from priorauth.conformance.results import CoverageRow, RunResult, Verdict


@dataclass(frozen=True, slots=True)
class Word:
    """A verdict as a reader sees it; `mark` names its colours in the style sheet."""

    word: str
    icon: str
    mark: str


WORDS = {
    Verdict.PASS: Word("pass", "✓", "pass"),
    Verdict.FAIL: Word("fail", "✗", "fail"),
    Verdict.ERROR: Word("error", "!", "error"),
    Verdict.SKIP: Word("skip", "»", "skip"),
    Verdict.NOT_APPLICABLE: Word("not applicable", "–", "na"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run in one sentence."""

    sentence: str
    mark: str


def outcome_of(run: RunResult) -> Outcome:
    """What to tell somebody who reads one line."""
    counts = run.summary
    passed, failed, errors = (counts[verdict] for verdict in (Verdict.PASS, Verdict.FAIL, Verdict.ERROR))
    ran = passed + failed + errors
    rest = _left_out(counts[Verdict.SKIP], counts[Verdict.NOT_APPLICABLE])
    if failed:
        return Outcome(f"{failed} of the {_cases(ran)} that ran {_fail(failed)}{rest}.", "fail")
    if errors:
        return Outcome(
            f"No case fails, but {errors} of the {_cases(ran)} that ran could not be decided{rest}.", "error"
        )
    if not passed:
        return Outcome(f"No case ran{rest}.", "error")
    return Outcome(
        f"{'The case' if ran == 1 else f'All {ran} cases'} that ran {'passes' if ran == 1 else 'pass'}{rest}.", "pass"
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a requirement stands after a run."""

    word: str
    mark: str


_STANDINGS = {
    Verdict.PASS: Standing("met", "pass"),
    Verdict.FAIL: Standing("not met", "fail"),
    Verdict.ERROR: Standing("undecided", "error"),
    Verdict.SKIP: Standing("skipped", "skip"),
    Verdict.NOT_APPLICABLE: Standing("not applicable", "na"),
}


def standing_of(row: CoverageRow) -> Standing:
    """What a run says about one requirement."""
    if row.verdict is not None:
        return _STANDINGS[row.verdict]
    if row.cases:
        return Standing("not run", "na")
    return (
        Standing("no case", "error") if row.requirement.seen_from_outside else Standing("not seen from outside", "na")
    )


def standings_in_words(rows: Iterable[CoverageRow]) -> str:
    """How many requirements stand where, the most first."""
    return in_words(Counter(standing_of(row).word for row in rows))


def in_words(counts: Mapping[str, int]) -> str:
    """Counts as one line: `12 met, 3 no case`."""
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def totals(summary: Mapping[str, int]) -> list[dict[str, Any]]:
    """Each verdict with its word, its meaning and how many cases came to it."""
    return [
        {
            "word": word.word,
            "icon": word.icon,
            "mark": word.mark,
            "means": verdict.meaning,
            "count": summary.get(verdict, 0),
        }
        for verdict, word in WORDS.items()
    ]


def span_in_words(seconds: float) -> str:
    """A length of time for people: `4.2 s`, `1 min 12 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def _left_out(skipped: int, not_applicable: int) -> str:
    parts = [f"{skipped} skipped"] if skipped else []
    parts += [f"{not_applicable} not applicable"] if not_applicable else []
    return f"; {' and '.join(parts)}" if parts else ""


def _cases(count: int) -> str:
    return f"{count} case" if count == 1 else f"{count} cases"


def _fail(count: int) -> str:
    return "fails" if count == 1 else "fail"
