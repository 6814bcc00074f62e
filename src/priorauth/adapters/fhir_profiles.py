"""The checker of each version of PAS, compiled once per process from the rule tables that ship."""

from __future__ import annotations

from functools import cache

from priorauth.adapters.mapping_files import shipped_folder
from priorauth.fhir.checker import ProfileChecker, compile_tables
from priorauth.translate.fhir_readers import READERS


@cache
def load_checker(version: str) -> ProfileChecker:
    """The checker of a version such as `2.2.1`."""
    folder = shipped_folder("schemas") / "fhir"
    base, profiles = folder / "r4.json", folder / f"pas-{version}.json"
    return compile_tables(base.read_text(encoding="utf-8"), profiles.read_text(encoding="utf-8"), READERS)
