"""The quick pass over a Bundle that was decoded into the types of `strict`: it is accepted, or the full check is asked.

It finds nothing and places nothing, and so costs little; nearly all Bundles need no more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from .bundles import Bundle, StrictBundle, read_resource
from .compiling import Compiler
from .locating import BYTE_ORDER_MARK
from .profiles import BundleProfile
from .references import are_sound, comparable
from .roles import Nameable, Roles
from .strict import Structs, are_texts_plain
from .sweeping import Sweeper
from .tables import Tables

_PROFILES = frozenset((BundleProfile.REQUEST, BundleProfile.INQUIRY))


class QuickPass:
    """Decodes and accepts the requests of one version of PAS."""

    def __init__(self, tables: Tables, compiler: Compiler, readers: Mapping[str, type[msgspec.Struct]]) -> None:
        self._tables = tables
        self._structs = Structs(tables, readers)
        self._sweepers = {plain: Sweeper(compiler, self._structs, plain=plain) for plain in (True, False)}

    def read(self, data: bytes) -> Bundle:
        """The Bundle in the bytes, of strict types where it fits them. Raises FhirSyntaxError for what is no JSON."""
        data = data.removeprefix(BYTE_ORDER_MARK)
        is_plain = are_texts_plain(data)
        if is_plain is not None:
            try:
                return StrictBundle(data, self._structs.decode(data), is_plain=is_plain)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, AttributeError):
                pass  # whatever it is, the full check says so
        return Bundle(read_resource(data))

    def accepts(self, bundle: StrictBundle, profile: BundleProfile) -> bool:
        """True where nothing is wrong with a Bundle. False says nothing."""
        if profile not in _PROFILES or not isinstance(bundle.strict, self._structs.bundle):
            return False
        try:
            return self._is_right(bundle, profile) and _are_entries_right(bundle, profile)
        except (TypeError, AttributeError, RecursionError):  # a condition was asked of what it cannot be asked of
            return False
        except (KeyError, NameError):  # another thread is writing a sweep and has not done
            return False

    def _is_right(self, bundle: StrictBundle, profile: BundleProfile) -> bool:
        """The Bundle itself, and each resource in the role in which it is first referenced."""
        sweeps = self._sweepers[bundle.is_plain].sweeps
        if not sweeps["Bundle", profile](bundle.strict, []):
            return False
        roles = Roles(self._tables, bundle, profile)
        if any(roles.slices()):
            return False
        roles.begin()
        parts, types, places, given, queue = bundle.parts, bundle.types, bundle.places, roles.given, roles.queue
        for entry in queue:
            met: list[tuple[str, Nameable]] = []
            if not sweeps[types[entry], given[entry]](parts[entry], met):
                return False
            for reference, nameable in met:
                at = places.get(reference)
                role = None if at is None else nameable[types[at]]
                if role is None or at is None:
                    if roles.fault(reference, nameable.targets, entry, reachable=True) is not None:
                        return False
                elif at not in given:
                    given[at] = role
                    queue.append(at)
        for entry in roles.unreferenced():
            met = []
            if not sweeps[types[entry], given[entry]](parts[entry], met):
                return False
            for reference, nameable in met:
                if roles.fault(reference, nameable.targets, entry, reachable=False) is not None:
                    return False
        return True


def _are_entries_right(bundle: StrictBundle, profile: BundleProfile) -> bool:
    """As `references.check_entries` finds nothing, and each id is one."""
    types, parts, ids = bundle.types, bundle.parts, bundle.ids
    if types[0] != profile.first or not _ID_LETTERS("".join(ids)) or max(map(len, ids)) > _LONGEST_ID:
        return False
    if not (_begins_soundly(bundle.base) if bundle.base else are_sound(bundle.urls)):
        return False
    last = dict(zip(types, range(len(types)), strict=True))
    if len(types) > _MOST_PAIRED and _may_be_met_again(bundle):
        return False
    if len(last) < len(types) <= _MOST_PAIRED:
        for entry, resource_type in enumerate(types):
            others = last[resource_type]
            if others != entry and _is_met_again(bundle, entry, others):
                return False
    if last["Claim"]:  # the prior one of an update came along
        return all(
            _are_sequences_right(part) for part, its_type in zip(parts, types, strict=True) if its_type == "Claim"
        )
    return _are_sequences_right(parts[0])


_ID_LETTERS = re.compile(r"[A-Za-z0-9\-.]*").fullmatch
_LONGEST_ID = 64


@lru_cache(maxsize=256)  # a sender has one base, seldom a few
def _begins_soundly(base: str) -> bool:
    return are_sound((f"{base}_",))


def _is_met_again(bundle: StrictBundle, entry: int, last: int) -> bool:
    """True where a later resource, up to the last one of its type, is the same as this one or says the same."""
    first, compared = bundle.parts[entry], bundle.parts[entry].compared
    sign, early = compared[0], getattr(first, compared[0])
    for other in range(entry + 1, last + 1):
        second = bundle.parts[other]
        if second.compared is not compared:
            continue  # it is of another type
        if not bundle.base and first.id and first.id == second.id:
            if not (bundle.urls[other].startswith("http") and bundle.urls[entry].startswith("http")):
                return True
        elif early == getattr(second, sign) and all(getattr(first, name) == getattr(second, name) for name in compared):
            return True
    return False


_MOST_PAIRED = 64
"""Of more entries each is looked up among those before, which takes longer than a look at each pair of a few."""


def _may_be_met_again(bundle: StrictBundle) -> bool:
    """True where a resource may be the same as an earlier one or say the same: the whole check is then to tell."""
    seen: set[object] = set()
    for resource_type, id, part in zip(bundle.types, bundle.ids, bundle.parts, strict=True):
        content = msgspec.to_builtins([getattr(part, name) for name in part.compared], builtin_types=(Decimal,))
        keys = {(resource_type, comparable(content)), *([(resource_type, id)] if id else ())}
        if not seen.isdisjoint(keys):
            return True
        seen |= keys
    return False


def _are_sequences_right(claim: Any) -> bool:
    """Numbers stand once in their list, and what points at a number finds it: SEQUENCES and POINTERS, written out."""
    team, information, items = claim.careTeam, claim.supportingInfo, claim.item
    for found in (team, information, claim.diagnosis, claim.procedure, claim.insurance, items):
        if len(found) > 1 and len(set(map(_SEQUENCE, found))) != len(found):
            return False
    for item in items:
        if (pointed := item.careTeamSequence) and not set(pointed).issubset(map(_SEQUENCE, team)):
            return False
        if (pointed := item.diagnosisSequence) and not set(pointed).issubset(map(_SEQUENCE, claim.diagnosis)):
            return False
        if (pointed := item.procedureSequence) and not set(pointed).issubset(map(_SEQUENCE, claim.procedure)):
            return False
        if (pointed := item.informationSequence) and not set(pointed).issubset(map(_SEQUENCE, information)):
            return False
    return True


_SEQUENCE = attrgetter("sequence")
