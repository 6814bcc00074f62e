"""What a PAS request says reaches the review, and a 278 as far as X217 can say it."""

from __future__ import annotations

import json
import tarfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crosswalk_tables import CROSSWALKS
from fhir_bundles import REQUESTS, bundle, decoded, read, sample
from left_out import material
from priorauth.domain.parties import Identifier
from priorauth.domain.reviews import CertificationType, Change, DatePeriod, FacilityLocation, Purpose, ServiceKind
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.fhir_review import changed_sequences, changes_only, claim_of
from priorauth.translate.losses import Losses, LossReason
from priorauth.translate.narrowing import narrow
from priorauth.translate.x12_review import review_to_x12
from x12_sets import interchange, read_sets, written


def request_with(name: str, change: Any) -> Bundle:
    """A sample after `change` was called with its Bundle and its Claim."""
    root: Any = json.loads(write_resource(bundle(name).root.element))
    change(root, root["entry"][0]["resource"])
    return Bundle(read_resource(json.dumps(root).encode()))


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_a_request_is_a_278_that_the_guide_accepts(path: Path) -> None:
    review = read(Bundle(read_resource(path.read_bytes())))

    segments = review_to_x12(changes_only(review))

    (read_back,) = read_sets(interchange(segments), "request")
    assert read_back.errors == []


def test_every_request_example_of_the_guide_is_a_278() -> None:
    pattern = "hl7.fhir.us.davinci-pas-*.tgz"
    for path in material("PRIORAUTH_IG_DIR", pattern, what="the request examples of the PAS packages"):
        for name, found in _examples(path):
            review = read(found)

            segments = review_to_x12(changes_only(review))

            (read_back,) = read_sets(interchange(segments), "request")
            assert read_back.structural_errors == [], name


def _examples(package: Path) -> list[tuple[str, Bundle]]:
    found: list[tuple[str, Bundle]] = []
    with tarfile.open(package) as archive:
        for member in archive:
            if "/example/Bundle-" not in member.name or "Inquiry" in member.name:
                continue
            file = archive.extractfile(member)
            assert file is not None
            decoded = Bundle(read_resource(file.read()))
            if claim_of(decoded) == 0:
                found.append((member.name, decoded))
    assert found
    return found


def test_a_nicu_stay_is_read_in_full() -> None:
    review = sample("nicu-admission")

    assert review.payer == "BCBSMA"
    assert review.transaction.purpose is Purpose.REQUEST
    assert review.transaction.created == "202611020915"
    assert review.requester.npi == "1200000010"
    assert review.requester.role == "FA"
    assert review.event.category == "AR"
    assert review.event.location == FacilityLocation("11", "A")
    assert review.event.level_of_service == "03"
    assert [diagnosis.code for diagnosis in review.event.diagnoses] == ["P0726", "P220", "P590"]
    assert review.event.diagnoses[0].qualifier == "ABK"
    assert [item.service.revenue_code for item in review.items if item.service] == ["0174", "0173", "0172"]
    assert [item.service.quantity for item in review.items if item.service] == [3, 5, 4]
    assert review.items[1].service_dates == DatePeriod(date(2026, 11, 4), date(2026, 11, 8))
    assert review.event.admission is not None
    assert review.event.admission.patient_status == "30"


def test_a_patient_who_is_not_the_subscriber_is_the_dependent() -> None:
    review = sample("nicu-newborn-dependent")

    assert review.dependent is not None
    assert review.dependent.relationship == "19"
    assert review.dependent.birth_sequence == 2
    assert review.dependent.identifier is None
    assert review.subscriber.name.last == "MARCHETTI"
    assert review.subscriber.identifier == Identifier("MI", "MEM0000002")


def test_every_kind_of_order_is_read() -> None:
    visits, infusion, nutrition = sample("home-health-orders").items

    assert visits.delivery is not None
    assert (visits.delivery.quantity_qualifier, visits.delivery.quantity) == ("VS", Decimal(24))
    assert (visits.delivery.modulus, visits.delivery.measure) == (Decimal(3), "WK")
    assert (visits.delivery.period_count, visits.delivery.period) == (8, "35")
    assert infusion.delivery is not None
    assert (infusion.delivery.frequency, infusion.delivery.pattern) == ("L", "D")
    assert infusion.service is not None
    assert infusion.service.procedure is not None
    assert infusion.service.procedure.code == "00777310502"
    assert nutrition.service is not None
    assert nutrition.service.procedure is not None
    assert nutrition.service.procedure.modifiers == ("BA",)
    assert nutrition.order.endswith("NutritionOrder/hh1-nutritionorder-1")


