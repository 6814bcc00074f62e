"""Differences between packs: each change in the words of an analyst, and none where nothing means something else."""

from __future__ import annotations

import pytest

from priorauth.routing.clock_books import load_clock_book
from priorauth.routing.pack_differences import Difference, differences
from priorauth.routing.packs import load_pack
from routing_requests import PAYERS, shipped_pack
from small_pack import FILES, draft

TWO_DAYS = "{from: information, business_days: 2}, {from: receipt, calendar_days: 14}"


def compared(files: dict[str, str]) -> tuple[Difference, ...]:
    """What is different in a draft."""
    before, after = load_pack(FILES), load_pack(files)
    return differences(before, after, load_clock_book(FILES, before, ()), load_clock_book(files, after, ()))


@pytest.mark.parametrize(
    ("file", "old", "new", "part", "change", "words"),
    [
        ("routes.yaml", "{setting: er}", "{setting: [er, observation]}", "rule R-ER", "changed",
         ("no longer asks that setting is er", "now asks that setting is er or observation")),
        ("routes.yaml", "destination: evicore", "destination: allways-um", "rule R-IMAGING", "changed",
         ("says route to allways-um instead of route to evicore",)),
        ("routes.yaml", "step: delegate", "step: desk", "rule R-IMAGING", "changed",
         ("its step is desk instead of delegate",)),
        ("routes.yaml", "reason: Elective imaging", "reason: Imaging", "rule R-IMAGING", "changed",
         ("its reason is Imaging instead of Elective imaging",)),
        ("routes.yaml", "R-ER ", "R-EMERGENCY ", "rule R-ER", "gone",
         ("step exemption: where setting is er", "says no_auth_required: Part of emergency care [004:L193]")),
        ("routes.yaml", "    when: {}", "    effective: {basis: service_date, from: 2026-07-01}\n    when: {}",
         "rule R-REST", "changed",
         ("now asks that service_date is on or after 2026-07-01",)),
        ("requirements.yaml", "need: authorization", "need: notice_required\n    clock: CLK-1",
         "requirement REQ-1", "changed",
         ("before: authorization: Imaging needs authorization [004:L60]",
          "now: notice required: Imaging needs authorization [004:L60]", "now: due by clock CLK-1")),
        ("codes/imaging.csv", "cpt,70450,70559,head CT and MR,", "cpt,70450,70559,head CT and MR,payer,004:L188\n"
         "cpt,71250,,chest CT,", "list LST-1", "changed", ("gains cpt 71250 (chest CT)",)),
        ("pack.yaml", ", file: codes/imaging.csv", "", "list LST-1", "changed",
         ("is no longer loaded: rules that need it give manual", "loses cpt 70450-70559 (head CT and MR)")),
        ("pack.yaml", "New_York", "Chicago", "pack ALLWAYS", "changed",
         ("the time zone is America/Chicago instead of America/New_York",)),
        ("pack.yaml", "[evicore]", "[evicore, optum]", "pack delegates", "changed", ("gains optum",)),
        ("clocks.yaml", "{from: receipt, calendar_days: 14}", TWO_DAYS, "clock CLK-1", "changed",
         ("before: Decision: decision due 14 calendar days after receipt, met by decision, when missed: alert "
          "[004:L261]",
          "now: Decision: decision due the earliest of 2 business days after information, 14 calendar days after "
          "receipt, met by decision, when missed: alert [004:L261]")),
        ("calendar.yaml", "us-federal\n", 'us-federal\nextra_holidays: [{day: 2026-04-20, name: "Patriots"}]\n',
         "calendar days", "changed", ("gains holiday 2026-04-20",)),
    ],
)  # fmt: skip
def test_a_change_is_told_in_words(
    file: str, old: str, new: str, part: str, change: str, words: tuple[str, ...]
) -> None:
    found = {f"{each.part} {each.name}": each for each in compared(draft(file, old, new))}

    assert part in found, found
    assert (found[part].change, found[part].words) == (change, words)


def test_a_rule_that_is_new_is_told_whole() -> None:
    files = draft("routes.yaml", "R-ER ", "R-EMERGENCY ")

    assert [each.change for each in compared(files) if each.name == "R-EMERGENCY"] == ["new"]


def test_of_a_long_list_some_codes_are_named_and_the_rest_is_counted() -> None:
    rows = "".join(f"cpt,{code},,,payer,004:L188\n" for code in range(80000, 80100, 2))

    (found,) = compared(draft("codes/imaging.csv", "cpt,70450", f"{rows}cpt,70450"))

    assert found.words[0].endswith("cpt 80022 and 38 rows more")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("routes.yaml", "  # nothing is asked for in an emergency", ""),
        ("routes.yaml", "{procedure_code: {in_list: LST-1}, urgency: elective}",
         "{urgency: elective, procedure_code: {in_list: LST-1}}"),
        ("pack.yaml", "payer: ALLWAYS\nname: Example Plan\n", "name: Example Plan\npayer: ALLWAYS\n"),
        ("examples.yaml", "examples: {}", "base: {setting: er}\nexamples: {}"),
    ],
)  # fmt: skip
def test_what_means_the_same_is_the_same_version_without_differences(file: str, old: str, new: str) -> None:
    files = draft(file, old, new)

    assert load_pack(files).version == load_pack(FILES).version
    assert compared(files) == ()


@pytest.mark.parametrize("payer", PAYERS)
def test_no_pack_differs_from_itself(payer: str) -> None:
    pack = shipped_pack(payer)

    assert differences(pack, load_pack(pack.sources.files)) == ()
