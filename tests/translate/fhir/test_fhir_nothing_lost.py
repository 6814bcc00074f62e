"""What a 278 and its Bundle can both say crosses without a loss, and what only looks alike is still named as one."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from crosswalk_tables import CROSSWALKS
from fhir_bundles import bundle, decoded, read
from priorauth.adapters.fhir_profiles import load_checker
from priorauth.domain.carried import CarriedSegment
from priorauth.domain.parties import EntityKind, Identifier, Name, Provider, Specialty
from priorauth.domain.reviews import (
    CertificationType,
    Diagnosis,
    FacilityLocation,
    Format,
    Procedure,
    ReviewItem,
    Service,
    ServiceKind,
    ServiceReview,
)
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.fhir.profiles import BundleProfile
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.losses import Losses
from priorauth.translate.x12_review import review_to_x12
from x12_sets import sample as x12_sample
from x12_sets import written

EVENT = FacilityLocation("22", "B")
VERSIONS = ("2.2.1", "2.0.1")


def there_and_back(review: ServiceReview) -> tuple[ServiceReview, list[str]]:
    """The review by way of FHIR, and the positions of what was lost on either way."""
    losses = Losses()
    back = read(decoded(review_to_fhir(review, crosswalks=CROSSWALKS, losses=losses)), losses=losses)
    return back, [loss.position for loss in losses.found]


def imaging(**event: Any) -> ServiceReview:
    review = x12_sample("imaging-mri")
    event = {"service_type": "62", "location": EVENT, **event}
    return replace(review, event=replace(review.event, **event))


@pytest.mark.parametrize(
    ("created", "is_lost"),
    [("202611021405", False), ("20261102140559", False), ("20261102140500", True), ("2026110214055912", True)],
)
def test_a_time_of_day_is_lost_only_where_it_does_not_come_back(created: str, is_lost: bool) -> None:
    review = x12_sample("imaging-mri")
    review = replace(review, transaction=replace(review.transaction, created=created))

    back, lost = there_and_back(review)

    assert ("header/BHT05" in lost) is is_lost
    assert (back.transaction.created != created) is is_lost


@pytest.mark.parametrize(
    ("certification", "elements", "is_lost"),
    [
        ("I", ("CR6", "2", "20261110", "", "", "", "", "W", "I"), False),
        ("4", ("CR6", "2", "20261110", "", "", "", "", "W", "4"), False),
        ("4", ("CR6", "2", "20261110", "", "", "", "", "W", "I"), True),
        ("I", ("CR6", "2", "20261110", "RD8", "20261110-20270108", "", "", "W", "I"), True),
    ],
)
def test_home_health_is_lost_only_beyond_its_prognosis_and_start(
    certification: str, elements: tuple[str, ...], is_lost: bool
) -> None:
    carried = (CarriedSegment("2000E", 0, elements),)
    review = imaging(carried=carried, certification=CertificationType(certification))
    review = replace(review, items=tuple(replace(each, certification=None, category="") for each in review.items))

    back, lost = there_and_back(review)

    assert ("2000E/CR6" in lost) is is_lost
    assert (back.event.carried != carried) is is_lost


@pytest.mark.parametrize("kind", ["1", "2"])
@pytest.mark.parametrize(("role", "part", "is_lost"), [("SJ", "PE", False), ("SJ", "AT", True), ("1T", "PE", False)])
def test_the_part_of_a_provider_is_lost_where_it_does_not_follow_from_its_role(
    kind: str, role: str, part: str, is_lost: bool
) -> None:
    name = replace(x12_sample("imaging-mri").requester.name, kind=EntityKind(kind))
    provider = Provider(role=role, name=name, specialty=Specialty(part, "PXC", "207X00000X"))

    back, lost = there_and_back(imaging(providers=(provider,)))

    assert ("2010EA/PRV01" in lost) is is_lost
    assert (back.event.providers[0].specialty != provider.specialty) is is_lost


def test_the_description_of_a_procedure_crosses_both_ways() -> None:
    review = x12_sample("imaging-mri")
    service = Service(
        kind=ServiceKind.PROFESSIONAL,
        procedure=Procedure(qualifier="HC", code="22899", description="IMPLANT OF A NEW KIND"),
    )
    described = replace(review, items=(replace(review.items[0], service=service),))

    back, _ = there_and_back(described)

    assert back.items[0].service == service
    assert "SV1*HC:22899:::::IMPLANT OF A NEW KIND" in written(review_to_x12(back))


def test_a_count_of_dental_services_comes_back_without_a_unit() -> None:
    review = x12_sample("imaging-mri")
    dental = Service(kind=ServiceKind.DENTAL, procedure=Procedure(qualifier="AD", code="D7240"))
    counted = replace(review.items[0], service=replace(dental, quantity=Decimal(3)))

    back, _ = there_and_back(replace(review, items=(counted,)))

    assert back.items[0].service == counted.service


def with_item(**item: Any) -> ServiceReview:
    """The request with another first service than its event says."""
    review = imaging()
    own = {"category": "HS", "certification": CertificationType.INITIAL, "service_type": "62", "location": SURGERY}
    return replace(review, items=(replace(review.items[0], **{**own, **item}), *review.items[1:]))


def with_provider(kind: EntityKind, **provider: Any) -> ServiceReview:
    named = Name(kind=kind, last="WILLOW")
    return imaging(providers=(Provider(**{"role": "SJ", "name": named, **provider}),))


SURGERY = FacilityLocation("24", "B")
PERSON, GROUP = EntityKind.PERSON, EntityKind.ORGANIZATION
NO_TAXONOMY = replace(
    x12_sample("imaging-mri").requester, name=Name(kind=PERSON, last="WILLOW"), specialty=Specialty("PE")
)
TAX, NUMBER = Identifier("EI", "000111222"), Identifier("24", "000111222")


@pytest.mark.parametrize(
    ("review", "position"),
    [
        (with_item(location=SURGERY), "2000E/UM04"),
        (with_item(service_type="2"), "2000E/UM03"),
        (with_item(certification=CertificationType.REVISED), "2000E/UM02"),
        (with_item(category="SC"), "2000E/UM01"),
        (with_provider(GROUP, supplemental=(TAX,)), "2010EA/REF01"),
        (with_provider(PERSON, supplemental=(Identifier("SY", "000111222"),)), "2010EA/REF01"),
        (with_provider(PERSON, name=Name(kind=PERSON, last="WILLOW", middle="M")), "2010EA/NM105"),
        (with_provider(GROUP, name=Name(kind=GROUP, last="WILLOW", first="M")), "2010EA/NM104"),
        (replace(imaging(), requester=NO_TAXONOMY), "2010B/PRV"),
    ],
)
def test_what_comes_back_otherwise_is_told(review: ServiceReview, position: str) -> None:
    back, lost = there_and_back(review)

    assert position in lost
    assert written(review_to_x12(back)) != written(review_to_x12(review))


@pytest.mark.parametrize(
    "review",
    [
        with_provider(GROUP, supplemental=(Identifier("1G", "1G00001"),)),
        with_provider(GROUP, identifier=NUMBER, supplemental=(TAX,)),
        imaging(diagnoses=(Diagnosis("ABF", "M5416"), Diagnosis("ABJ", "M5126"))),
        imaging(diagnoses=(Diagnosis("APR", "M5416"), Diagnosis("ABJ", "M5126"), Diagnosis("ABF", "I10"))),
    ],
)
def test_what_comes_back_as_it_was_is_not_told(review: ServiceReview) -> None:
    review = replace(review, transaction=replace(review.transaction, created="202611021405"))

    back, lost = there_and_back(review)

    assert [position for position in lost if not position.startswith("2000F/UM")] == []
    assert (back.event.providers, back.event.diagnoses) == (review.event.providers, review.event.diagnoses)


def test_a_number_of_a_member_that_is_the_member_id_once_more_is_kept() -> None:
    review = imaging()
    twice = (Identifier("1L", review.subscriber.identifier.value),)

    back, _ = there_and_back(replace(review, subscriber=replace(review.subscriber, supplemental=twice)))

    assert back.subscriber.supplemental == twice


@pytest.mark.parametrize("said", [{"message": "CALL FIRST"}, {"previous_authorization": "AUTH1"}])
def test_a_service_that_only_says_a_message_or_a_number_stays_one(said: dict[str, str]) -> None:
    review = replace(imaging(), items=(ReviewItem(sequence=1, **said),))  # type: ignore[arg-type]

    back, _ = there_and_back(review)

    assert back.items == review.items


@pytest.mark.parametrize("name", [Name(kind=GROUP), Name(kind=PERSON), Name(kind=PERSON, first="ADA", middle="M")])
def test_who_is_known_by_number_alone_has_no_name_in_a_valid_bundle_and_none_when_it_is_read(name: Name) -> None:
    provider = Provider(role="SJ", name=name, identifier=Identifier("XX", "1990000011"))
    review = imaging(providers=(provider,))

    back, _ = there_and_back(review)

    assert back.event.providers == (provider,)
    for version in VERSIONS:
        written = decoded(review_to_fhir(review, crosswalks=CROSSWALKS, version=Format(f"pas-{version}")))
        assert [each.code for each in load_checker(version).check_bundle(written, BundleProfile.REQUEST)] == []


def test_a_dental_service_beside_others_is_none_the_worse() -> None:
    review = imaging()
    dental = Service(kind=ServiceKind.DENTAL, procedure=Procedure(qualifier="AD", code="D7240"), quantity=Decimal(1))
    mixed = replace(review, items=(review.items[0], ReviewItem(sequence=2, service=dental)))

    back, lost = there_and_back(mixed)

    assert "2000F/SV3" not in lost
    assert back.items[1].service == dental


def lost_of(change: Any) -> set[str]:
    """The positions of what is lost of a sample after `change` was called with its Claim."""
    root: Any = json.loads(write_resource(bundle("imaging-mri").root.element))
    change(root["entry"][0]["resource"])
    losses = Losses()
    read(Bundle(read_resource(json.dumps(root).encode())), losses=losses)
    return {loss.position for loss in losses.found}


def test_an_element_that_only_says_why_it_is_empty_is_no_loss() -> None:
    reason = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}

    def empty(claim: Any) -> None:
        claim["item"][0]["category"] = {"extension": [reason]}

    def spoken(claim: Any) -> None:
        claim["item"][0]["category"] = {"extension": [{"url": "http://example.org/said", "valueString": "more"}]}

    assert "Claim.item.category.extension" not in lost_of(empty)
    assert "Claim.item.category.extension" in lost_of(spoken)


@pytest.mark.parametrize(("currency", "is_lost"), [("USD", False), ("CAD", True)])
def test_only_dollars_go_without_saying(currency: str, is_lost: bool) -> None:
    def priced(claim: Any) -> None:
        claim["item"][0]["unitPrice"] = {"value": 12, "currency": currency}

    assert ("Claim.item.unitPrice.currency" in lost_of(priced)) is is_lost
