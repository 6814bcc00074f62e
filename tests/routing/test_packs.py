"""Packs: what is refused and where, what the version depends on, and that the shipped ones are sound."""

from __future__ import annotations

import re
from datetime import date

import pytest

from priorauth.domain.parties import DestinationId
from priorauth.routing.clock_books import load_clock_book
from priorauth.routing.lint import LintLevel, lint
from priorauth.routing.packs import Pack, PackError, load_pack
from routing_requests import MAPPINGS, PAYERS, pack_files, shipped_pack, tables


def changed(file: str, old: str, new: str, payer: str = "bcbsma") -> dict[str, str]:
    """A shipped pack with one text replaced in one file."""
    files = pack_files(payer)
    assert old in files[file]
    return {**files, file: files[file].replace(old, new, 1)}


def line_of(file: str, text: str, payer: str = "bcbsma") -> int:
    """The line of a shipped file on which a text first stands."""
    return next(number for number, line in enumerate(pack_files(payer)[file].splitlines(), 1) if text in line)


FEP = "when: {line_of_business: fep}"


@pytest.mark.parametrize(
    ("file", "old", "new", "column", "message"),
    [
        ("routes.yaml", FEP, "when: {line_of_busines: fep}", 12, "line_of_busines is not a fact"),
        ("routes.yaml", FEP, "when: {line_of_business: feb}", 12, "line_of_business takes one of commercial"),
        ("routes.yaml", FEP, "when: {revenue_code: {in_list: LST-99}}", 27, "pack.yaml declares no such list"),
        ("routes.yaml", FEP, "when: {revenue_code: 0172}", 12, "revenue_code takes a code in quotes"),
        ("routes.yaml", FEP, "when: {age: {before: 2020-01-01}}", 18, "before is not an operator for age"),
        ("routes.yaml", FEP, "when: {birth_admission: maybe}", 12, "birth_admission takes true or false"),
        ("routes.yaml", FEP, "when: {any: {line_of_business: fep}}", 12, "any and all take a list of groups"),
        ("routes.yaml", FEP, "when: {line_of_business: [}", 31, "did not find expected node content"),
        ("routes.yaml", FEP, "whenn: {}", 5, "extra inputs are not permitted"),
        ("routes.yaml", FEP, "when: {line_of_business: fep, line_of_business: qhp}", 35, "found duplicate key"),
        ("pack.yaml", "destination: bcbsma-um", "destination: Bcbsma", 3, "string should match pattern"),
        ("codes/nicu-revenue.csv", "0173,,", "0173,0170,", 14, "the range does not run forward"),
        ("codes/nicu-revenue.csv", "revenue,0173", "revenu,0173", 1, "the system is one of"),
        ("examples.yaml", "facts: {line_of_business: fep}", "facts: {line_of_business: feb}", 55, "takes one of"),
    ],
)
def test_a_fault_is_told_with_file_line_and_column(file: str, old: str, new: str, column: int, message: str) -> None:
    with pytest.raises(PackError) as caught:
        load_pack(changed(file, old, new))

    found = [fault for fault in caught.value.faults if re.search(message, fault.message)]
    assert [(fault.file, fault.line, fault.column) for fault in found] == [(file, line_of(file, old), column)]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("routes.yaml", "destination: progenyhealth", "destination: evicore", "names no such delegate or desk"),
        ("routes.yaml", "id: RTE-BCMA-02", "id: RTE-BCMA-01", "another rule has this id"),
        ("routes.yaml", '"000:L48"', '"004:L48"', "pack.yaml names no document 004"),
        ("routes.yaml", '    citation: "000:L48"\n', "", "field required"),
        ("routes.yaml", "{outcome: manual, ", "{outcome: invalid, destination: bcbsma-um, ", "sends the item nowhere"),
        (
            "routes.yaml",
            "{outcome: manual, ",
            "{outcome: manual, destination: progenyhealth, ",
            "manual goes to a desk",
        ),
        ("pack.yaml", "codes/nicu-revenue.csv", "codes/other.csv", "the pack has no such file"),
        ("examples.yaml", "  RTE-BCMA-01:", "  RTE-BCMA-99:", "neither routes.yaml nor requirements.yaml has it"),
        ("examples.yaml", "{name: level 2,", "{name: level 2, listed: {LST-99: [E0445]},", "declares no such list"),
    ],
)
def test_what_does_not_fit_together_is_refused(file: str, old: str, new: str, message: str) -> None:
    with pytest.raises(PackError, match=message):
        load_pack(changed(file, old, new))


def test_every_fault_is_told_at_once() -> None:
    files = changed("routes.yaml", FEP, "when: {line_of_business: feb, colour: red}")
    files["codes/nicu-revenue.csv"] = "system\n"

    with pytest.raises(PackError) as caught:
        load_pack(files)

    assert [fault.file for fault in caught.value.faults] == ["codes/nicu-revenue.csv", "routes.yaml", "routes.yaml"]