def test_decimals_keep_the_digits_that_were_sent() -> None:
    infusion = sample("home-health-orders").items[1]

    assert infusion.service is not None
    assert (str(infusion.service.amount), str(infusion.service.quantity)) == ("12.50", "60.0")
    assert "SV1*N4:00777310502*12.50*UN*60.0***1" in written(review_to_x12(sample("home-health-orders")))


def test_home_health_and_an_epsdt_answer_reach_the_278() -> None:
    segments = written(review_to_x12(sample("home-health-orders")))

    assert "CR6*2*20261110*****W*I" in segments
    assert "SV1*HC:G0299******1****N" in segments


def test_a_document_travels_with_its_review_verbatim() -> None:
    (item,) = sample("home-oxygen-device").items
    (attachment,) = item.attachments
    review = sample("home-oxygen-device")

    document = next(each for each in review.resources if each.url == attachment.resource)

    assert (attachment.report_type, attachment.transmission, attachment.control_number) == ("RT", "EL", "RIMCMN01")
    assert '"date":"2026-11-01T14:30:15.250-05:00"' in document.body


def test_an_update_says_what_it_changes_and_what_it_follows() -> None:
    review = sample("nicu-update")

    assert [item.change for item in review.items] == [None, Change.CANCELLED, None, Change.ADDED]
    assert review.event.certification is CertificationType.REVISED
    assert review.event.previous_authorization == "PH-2026-000417"
    assert review.prior is not None
    assert review.prior.url.endswith("Claim/nicu1-claim-1")
    assert review.prior.traces[0].number == "HG-NICU-0001"
    assert changed_sequences(review) == (2, 4)


def test_a_278_tells_of_an_update_only_what_changed() -> None:
    segments = written(review_to_x12(changes_only(sample("nicu-update"))))

    assert [segment for segment in segments if segment.startswith("UM")] == [
        "UM*AR*S*NI*11:A**03",
        "UM*HS*3*NI*11:A",
        "UM*HS*4*NI*11:A",
    ]


def test_a_first_request_is_told_whole() -> None:
    review = sample("imaging-mri")

    assert changes_only(review) is review


def test_a_cancellation_of_all_is_a_278_cancellation() -> None:
    segments = written(review_to_x12(sample("msk-cancellation")))

    assert segments[0].startswith("BHT*0007*01*")
    assert next(segment for segment in segments if segment.startswith("UM")).startswith("UM*HS*3*")
    assert "REF*BB*TP-2026-55102" in segments


def test_a_claim_without_service_stands_for_its_event() -> None:
    def empty(_: Any, claim: Any) -> None:
        claim["item"] = []

    review = read(request_with("imaging-mri", empty))

    (item,) = review.items
    assert item.stands_for_event


def test_a_zip_code_loses_its_dash() -> None:
    def zip_4(root: Any, _: Any) -> None:
        for each in root["entry"]:
            if each["resource"]["resourceType"] == "Organization" and "address" in each["resource"]:
                each["resource"]["address"][0]["postalCode"] = "02143-1234"

    review = read(request_with("imaging-mri", zip_4))

    assert review.requester.address is not None
    assert review.requester.address.postal_code == "021431234"


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ({"value": 4, "unit": "units"}, ("UN", 4, None)),
        ({"value": 30, "unit": "minutes"}, ("MJ", 30, None)),
        ({"value": 500, "unit": "international units"}, ("F2", 500, None)),
        ({"value": 6, "unit": "visits"}, ("", None, "VS")),
        ({"value": 2, "unit": "months"}, ("", None, "MN")),
        ({"value": 8, "system": "https://codesystem.x12.org/005010/673", "code": "HS"}, ("", None, "HS")),
        ({"value": 3, "unit": "days"}, ("", None, "DY")),
    ],
    ids=lambda value: str(value.get("unit", value.get("code"))) if isinstance(value, dict) else "",
)
def test_units_are_those_of_the_service_line_or_of_its_delivery(quantity: Any, expected: Any) -> None:
    def count(_: Any, claim: Any) -> None:
        claim["item"][0]["quantity"] = quantity

    item = read(request_with("imaging-mri", count)).items[0]

    assert item.service is not None
    unit, amount, qualifier = expected
    assert (item.service.unit, item.service.quantity) == (unit, amount)
    assert (item.delivery.quantity_qualifier if item.delivery else None) == qualifier


