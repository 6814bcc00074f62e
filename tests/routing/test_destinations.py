"""The files of delegates and desks: complete, readable, and refused with line and column where they are wrong."""

from __future__ import annotations

import pytest

from priorauth.routing.destination_files import DestinationError, DestinationKind, load_destination
from routing_requests import MAPPINGS, PAYERS, shipped_pack

DELEGATES = {"progenyhealth", "turningpoint", "cbhnp", "evicore", "sleep-management-solutions", "optum", "cvs-caremark"}
DESKS = {"bcbsma-um", "mercyone-um", "bcbsm-um", "bcn-um", "fplic-um", "fplic-pharmacy", "allways-um"}
SHIPPED = {path.stem: load_destination(path.name, path.read_text()) for path in (MAPPINGS / "delegates").glob("*.yaml")}


def test_every_delegate_and_desk_of_the_design_has_a_file() -> None:
    kinds = {name: destination.kind for name, destination in SHIPPED.items()}

    assert kinds == dict.fromkeys(DELEGATES, DestinationKind.DELEGATE) | dict.fromkeys(DESKS, DestinationKind.DESK)


@pytest.mark.parametrize("payer", PAYERS)
def test_a_pack_sends_only_to_destinations_of_its_payer(payer: str) -> None:
    pack = shipped_pack(payer)

    assert all(pack.payer in SHIPPED[destination].payers for destination in pack.destinations)


@pytest.mark.parametrize(
    ("desk", "opens", "closes"),
    [
        pytest.param("mercyone-um", "08:00", "16:30", id="001:L158"),
        pytest.param("fplic-um", "08:00", "16:00", id="003:L112"),
    ],
)
def test_a_desk_keeps_the_hours_that_its_document_prints(desk: str, opens: str, closes: str) -> None:
    hours = SHIPPED[desk].hours

    assert hours is not None
    assert (f"{hours.opens:%H:%M}", f"{hours.closes:%H:%M}") == (opens, closes)
    assert hours.days == ("mon", "tue", "wed", "thu", "fri")


def test_cvs_caremark_may_not_deny() -> None:  # 004:L501
    assert [name for name, destination in SHIPPED.items() if not destination.may_deny] == ["cvs-caremark"]


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


@pytest.mark.parametrize(
    ("destination", "days", "opens", "closes"),
    [
        ("allways-um", WEEKDAYS, "08:00", "18:00"),  # 004:L447
        ("evicore", (), "08:00", "21:00"),  # 004:L198 names no days
        ("sleep-management-solutions", WEEKDAYS, "08:00", "17:00"),  # 004:L209
    ],
)
def test_the_hours_of_a_destination_are_those_of_the_document(
    destination: str, days: tuple[str, ...], opens: str, closes: str
) -> None:
    hours = SHIPPED[destination].hours

    assert hours is not None
    assert (hours.days, f"{hours.opens:%H:%M}", f"{hours.closes:%H:%M}") == (days, opens, closes)


@pytest.mark.parametrize(
    ("destination", "number"),
    [
        ("progenyhealth", "1-888-832-2006"),  # 000:L58, peer-to-peer
        ("allways-um", "617-586-1700"),  # 004:L80, what cannot be asked online
        ("mercyone-um", "1-800-240-3870"),  # 001:L60, access to the portal
    ],
)
def test_people_are_reached_by_the_number_that_the_document_prints(destination: str, number: str) -> None:
    assert number in [one.value for one in SHIPPED[destination].numbers]


def test_a_delegate_that_speaks_278_attests_who_denies() -> None:
    speaks_x12 = {name: destination.denials for name, destination in SHIPPED.items() if destination.format == "x12-278"}

    assert speaks_x12 == {"turningpoint": "physician_only"}


def test_every_way_to_take_legs_is_spoken_by_a_delegate() -> None:
    spoken = {destination.format for destination in SHIPPED.values() if destination.kind is DestinationKind.DELEGATE}

    assert spoken == {"x12-278", "pas-2.2.1", "event"}


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ("format: event", "pas-2.2.1 and pas-2.0.1 are the formats of the transport fhir_pas"),
        (
            "format: pas-2.0.1\nurl: http://sleep.example/fhir",
            "the url of a delegate that speaks pas begins with https",
        ),
    ],
    ids=["an event by $submit", "PAS without TLS"],
)
def test_a_delegate_that_speaks_pas_is_called_by_submit_over_tls(wrong: str, line: str) -> None:
    text = (MAPPINGS / "delegates" / "sleep-management-solutions.yaml").read_text()

    with pytest.raises(DestinationError, match=line):
        load_destination("sleep-management-solutions.yaml", text.replace("format: pas-2.2.1", wrong))


def test_a_fault_is_told_with_line_and_column() -> None:
    text = (MAPPINGS / "delegates" / "optum.yaml").read_text().replace("kind: delegate", "kind: friend")

    with pytest.raises(DestinationError) as caught:
        load_destination("optum.yaml", text)

    (fault,) = caught.value.faults
    assert (fault.file, fault.line, fault.column) == ("optum.yaml", 4, 1)


def test_the_id_is_the_name_of_the_file() -> None:
    text = (MAPPINGS / "delegates" / "optum.yaml").read_text()

    with pytest.raises(DestinationError, match="the id is not the name of the file"):
        load_destination("other.yaml", text)