def test_a_missing_file_is_a_fault() -> None:
    with pytest.raises(PackError, match=r"routes\.yaml:1:1: the pack has no such file"):
        load_pack({name: text for name, text in pack_files("bcbsma").items() if name != "routes.yaml"})


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("pack.yaml", "# Blue Cross", "# The Blue Cross"),
        ("pack.yaml", "payer: BCBSMA\nname:", "name:"),
        ("routes.yaml", "note: AMB-04", "note: see AMB-04"),
        ("routes.yaml", "      line_of_business: commercial\n      network_status: out\n", ""),
        ("examples.yaml", "name: level 2,", "name: second level,"),
    ],
)
def test_layout_notes_and_the_order_of_keys_do_not_change_the_version(file: str, old: str, new: str) -> None:
    files = changed(file, old, new)
    if old.startswith("payer"):
        files[file] += "payer: BCBSMA\n"
    if "network_status: out" in old:
        files[file] = files[file].replace(
            "        - {service_category: nicu}\n    then: {outcome: manual",
            "        - {service_category: nicu}\n      network_status: out\n      line_of_business: commercial\n"
            "    then: {outcome: manual",
        )

    assert load_pack(files).version == shipped_pack("bcbsma").version


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("routes.yaml", "from: 2023-11-01", "from: 2023-11-02"),
        ("routes.yaml", "NICU day of a birth admission", "Another reason"),
        ("codes/nicu-revenue.csv", "0174", "0175"),
        ("codes/nicu-revenue.csv", "document", "payer"),
        ("pack.yaml", "America/New_York", "America/Chicago"),
    ],
)
def test_what_the_pack_means_changes_the_version(file: str, old: str, new: str) -> None:
    assert load_pack(changed(file, old, new)).version != shipped_pack("bcbsma").version


@pytest.mark.parametrize("payer", PAYERS)
def test_a_shipped_pack_has_no_errors(payer: str) -> None:
    ids = {DestinationId(path.stem) for path in (MAPPINGS / "delegates").glob("*.yaml")}

    categories = tables().categories["hcpcs"]
    findings = lint(shipped_pack(payer), as_of=date(2026, 11, 22), destinations=ids, categories=categories)

    assert [str(finding) for finding in findings if finding.level is LintLevel.ERROR] == []
    assert [str(finding) for finding in findings if finding.check == "overlapping"] == []


def checks(pack: Pack, **known: object) -> list[tuple[str, int]]:
    return [(finding.check, finding.where.line) for finding in lint(pack, **known)]  # type: ignore[arg-type]


def test_lint_says_which_lists_are_missing_and_which_demonstrate() -> None:
    found = [check for check, _ in checks(shipped_pack("bcbsm"))]

    assert found == ["demonstration-list"] * 3 + ["list-not-loaded"] * 2 + ["gap"]


def test_lint_runs_the_examples() -> None:
    files = changed("examples.yaml", "facts: {line_of_business: fep}", "facts: {}")

    assert checks(load_pack(files)) == [("example", line_of("examples.yaml", "federal employee's newborn"))]


def test_lint_finds_a_rule_without_examples() -> None:
    files = pack_files("bcbsma")
    start, end = files["examples.yaml"].index("  RTE-BCMA-12:"), files["examples.yaml"].index("  RTE-BCMA-13:")
    files["examples.yaml"] = files["examples.yaml"][:start] + files["examples.yaml"][end:]

    assert checks(load_pack(files)) == [("no-example", line_of("routes.yaml", "RTE-BCMA-12"))]


def test_lint_finds_a_shadowed_rule() -> None:
    files = changed("routes.yaml", FEP, "when: {}")

    found = {check for check, _ in checks(load_pack(files))}

    assert "shadowed" in found


def test_lint_finds_a_rule_whose_conditions_contradict_each_other() -> None:
    files = changed("routes.yaml", FEP, "when: {line_of_business: fep, all: [{line_of_business: qhp}]}")

    assert ("unreachable", line_of("routes.yaml", "RTE-BCMA-01")) in checks(load_pack(files))


def test_lint_finds_an_expired_rule_and_an_unknown_destination() -> None:
    files = changed("routes.yaml", "from: 2023-11-01}", "from: 2023-11-01, until: 2026-01-01}")

    found = checks(load_pack(files), as_of=date(2026, 1, 1), destinations=[DestinationId("bcbsma-um")])

    assert ("expired", line_of("routes.yaml", "effective:")) in found
    assert "unknown-destination" in {check for check, _ in found}


def test_a_pack_without_a_calendar_is_refused() -> None:
    files = {name: text for name, text in pack_files("allways").items() if name != "calendar.yaml"}

    with pytest.raises(PackError, match=r"calendar\.yaml:1:1: the pack has no such file"):
        load_clock_book(files, shipped_pack("allways"), [])
