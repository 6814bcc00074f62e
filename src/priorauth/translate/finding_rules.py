"""What each finding means in every reply: the rows of `mappings/findings.csv`, checked and typed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from priorauth.domain.findings import FindingCode, Severity, SnipType
from priorauth.x12.verdicts import AcknowledgmentCodes, Reply

COLUMNS = (
    "finding", "snip", "severity", "reply", "ik304", "ik403", "ta105", "ik502", "ak905",
    "aaa03", "aaa04", "issue_code", "http", "text", "fix",
)  # fmt: skip


class FindingTableInvalid(ValueError):
    """The table of findings cannot be used as it is: a defect of the installation, not of a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRule:
    """One row: how bad the finding is, how TA1, 999, AAA, OperationOutcome and HTTP say it, and how people do.

    `reasons` are AAA03 codes in order of preference: a level takes the first that it allows.
    """

    code: FindingCode
    snip: SnipType
    severity: Severity
    acknowledgment: AcknowledgmentCodes
    reasons: tuple[str, ...]
    follow_up: str
    issue: str
    http: int
    text: str
    fix: str


class FindingTable(Mapping[FindingCode, FindingRule]):
    """The rule of every finding code: total, so a look-up never fails."""

    def __init__(self, rules: Iterable[FindingRule]) -> None:
        self._rules: dict[FindingCode, FindingRule] = {}
        for rule in rules:
            if rule.code in self._rules:
                raise FindingTableInvalid(f"{rule.code} has more than one row")
            self._rules[rule.code] = rule
        if missing := [code for code in FindingCode if code not in self._rules]:
            raise FindingTableInvalid(f"no row for {', '.join(missing)}")
        self.acknowledgments: Mapping[FindingCode, AcknowledgmentCodes] = {
            code: rule.acknowledgment for code, rule in self._rules.items()
        }

    def __getitem__(self, code: FindingCode) -> FindingRule:
        return self._rules[code]

    def __iter__(self) -> Iterator[FindingCode]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)


def read_finding_table(text: str) -> FindingTable:
    """The table in the text of `findings.csv`; FindingTableInvalid where a row is missing, doubled or malformed."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise FindingTableInvalid(f"the columns are not {','.join(COLUMNS)}")
    return FindingTable(_rule(row) for row in rows)


def _rule(row: Mapping[str, str]) -> FindingRule:
    try:
        return FindingRule(
            code=FindingCode(row["finding"]),
            snip=SnipType(int(row["snip"])),
            severity=Severity(row["severity"]),
            acknowledgment=AcknowledgmentCodes(
                reply=Reply(row["reply"]),
                interchange=row["ta105"],
                group=row["ak905"],
                transaction=row["ik502"],
                segment=row["ik304"],
                element=row["ik403"],
            ),
            reasons=tuple(row["aaa03"].split()),
            follow_up=row["aaa04"],
            issue=row["issue_code"],
            http=int(row["http"]),
            text=row["text"],
            fix=row["fix"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FindingTableInvalid(f"the row of {row.get('finding') or 'an unnamed finding'} is malformed") from error