def test_a_unit_that_x12_does_not_have_is_a_loss() -> None:
    def grams(_: Any, claim: Any) -> None:
        claim["item"][0]["quantity"] = {"value": 5, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}

    losses = Losses()
    item = read(request_with("imaging-mri", grams), losses=losses).items[0]

    assert item.service is not None
    assert item.service.quantity is None
    assert [(loss.position, loss.reason) for loss in losses.found if loss.position.startswith("Claim.item")] == [
        ("Claim.item[0].quantity", LossReason.CODE_NOT_ALLOWED)
    ]


def test_of_what_repeats_too_often_the_first_are_sent_and_the_rest_is_a_loss() -> None:
    def many(_: Any, claim: Any) -> None:
        claim["diagnosis"] = [{**claim["diagnosis"][0], "sequence": at, "type": []} for at in range(1, 15)]
        member = claim["careTeam"][0]
        scope = member["extension"][0]["url"]
        claim["careTeam"] = [
            {**member, "sequence": at, "extension": [{"url": scope, "valueBoolean": True}]} for at in range(1, 17)
        ]
        claim["item"][0].pop("careTeamSequence", None)

    review = read(request_with("split-imaging-and-surgery", many))
    losses = Losses()
    segments = written(review_to_x12(review, losses=losses))

    assert (len(review.event.diagnoses), len(review.event.providers)) == (14, 16)
    (diagnoses,) = [segment for segment in segments if segment.startswith("HI*")]
    assert diagnoses.count("*") == 12
    noted = {(loss.position, loss.reason) for loss in losses.found}
    assert {("2000E/HI", LossReason.TOO_MANY), ("2010EA", LossReason.TOO_MANY)} <= noted


def test_the_principal_diagnosis_stands_first_and_pointers_follow_it() -> None:
    def second(_: Any, claim: Any) -> None:
        first = claim["diagnosis"][0]
        claim["diagnosis"] = [
            {**first, "sequence": 1, "type": []},
            {**first, "sequence": 2},
        ]
        claim["item"][0]["diagnosisSequence"] = [1]

    review = read(request_with("imaging-mri", second))

    assert [each.qualifier for each in review.event.diagnoses] == ["ABK", "ABF"]
    assert review.items[0].service is not None
    assert review.items[0].service.diagnosis_pointers == (2,)


def test_a_reference_that_leads_nowhere_leaves_a_party_unnamed() -> None:
    def dangling(_: Any, claim: Any) -> None:
        claim["provider"] = {"reference": "Organization/nowhere"}

    review = read(request_with("imaging-mri", dangling))

    assert review.requester.identifier is None
    assert review.requester.role == "1P"


def test_a_leg_takes_only_the_orders_of_its_own_items_along() -> None:
    review = sample("home-health-orders")

    types = {each.type for each in narrow(review, (1,)).resources}

    assert "ServiceRequest" in types
    assert types.isdisjoint({"MedicationRequest", "NutritionOrder"})


def test_who_serves_the_second_item_is_under_its_own_url_in_a_leg_of_that_item() -> None:
    def each_item_has_its_own(_: Any, claim: Any) -> None:
        for item, member in zip(claim["item"], claim["careTeam"], strict=True):
            member["extension"][0]["valueBoolean"] = False
            item["careTeamSequence"] = [member["sequence"]]

    whole = request_with("split-imaging-and-surgery", each_item_has_its_own)
    review = read(whole)
    leg = decoded(review_to_fhir(narrow(review, (2,)), crosswalks=CROSSWALKS))

    sent = {whole.urls[node.entry]: node.element.get("name") for node in whole.of_type("Organization")}
    told = {leg.urls[node.entry]: node.element.get("name") for node in leg.of_type("Organization")}
    assert read(leg).items[0].providers == review.items[1].providers
    assert told.items() <= sent.items()


def test_a_line_with_a_revenue_code_is_institutional() -> None:
    items = sample("nicu-admission").items

    assert {item.service.kind for item in items if item.service} == {ServiceKind.INSTITUTIONAL}
