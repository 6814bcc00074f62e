"""Findings while they are being collected: drafts that can still be given a cause, made final with their positions."""

from __future__ import annotations

from dataclasses import dataclass, field

from priorauth.domain.findings import Finding, FindingCode, Severity

from .positions import Source
from .rules import RULES


@dataclass(slots=True, eq=False)
class Draft:
    """A finding whose place in the bytes is not worked out yet."""

    code: FindingCode
    number: int  # of the segment
    loop: str = ""
    segment_id: str = ""
    element: int = 0
    component: int = 0
    repetition: int = 0
    data_element: str = ""
    expected: str = ""
    severity: Severity | None = None
    consequences: list[Draft] = field(default_factory=list)

    def shift(self, by: int) -> None:
        """Count segments from elsewhere, consequences included."""
        self.number += by
        for consequence in self.consequences:
            consequence.shift(by)

    @property
    def path(self) -> str:
        """`2000E/UM04-2`, or `BHT02` in the header."""
        place = self.segment_id
        if self.element:
            place += f"{self.element:02}"
        if self.component:
            place += f"-{self.component}"
        if self.repetition > 1:
            place += f"({self.repetition})"
        return f"{self.loop}/{place}" if self.loop else place


@dataclass(slots=True, eq=False)
class Report:
    """The drafts of one stretch of a message; `first` is the number of its first segment."""

    source: Source
    first: int = 1
    drafts: list[Draft] = field(default_factory=list)

    def add(self, draft: Draft, cause: Draft | None = None) -> Draft:
        """Note a finding, below its cause where it has one."""
        (self.drafts if cause is None else cause.consequences).append(draft)
        return draft

    def findings(self) -> tuple[Finding, ...]:
        """All findings in the order of the segments, each with its position."""
        return tuple(self._finding(draft) for draft in sorted(self.drafts, key=_order))

    def _finding(self, draft: Draft) -> Finding:
        rule = RULES[draft.code]
        return Finding(
            code=draft.code,
            severity=draft.severity or rule.severity,
            snip=rule.snip,
            at=self.source.position(
                draft.number,
                first=self.first,
                loop=draft.loop,
                segment_id=draft.segment_id,
                element=draft.element,
                component=draft.component,
                repetition=draft.repetition,
                data_element=draft.data_element,
                path=draft.path,
            ),
            expected=draft.expected,
            consequences=tuple(self._finding(each) for each in sorted(draft.consequences, key=_order)),
        )


def _order(draft: Draft) -> tuple[int, int, int, int]:
    return draft.number, draft.element, draft.repetition, draft.component
