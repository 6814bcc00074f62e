"""What a reply says as a 278 response."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from guide_examples import example_set
from guide_examples import interchange as example_interchange
from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    DaySpan,
    InformationRequest,
    ItemDecision,
    Rejection,
    RejectionLevel,
    Reply,
)
from priorauth.domain.parties import Contact, ContactNumber, EntityKind, Identifier, Name, Provider
from priorauth.domain.reviews import Attachment, Purpose, ServiceReview
from priorauth.translate.losses import Losses, LossReason
from priorauth.translate.x12_reply import reply_to_x12
from priorauth.x12.guides.x217.request import X217_REQUEST
from replies import replies
from x12_sets import NOON, REFUSED, SAMPLES, interchange, read_review, read_sets, sample, written

REVIEWS = [
    *[read_review(read_sets(path.read_bytes(), "request")[0]) for path in SAMPLES if path.stem not in REFUSED],
    *[
        read_review(
            read_sets(example_interchange([(X217_REQUEST, example_set(X217_REQUEST, dependent=kind))]), "request")[0]
        )
        for kind in (False, True)
    ],
]
EVENT_ONLY = replace(
    sample("nicu-admission"), items=(replace(sample("reservation").items[0], stands_for_event=True, service=None),)
)
A1, A3, A4, A6 = (CertificationAction(code) for code in ("A1", "A3", "A4", "A6"))


def decided(sequence: int, action: CertificationAction | None = A1, **said: object) -> ItemDecision:
    return ItemDecision(sequence=sequence, action=action, **said)  # type: ignore[arg-type]


def reply(*items: ItemDecision, **said: object) -> Reply:
    return Reply(review_id=sample("imaging-mri").id, number=1, made_at=NOON, items=items, **said)  # type: ignore[arg-type]


def respond(review: ServiceReview, said: Reply, losses: Losses | None = None) -> list[str]:
    return written(reply_to_x12(review, said, losses=losses))


def starting(segments: list[str], prefix: str) -> list[str]:
    return [segment for segment in segments if segment.startswith(prefix)]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_was_decided_the_response_is_one_that_the_guide_accepts(data: st.DataObject) -> None:
    review = data.draw(st.sampled_from([*REVIEWS, EVENT_ONLY]))
    said = data.draw(replies(review))

    (read,) = read_sets(interchange(reply_to_x12(review, said)), "response")

    assert read.structural_errors == []
    assert read.segments[0].split("*")[1:4] == ["0007", "11", review.transaction.identifier]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_trace_of_the_requester_comes_back_unless_the_reply_ends_above(data: st.DataObject) -> None:
    review = data.draw(st.sampled_from(REVIEWS))
    said = data.draw(replies(review))

    segments = respond(review, said)

    if starting(segments, "UM*"):
        returned = [segment.split("*")[2] for segment in starting(segments, "TRN*2*")]
        assert returned == [trace.number for trace in review.traces]


def test_a_certified_request_is_mirrored_with_its_certification_number() -> None:
    segments = respond(sample("imaging-mri"), reply(decided(1, certification_number="EV-1"), umo_contact=None))

    assert segments[0] == "BHT*0007*11*RIM-IMG-0001*20261102*170000*18"
    assert starting(segments, "HL*") == ["HL*1**20*1", "HL*2*1*21*1", "HL*3*2*22*1", "HL*4*3*EV*1", "HL*5*4*SS*0"]
    assert starting(segments, "TRN*") == ["TRN*2*RIM-IMG-0001*9RIVERSIDE", "TRN*2*RIM-IMG-0001-1*9RIVERSIDE"]
    assert starting(segments, "HCR*") == ["HCR*A1*EV-1", "HCR*A1*EV-1"]
    assert starting(segments, "NM1*IL*") == ["NM1*IL*1*TRAN*LINH****MI*MEM0000005"]
    assert starting(segments, "SV1*") == ["SV1*HC:70553**UN*1"]


def test_a_denial_carries_its_reasons_as_repetitions() -> None:
    segments = respond(sample("imaging-mri"), reply(decided(1, A3, reason_codes=("0B", "0F"), second_opinion=False)))

    assert starting(segments, "HCR*")[1] == "HCR*A3**0B^0F*N"


def test_a_pended_item_promises_more_and_its_number_is_administrative() -> None:
    segments = respond(sample("imaging-mri"), reply(decided(1, A4, certification_number="CASE-7")))

    assert segments[0].endswith("*19")
    assert starting(segments, "HCR*") == ["HCR*A4", "HCR*A4"]
    assert starting(segments, "REF*NT*") == ["REF*NT*CASE-7", "REF*NT*CASE-7"]


def test_a_line_decided_in_spans_has_an_extra_level_without_the_requesters_trace() -> None:
    review = sample("nicu-newborn-dependent")
    days = (
        DaySpan(
            start=date(2026, 10, 30), end=date(2026, 11, 1), action=A1, authorized_revenue_code="0173", days=Decimal(3)
        ),
        DaySpan(
            start=date(2026, 11, 2), end=date(2026, 11, 5), action=A6, authorized_revenue_code="0172", days=Decimal(4)
        ),
    )

    segments = respond(review, reply(decided(1, A6, certification_number="PH-9", spans=days)))

    services = segments[segments.index("HL*6*5*SS*0") :]
    assert services == [
        "HL*6*5*SS*0",
        "TRN*2*HG-NICU-0002-1*9HARBORGEN",
        "HCR*A6*PH-9",
        "DTP*472*RD8*20261030-20261101",
        "SV2*0173***DA*3",
        "HL*7*5*SS*0",
        "HCR*A6*PH-9",
        "DTP*472*RD8*20261102-20261105",
        "SV2*0172***DA*4",
    ]


def test_what_was_authorized_takes_the_place_of_what_was_asked() -> None:
    authorized = Authorized(revenue_code="0172", quantity=Decimal(5), expires=date(2026, 12, 1))

    segments = respond(sample("nicu-newborn-dependent"), reply(decided(1, A6, authorized=authorized)))

    assert starting(segments, "SV2*") == ["SV2*0172***DA*5"]
    assert starting(segments, "DTP*036") == ["DTP*036*D8*20261201"]


def test_a_denied_line_is_echoed_as_it_was_asked() -> None:
    authorized = Authorized(quantity=Decimal(0))

    segments = respond(sample("nicu-newborn-dependent"), reply(decided(1, A3, authorized=authorized)))

    assert starting(segments, "SV2*") == ["SV2*0173***DA*7"]


def test_a_rejection_of_the_requester_ends_the_reply_there() -> None:
    rejection = Rejection(level=RejectionLevel.REQUESTER, reason="43", follow_up="C")

    segments = respond(sample("bad-npi"), reply(decided(1, None), rejections=(rejection,)))

    assert starting(segments, "HL*") == ["HL*1**20*1", "HL*2*1*21*0"]
    assert segments[-1] == "AAA*N**43*C"


def test_a_rejection_of_a_service_keeps_every_level_and_trace() -> None:
    rejection = Rejection(level=RejectionLevel.SERVICE, reason="AG", follow_up="C", sequence=2)
    said = reply(decided(1), decided(2, None, rejections=(rejection,)))

    segments = respond(sample("split-imaging-and-surgery"), said)

    assert len(starting(segments, "TRN*2*")) == 3
    second = segments[segments.index("HL*6*4*SS*0") :]
    assert second[1:3] == ["TRN*2*RIM-SPLIT-0001-2*9RIVERSIDE", "AAA*N**AG*C"]
    assert starting(second, "HCR") == []


def test_a_rejection_by_one_of_two_delegates_speaks_for_its_own_item_only() -> None:
    unknown = Rejection(level=RejectionLevel.SUBSCRIBER, reason="75", follow_up="C")
    said = reply(decided(1, certification_number="AW-1"), decided(2, None, rejections=(unknown,)))
    losses = Losses()

    segments = respond(sample("split-imaging-and-surgery"), said, losses)

    assert starting(segments, "AAA*") == ["AAA*N**33*C"]
    assert "HCR*A1*AW-1" in segments
    assert LossReason.REPLACED in [loss.reason for loss in losses.found]


def test_an_invalid_provider_of_a_service_is_named_at_its_own_loop() -> None:
    rejection = Rejection(level=RejectionLevel.SERVICE_PROVIDER, reason="43", follow_up="C", sequence=1, provider=0)

    segments = respond(sample("msk-spine-and-pain"), reply(decided(1, None, rejections=(rejection,)), decided(2)))

    provider = segments.index("NM1*SJ*1*OKAFOR*ADAEZE****XX*1200000028")
    assert segments[provider + 1] == "AAA*N**43*C"


def test_a_payer_that_asks_is_answered_under_a_code_that_a_response_may_carry() -> None:
    employer = Provider(
        role="36", name=Name(kind=EntityKind.ORGANIZATION, last="MILL CO"), identifier=Identifier("XV", "99999")
    )
    person = replace(employer, role="PR", name=Name(kind=EntityKind.PERSON, last="MILLER"))
    review = sample("imaging-mri")

    as_facility = respond(replace(review, requester=employer), reply(decided(1)))
    as_provider = respond(replace(review, requester=person), reply(decided(1)))

    assert "NM1*FA*2*MILL CO*****46*99999" in as_facility
    assert "NM1*1P*1*MILLER*****46*99999" in as_provider


def test_a_request_for_information_says_what_and_to_whom() -> None:
    wanted = InformationRequest(
        attachments=(Attachment(report_type="RR", transmission="FX"),),
        loinc_codes=("18842-5",),
        contact_name=Name(kind=EntityKind.ORGANIZATION, last="CASE DESK"),
        contact=Contact(numbers=(ContactNumber("FX", "6175550199"),)),
    )

    segments = respond(sample("imaging-mri"), reply(decided(1, A4, information=wanted, message="SEND THE REPORT")))

    assert "HI*LOI:18842-5" in segments
    assert "PWK*RR*FX" in segments
    assert "MSG*SEND THE REPORT" in segments
    assert segments[segments.index("NM1*L5*2*CASE DESK") + 1] == "PER*IC**FX*6175550199"


def test_a_reservation_is_answered_as_one() -> None:
    assert respond(sample("reservation"), reply(decided(1)))[0].endswith("*RU")


def test_a_cancellation_that_was_carried_out_is_an_administrative_action() -> None:
    review = sample("cancellation")
    assert review.transaction.purpose is Purpose.CANCELLATION

    segments = respond(review, reply(decided(1, CertificationAction.CANCELLED)))

    assert segments[0].endswith("*AT")
    assert "REF*BB*TP-2026-55102" in segments


def test_what_a_response_has_no_place_for_is_a_loss() -> None:
    losses = Losses()

    respond(sample("transport"), reply(decided(1), decided(2)), losses)

    found = {(loss.position, loss.reason) for loss in losses.found}
    assert ("2000E/CR101", LossReason.NO_PLACE) in found


def test_a_message_that_is_too_long_is_cut_and_said_so() -> None:
    losses = Losses()

    segments = respond(sample("imaging-mri"), reply(decided(1), message="X" * 300), losses)

    assert starting(segments, "MSG*") == ["MSG*" + "X" * 264]
    assert ("2000E/MSG01", LossReason.TOO_LONG) in {(loss.position, loss.reason) for loss in losses.found}


def test_a_value_that_holds_a_separator_stays_a_value() -> None:
    losses = Losses()

    segments = respond(sample("imaging-mri"), reply(decided(1), message="A~HL*9*9*SS*0~"), losses)

    assert starting(segments, "MSG*") == ["MSG*A HL 9 9 SS 0"]
    assert LossReason.SEPARATOR in [loss.reason for loss in losses.found]
