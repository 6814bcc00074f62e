"""The rule tables of `schemas/fhir`: they are what the generator writes, and each rule in them is known to the code."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import generate_fhir_tables as generator
from checked_json import VERSIONS
from left_out import each_file
from priorauth.fhir.invariants import FULL_DATE, INVARIANTS, NOT_CHECKED
from priorauth.fhir.matching import slice_matcher
from priorauth.fhir.primitives import PRIMITIVES
from priorauth.fhir.tables import Narrowing, Tables, read_tables

FOLDER = Path(__file__).parents[2] / "schemas" / "fhir"

each_version = pytest.mark.parametrize("version", VERSIONS)


def tables(version: str) -> Tables:
    return read_tables((FOLDER / "r4.json").read_text(), (FOLDER / f"pas-{version}.json").read_text())


def narrowings(of: Narrowing) -> Iterator[Narrowing]:
    yield of
    for each in (*of.children.values(), *of.slices.values()):
        yield from narrowings(each)


def test_the_base_table_is_what_the_generator_writes() -> None:
    assert (FOLDER / "r4.json").read_text(encoding="utf-8") == generator.base_table()


@each_file("package", "PRIORAUTH_IG_DIR", "hl7.fhir.us.davinci-pas-*.tgz", what="generating the tables of profiles")
def test_the_tables_of_profiles_are_what_the_generator_writes(package: Path) -> None:
    version = package.stem.rpartition("-")[2]
    with tarfile.open(package) as opened:
        generated = generator.profile_tables(opened, version)
        supported = generator.must_support(opened)

    assert (FOLDER / f"pas-{version}.json").read_text(encoding="utf-8") == generated
    assert (FOLDER / f"must-support-{version}.json").read_text(encoding="utf-8") == supported


@each_version
def test_every_datatype_is_a_type_or_a_primitive(version: str) -> None:
    known = tables(version)
    kinds = {kind.name for each in known.types.values() for found in each.values() for kind in found.kinds}

    assert kinds <= {*known.types, *PRIMITIVES, "Resource"}


@each_version
def test_every_narrowing_is_of_an_element_of_its_type(version: str) -> None:
    known = tables(version)
    for profile in known.profiles.values():
        assert profile.root.children.keys() <= {*known.types[profile.type], "resourceType"}, profile.name


@each_version
def test_every_invariant_is_checked_or_said_not_to_be(version: str) -> None:
    keys = {
        key for each in tables(version).profiles.values() for found in narrowings(each.root) for key in found.invariants
    }

    assert keys <= {*INVARIANTS, *NOT_CHECKED, FULL_DATE}
    assert not INVARIANTS.keys() & NOT_CHECKED.keys()


@each_version
def test_slices_that_are_not_told_apart_are_known(version: str) -> None:
    """What no discriminator tells is not checked, but for extensions, which the URL tells, and datatypes."""
    unknown = set()
    for profile in tables(version).profiles.values():
        for found in narrowings(profile.root):
            for name, narrowing in found.slices.items():
                if found.discriminator and slice_matcher(found.discriminator, (narrowing,)) is None:
                    unknown.add((found.discriminator, name if found.discriminator.startswith("pattern") else ""))

    # `value $this` is Coverage.relationship by a value set of X12: a code that X12 keeps is not refused
    known = {"value url", "type $this", "type resource", "profile resource", "value $this"}
    assert {discriminator for discriminator, _ in unknown} <= known
    assert not {name for discriminator, name in unknown if discriminator.startswith("pattern")}
