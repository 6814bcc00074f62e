"""The quick pass over a Bundle that was decoded into the types of `strict`: it is accepted, or the full check is asked.

It finds nothing and places nothing, and so costs little; nearly all Bundles need no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from .bundles import BYTE_ORDER_MARK, Bundle, StrictBundle, read_resource
from .compiling import Compiler
from .profiles import BundleProfile
from .references import POINTERS, SEQUENCES, are_sound
from .reporting import Targets
from .roles import Roles
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
        sweeper = self._sweepers[bundle.is_plain]
        if not sweeper.resource("Bundle", profile)(bundle.strict, []):
            return False
        roles, sweeps, only_profile = Roles(self._tables, bundle, profile), sweeper.found, self._tables.only_profile
        if any(roles.slices()):
            return False
        parts, types, given, places = bundle.parts, bundle.types, roles.given, bundle.places
        for entry, reachable in roles.in_order():
            references: list[tuple[str, Targets]] = []
            key = types[entry], given[entry]
            if not (sweeps.get(key) or sweeper.resource(*key))(parts[entry], references):
                return False
            for reference, targets in references:
                at = places.get(reference)
                if at is None:
                    if roles.fault(reference, targets, entry, reachable=reachable) is not None:
                        return False
                    continue
                its_type = types[at]
                if reachable and at not in given:
                    role = only_profile.get((its_type, targets[1]))
                    if role is None:
                        roles.follow(at, targets)
                    else:
                        roles.give(at, role)
                if targets[0] and its_type not in targets[0]:
                    return False
        return True


def _are_entries_right(bundle: StrictBundle, profile: BundleProfile) -> bool:
    """As `references.check_entries` finds nothing."""
    if bundle.types[0] != profile.first:
        return False
    if not (_begins_soundly(bundle.base) if bundle.base else are_sound(bundle.urls)):
        return False
    by_type: dict[str, list[int]] = {}
    for entry, resource_type in enumerate(bundle.types):
        others = by_type.setdefault(resource_type, [])
        for other in others:
            if _is_duplicate(bundle, other, entry):
                return False
        others.append(entry)
    return all(map(_are_sequences_right, [bundle.parts[entry] for entry in by_type["Claim"]]))


@lru_cache(maxsize=256)  # a sender has one base, seldom a few
def _begins_soundly(base: str) -> bool:
    return are_sound((f"{base}_",))


def _is_duplicate(bundle: StrictBundle, other: int, entry: int) -> bool:
    first, second = bundle.parts[other], bundle.parts[entry]
    if first.id and first.id == second.id:
        return not (bundle.urls[other].startswith("http") and bundle.urls[entry].startswith("http"))
    for name in first.compared:  # noqa: SIM110  (nearly all differ in the first)
        if getattr(first, name) != getattr(second, name):
            return False
    return True


def _are_sequences_right(claim: Any) -> bool:
    """Numbers stand once in their list, and what points at a number finds it."""
    for found in _NUMBERED(claim):
        if len(found) > 1 and len(set(map(_SEQUENCE, found))) != len(found):
            return False
    for item in claim.item:
        for name, pointed in zip(_POINTED, _POINTERS(item), strict=True):
            if pointed and not set(pointed).issubset(map(_SEQUENCE, getattr(claim, name))):
                return False
    return True


_SEQUENCE, _NUMBERED = attrgetter("sequence"), attrgetter(*SEQUENCES["Claim"])
_POINTERS, _POINTED = attrgetter(*POINTERS["Claim"]), tuple(POINTERS["Claim"].values())
