"""The page of all findings for people: `docs/findings.md`, written from `mappings/findings.csv`."""

from __future__ import annotations

from collections.abc import Iterator

from priorauth.translate.finding_rules import FindingRule, FindingTable
from priorauth.translate.report_replies import acknowledgment_elements
from priorauth.x12.verdicts import Reply

_HEAD = """\
# Findings

Every rule id that a report, an acknowledgment or an event may name. This page is written from `mappings/findings.csv`;
change that, then run the tests with `PRIORAUTH_REGENERATE=1`.

A finding of severity fatal or error rejects; one of severity warning or info does not. A partner's file may lower or
raise a severity by rule id or by SNIP type, fatal ones apart. Only the cause of an error is acknowledged: what merely
follows from it is in the report (`priorauth validate --all`) and in no acknowledgment.

## A message that breaks one rule

For each rule there is a valid message with one declared change that breaks this rule and no other, on each rail on
which the rule can be broken: to see what your system makes of the answer, or whether another validator finds the same.

```
priorauth sandbox mutants --rule NPI-INVALID --rail fhir
priorauth sandbox mutants --out var/mutants
```

The first prints the message, and beside it what was changed where; the second writes all of them. `--list` says what
there is. What is wrong only in an exchange comes with what to send before it (a control number that is used already),
or answers the leg that you name with `--leg`.
"""

_SECTIONS = {
    Reply.INTERCHANGE: ("Said in a TA1", "The interchange as a whole. A TA1 R stands alone: no 999 goes with it."),
    Reply.IMPLEMENTATION: (
        "Said in a 999",
        "The functional group (AK905), the transaction set (IK502), a segment (IK304) or an element (IK403). Errors in "
        "segments are summed up in IK502 as 5, or as I5 where only the guide forbids what the standard allows.",
    ),
    Reply.REJECTION: (
        "Said in an AAA of the 278 response",
        "Content that can be read and not believed. Each loop of the response takes the first reason that it allows; a "
        "date that has a reason of its own (admission AM, discharge AN, accident AI, onset AH ...) takes that.",
    ),
    Reply.OUTCOME: (
        "Said in an OperationOutcome",
        "FHIR that cannot be processed. What can be processed and not be believed is said in `ClaimResponse.error` "
        "instead, by the reasons of the section above.",
    ),
    Reply.NONE: (
        "Said by our report alone",
        "Notes, what delegates are told in the format they use, and what a problem document says.",
    ),
}


def findings_page(table: FindingTable) -> str:
    """The page as Markdown."""
    return "\n".join((_HEAD, *(line for reply in _SECTIONS for line in _section(reply, table))))


def _section(reply: Reply, table: FindingTable) -> Iterator[str]:
    title, about = _SECTIONS[reply]
    yield from (f"## {title}", "", about, "")
    yield "| rule | SNIP | severity | what is wrong | codes | what to do |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for rule in table.values():
        if rule.acknowledgment.reply is reply:
            cells = (f"`{rule.code}`", str(int(rule.snip)), rule.severity, rule.text, _codes(rule), rule.fix)
            yield f"| {' | '.join(cells)} |"
    yield ""


def _codes(rule: FindingRule) -> str:
    if rule.acknowledgment.reply is Reply.REJECTION:
        return f"AAA03 {' or '.join(rule.reasons)}, AAA04 {rule.follow_up}"
    if rule.acknowledgment.reply is Reply.OUTCOME:
        return f"{rule.issue}, {rule.http}" if rule.http >= 400 else rule.issue
    return ", ".join(f"{name} {code}" for name, code in acknowledgment_elements(rule.acknowledgment).items())
