"""The shipped table of findings, read once."""

from __future__ import annotations

from pathlib import Path

from priorauth.translate.finding_rules import FindingTable, read_finding_table

TEXT = (Path(__file__).parents[1] / "mappings" / "findings.csv").read_text(encoding="utf-8")
TABLE: FindingTable = read_finding_table(TEXT)
CODES = TABLE.acknowledgments
