"""The shipped crosswalks between FHIR and X12, read once."""

from __future__ import annotations

from pathlib import Path

from priorauth.translate.crosswalks import Crosswalks, read_crosswalks

FOLDER = Path(__file__).parents[1] / "mappings" / "crosswalks" / "fhir"
FILES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.csv"))}
CROSSWALKS: Crosswalks = read_crosswalks(FILES)
