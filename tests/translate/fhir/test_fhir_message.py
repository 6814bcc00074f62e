"""A PAS Bundle as a message of the gateway: refused, rejected or reviewed, and answered in its own format."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from crosswalk_tables import CROSSWALKS
from fhir_bundles import BASE, NOON, SAMPLES, bundle, decoded, sample
from finding_table import TABLE
from priorauth.domain.determinations import CertificationAction, Determination, ItemDecision, Reply
from priorauth.domain.exchange import Answer, InboundMessage, LegIdentity, ResponseIdentity
from priorauth.domain.findings import Finding, FindingCode, Position, Severity, SnipType
from priorauth.domain.parties import DestinationId, PartnerId, PayerId, TradingPartner
from priorauth.domain.reviews import Format, Leg, LegId, ReviewId
from priorauth.fhir.bundles import Bundle, FhirSyntaxError, read_resource, write_resource
from priorauth.fhir.elements import Value
from priorauth.translate.fhir_legs import PasLegCodec, is_resource
from priorauth.translate.fhir_message import PAYER_UNKNOWN, PasCodec, PasMessage
from priorauth.translate.fhir_reading import child, children, text
from priorauth.translate.fhir_response import ResponseOptions, reply_to_fhir

OURS = {"BCBSMA", "BCBSM", "ALLWAYS"}
OUTCOME = b'{"resourceType":"OperationOutcome"}'
IDENTITY = ResponseIdentity(control_number=1, made_at=NOON)
BROKEN = Finding(
    code=FindingCode.DETERMINATION_UNREADABLE,
    severity=Severity.ERROR,
    snip=SnipType.SYNTAX,
    at=Position(path="Bundle.entry[0]"),
)


def body(name: str) -> bytes:
    return next(path for path in SAMPLES if path.stem == name).read_bytes()


def changed(name: str, change: Any) -> bytes:
    """A sample after `change` was called with it."""
    root = json.loads(body(name))
    change(root)
    return json.dumps(root).encode()


def decode(
    data: bytes, findings: Sequence[Finding] = (), severities: Mapping[str, Severity] | None = None
) -> PasMessage:
    """The message, where the checker finds what is given, of a partner with whom those severities are agreed."""
    sandbox = PartnerId("sandbox")
    codec = PasCodec(
        version=Format.PAS_2_2_1,
        base=BASE,
        findings=TABLE,
        crosswalks=CROSSWALKS,
        payer_of=lambda identifier: PayerId(identifier) if identifier in OURS else None,
        check=lambda _: findings,
        read=lambda body: Bundle(read_resource(body)),
        outcome=lambda _: OUTCOME,
        partners={sandbox: TradingPartner(id=sandbox, name="", severities=severities or {})},
    )
    message = InboundMessage(format="pas", partner=sandbox, body=data, received_at=NOON)
    return codec.decode(message, lambda: ReviewId("rev-1"))


def test_a_request_is_one_part_with_its_review() -> None:
    message = decode(body("imaging-mri"))

    (part,) = message.parts
    assert part.review is not None
    assert part.review.payer == "ALLWAYS"
    assert part.rejections == ()
    assert not message.refused


def test_a_request_is_answered_with_a_response_bundle() -> None:
    message = decode(body("imaging-mri"))
    review = message.parts[0].review
    assert review is not None
    decision = ItemDecision(sequence=1, action=CertificationAction.CERTIFIED_IN_TOTAL)
    reply = Reply(review_id=review.id, number=1, made_at=NOON, items=(decision,))

    found = Bundle(read_resource(message.respond({1: (review, reply)}, IDENTITY)))

    assert found.entries[0].resource_type == "ClaimResponse"
    assert found.root.element["identifier"] == message.bundle.root.element["identifier"]


def test_what_the_checker_refuses_is_no_request_and_is_answered_with_an_outcome() -> None:
    message = decode(body("imaging-mri"), [BROKEN])

    assert message.refused
    assert message.parts == ()
    assert message.respond({}, IDENTITY) == OUTCOME


def test_what_the_checker_only_warns_of_is_a_request() -> None:
    warned = BROKEN.with_severity(Severity.WARNING)

    message = decode(body("imaging-mri"), [warned])

    assert not message.refused
    assert warned in message.findings


@pytest.mark.parametrize("agreed", ["DETERMINATION-UNREADABLE", "SNIP 1"])
def test_what_a_partner_file_makes_a_warning_does_not_refuse(agreed: str) -> None:
    message = decode(body("imaging-mri"), [BROKEN], {agreed: Severity.WARNING})

    assert [each.severity for each in message.findings] == [Severity.WARNING]
    assert len(message.parts) == 1


def test_what_a_partner_file_makes_an_error_refuses() -> None:
    message = decode(body("imaging-mri"), [BROKEN.with_severity(Severity.WARNING)], {BROKEN.code: Severity.ERROR})

    assert message.refused


def test_what_is_fatal_stays_so_whatever_a_partner_file_says() -> None:
    message = decode(body("imaging-mri"), [BROKEN.with_severity(Severity.FATAL)], {BROKEN.code: Severity.WARNING})

    assert message.refused


def test_a_payer_that_is_not_ours_is_a_rejection() -> None:
    def other(root: Any) -> None:
        for each in root["entry"]:
            for identifier in each["resource"].get("identifier", []):
                if identifier["system"] == "urn:priorauth:payer":
                    identifier["value"] = "SOMEONE"

    (part,) = decode(changed("imaging-mri", other)).parts

    assert part.rejections == (PAYER_UNKNOWN,)


@pytest.mark.parametrize("system", ["urn:priorauth:payer", "https://payer.example/ids"])
def test_a_payer_is_known_by_the_system_or_by_the_type_of_its_identifier(system: str) -> None:
    def named(root: Any) -> None:
        for each in root["entry"]:
            for identifier in each["resource"].get("identifier", []):
                if identifier["system"] == "urn:priorauth:payer":
                    identifier["system"] = system
                    if system == "urn:priorauth:payer":
                        del identifier["type"]

    (part,) = decode(changed("imaging-mri", named)).parts

    assert part.review is not None
    assert part.review.payer == "ALLWAYS"


def test_a_bad_npi_is_the_same_rule_as_in_a_278_and_a_rejection() -> None:
    def bad(root: Any) -> None:
        for each in root["entry"]:
            for identifier in each["resource"].get("identifier", []):
                if identifier["value"] == "1200000036":
                    identifier["value"] = "1200000037"

    message = decode(changed("imaging-mri", bad))

    rejections = message.parts[0].rejections
    assert {(each.level.value, each.reason, each.finding) for each in rejections} >= {("2010B", "43", "NPI-INVALID")}
    assert FindingCode.NPI_INVALID in [finding.code for finding in message.findings]

    lenient = decode(changed("imaging-mri", bad), severities={FindingCode.NPI_INVALID: Severity.WARNING})

    assert lenient.parts[0].rejections == ()
    assert {each.severity for each in lenient.findings} == {Severity.WARNING}


def test_dates_diagnoses_and_procedures_that_cannot_be_are_rejections_of_their_level() -> None:
    def bad(root: Any) -> None:
        claim = root["entry"][0]["resource"]
        claim["diagnosis"][0]["diagnosisCodeableConcept"]["coding"][0]["code"] = "NOT A CODE"
        claim["item"][0]["productOrService"]["coding"][0]["code"] = "7"
        claim["item"][0].pop("servicedDate", None)
        claim["item"][0]["servicedPeriod"] = {"start": "2026-12-02", "end": "2026-12-01"}

    rejections = decode(changed("imaging-mri", bad)).parts[0].rejections

    assert [(each.finding, each.level.value, each.sequence) for each in rejections] == [
        ("DIAGNOSIS-SHAPE", "2000E", None),
        ("DATE-RANGE", "2000F", 1),
        ("PROCEDURE-SHAPE", "2000F", 1),
    ]


def test_an_admission_without_its_codes_is_a_rejection() -> None:
    def bare(root: Any) -> None:
        claim = root["entry"][0]["resource"]
        claim["extension"] = [each for each in claim["extension"] if not each["url"].endswith("Claim.encounter")]

    rejections = decode(changed("nicu-admission", bare)).parts[0].rejections

    assert [each.finding for each in rejections] == ["X12-SITUATION-ADMISSION-CODES"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"resourceType": 3}'], ids=["empty", "cut", "list", "untyped"])
def test_bytes_without_a_resource_raise_what_says_so(data: bytes) -> None:
    with pytest.raises(FhirSyntaxError):
        decode(data)


def test_a_bundle_without_a_claim_is_refused() -> None:
    assert decode(b'{"resourceType": "Bundle"}').refused


def test_a_leg_goes_out_as_a_bundle_and_its_answer_is_found_by_our_trace() -> None:
    review = sample("imaging-mri")
    leg = Leg(id=LegId("leg-1"), review_id=review.id, number=1, destination=DestinationId("d"), sequences=(1,))
    codec = PasLegCodec(version=Format.PAS_2_2_1, crosswalks=CROSSWALKS)
    identity = LegIdentity(trace="leg-1", identifier="PA-1", control_number=1, made_at=NOON, event_id="e")

    sent = Bundle(read_resource(codec.encode(review, leg, identity)))
    decision = ItemDecision(sequence=1, action=CertificationAction.NOT_CERTIFIED, reason_codes=("0V",))
    reply = Reply(review_id=review.id, number=1, made_at=NOON, items=(decision,))
    options = ResponseOptions(version=Format.PAS_2_2_1, base="https://delegate.example/fhir")
    answer = write_resource(reply_to_fhir(sent, review, reply, crosswalks=CROSSWALKS, options=options))

    assert "leg-1" in codec.traces(answer)
    found = codec.read(Answer(destination=leg.destination, format="pas", body=answer, at=NOON), "leg-1", leg, review)
    assert isinstance(found, Determination)
    assert (found.items[0].action, found.items[0].reason_codes) == (CertificationAction.NOT_CERTIFIED, ("0V",))


def test_an_answer_nested_in_parameters_is_found_too() -> None:
    review = sample("imaging-mri")
    reply = Reply(review_id=review.id, number=1, made_at=NOON, items=())
    options = ResponseOptions(version=Format.PAS_2_2_1, base=BASE)
    response = reply_to_fhir(bundle("imaging-mri"), review, reply, crosswalks=CROSSWALKS, options=options)

    nested: dict[str, Value] = {"resourceType": "Parameters", "parameter": [{"name": "return", "resource": response}]}

    codec = PasLegCodec(version=Format.PAS_2_2_1, crosswalks=CROSSWALKS)
    assert review.event.traces[0].number in codec.traces(write_resource(nested))
    assert codec.traces(b"not json") == ()


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (b"not json", ""),
        (b'{"resourceType": "OperationOutcome"}', "Bundle.entry"),
        (b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}]}', "Bundle.entry"),
        (
            b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "ClaimResponse"}}]}',
            "Bundle.entry[0].resource.request.identifier",
        ),
    ],
    ids=["no resource", "no Bundle", "no ClaimResponse", "nothing that names the request"],
)
def test_what_keeps_an_answer_from_naming_a_leg_is_told(data: bytes, path: str) -> None:
    codec = PasLegCodec(version=Format.PAS_2_2_1, crosswalks=CROSSWALKS)

    (finding,) = codec.faults(data)

    assert codec.traces(data) == ()
    assert (finding.code, finding.at.path) == (FindingCode.DETERMINATION_UNREADABLE, path)


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b'{"resourceType": "Bundle"}', True), (b'{"leg_id": "leg-1"}', False), (b"ISA*00*", False), (b"[]", False)],
)
def test_a_resource_is_told_from_the_json_of_an_event(data: bytes, expected: bool) -> None:
    assert is_resource(data) is expected


def test_what_was_written_is_decoded_with_the_same_digits() -> None:
    claim = decoded(bundle("home-health-orders").root.element).entries[0].element

    price = child(children(claim, "item")[1], "unitPrice")

    assert (str(price["value"]), text(price, "currency")) == ("12.50", "USD")
