"""Codes of lists that others keep, told by their form from what names somebody: they stay, routes depend on them."""

from __future__ import annotations

import re

_TAXONOMY = re.compile(r"[0-9]{3}[0-9A-Z]{6}X")
_OF_A_LIST = re.compile(
    r"""
      [A-Z][0-9][0-9A-Z](?:\.?[0-9A-Z]{1,4})?   # ICD-10-CM
    | [0-9]{2,4}                                # revenue code, place of service, type of bill, DRG
    | [0-9]{3}\.[0-9]{1,2} | [VE][0-9]{2,3}\.?[0-9]{0,2}   # ICD-9-CM
    | [0-9]{4}[0-9A-Z] | [A-Z][0-9]{4}          # CPT, HCPCS, CDT
    | [0-9]{1,5}-[0-9]                          # LOINC
    | [0-9A-Z]{1,2}                             # condition, occurrence, modifier
    """,
    re.VERBOSE,
)


def is_code_of_a_list(text: str) -> bool:
    """True where the text has the form of a code for a diagnosis, procedure, revenue, place or document."""
    return _OF_A_LIST.fullmatch(text) is not None


def is_taxonomy(text: str) -> bool:
    """True where the text has the form of a provider taxonomy, such as 207T00000X."""
    return _TAXONOMY.fullmatch(text) is not None
