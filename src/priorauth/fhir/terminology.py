"""Required bindings to value sets: codes where the guide enumerates them, code systems where it takes all of one.

Whether a code exists on a list that X12, the AMA or CMS keeps is no question of structure: the crosswalks answer it.
"""

from __future__ import annotations

from priorauth.domain.findings import FindingCode as Code

from .compiled import Field, guarded
from .elements import Value
from .tables import Systems


def bound_codes(systems: Systems) -> frozenset[str] | None:
    """The codes for an element of type code; None where they are not all known."""
    if not systems or None in systems.values():
        return None
    return frozenset(code for codes in systems.values() if codes for code in codes)


def bound_field(field: Field, systems: Systems) -> Field:
    """A Coding or CodeableConcept of which one coding is of the value set."""
    if bound_codes(systems) is None:
        shown = f"a code of one of {', '.join(sorted(systems))}"
        return guarded(field, Code.PAS_CODE_SYSTEM, shown, lambda value: _is_bound(value, systems))
    shown = "one of " + ", ".join(sorted(f"{system}#{code}" for system in systems for code in systems[system] or ()))
    return guarded(field, Code.PAS_CODE, shown, lambda value: _is_bound(value, systems))


def _is_bound(value: Value, systems: Systems) -> bool:
    """True for a CodeableConcept or Coding with such a code; one loop, as it is asked of every coded element."""
    if not isinstance(value, dict):
        return False
    codings = value.get("coding", (value,))
    for coding in codings if isinstance(codings, (list, tuple)) else ():
        if isinstance(coding, dict):
            system = coding.get("system")
            if isinstance(system, str) and system in systems:
                codes, code = systems[system], coding.get("code")
                if codes is None or (isinstance(code, str) and code in codes):
                    return True
    return False
