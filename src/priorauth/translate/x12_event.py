"""The patient event and its services as segments: X217 2000E and 2000F, as the request has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from priorauth.domain.reviews import (
    Admission,
    CarriedSegment,
    DatePeriod,
    Diagnosis,
    PatientEvent,
    ReviewItem,
)
from priorauth.translate.x12_services import (
    attachment_rows,
    delivery_row,
    message_row,
    reference_row,
    restore,
    service_rows,
    write_location,
)
from priorauth.translate.x12_values import DAY, write_date, write_period
from priorauth.translate.x12_writing import Row
from priorauth.x12.segments import Element


def event_rows(event: PatientEvent, traces: Sequence[Row]) -> Iterator[Row]:
    """The segments of 2000E after its HL."""
    yield from traces
    yield event_review_row(event)
    yield reference_row("BB", event.previous_authorization)
    yield reference_row("NT", event.previous_administrative)
    yield from event_date_rows(event, event.event_dates, event.admission_dates)
    yield diagnosis_row(event.diagnoses)
    yield delivery_row(event.delivery)
    yield from carried_rows(event.carried, "CRC")
    yield admission_row(event.admission)
    yield from carried_rows(event.carried, "CR1", "CR2", "CR5", "CR6")
    yield from attachment_rows(event.attachments)
    yield message_row(event.message)


def item_rows(item: ReviewItem, traces: Sequence[Row]) -> Iterator[Row]:
    """The segments of 2000F after its HL."""
    yield from traces
    yield item_review_row(item)
    yield reference_row("BB", item.previous_authorization)
    yield reference_row("NT", item.previous_administrative)
    yield service_date_row("DTP", item.service_dates)
    yield from service_rows(item.service, item.carried)
    yield delivery_row(item.delivery)
    yield from attachment_rows(item.attachments)
    yield message_row(item.message)


def event_review_row(event: PatientEvent) -> Row:
    """UM of the event."""
    accident: Element = ""
    if event.accident:
        causes = (*event.accident.causes[:3], *[""] * (3 - len(event.accident.causes)))
        accident = (*causes, event.accident.state, event.accident.country)
    return "UM", (
        "UM",
        event.category,
        event.certification,
        event.service_type,
        write_location(event.location),
        accident,
        event.level_of_service,
        event.health_condition,
        event.prognosis,
        event.release,
        event.delay_reason,
    )


def item_review_row(item: ReviewItem) -> Row:
    """UM of a service, where it was sent."""
    return "UM", ("UM", item.category, item.certification or "", item.service_type, write_location(item.location))


def event_date_rows(event: PatientEvent, dates: DatePeriod | None, admission: DatePeriod | None) -> Iterator[Row]:
    """DTP of the event, in the guide's order."""
    yield day_row("439", event.accident_date)
    yield day_row("484", event.last_menstrual_period)
    yield day_row("ABC", event.estimated_birth)
    yield day_row("431", event.onset)
    yield period_row("AAH", dates)
    yield period_row("435", admission)
    yield day_row("096", event.discharge_date)


def day_row(qualifier: str, day: date | None) -> Row:
    """DTP with one day."""
    return f"DTP/{qualifier}", ("DTP", qualifier, DAY, write_date(day)) if day else ("DTP",)


def period_row(qualifier: str, period: DatePeriod | None) -> Row:
    """DTP with a day or a period."""
    return f"DTP/{qualifier}", ("DTP", qualifier, *write_period(period)) if period else ("DTP",)


def service_date_row(key: str, period: DatePeriod | None) -> Row:
    """DTP 472, which the request has alone (`DTP`) and the response among others (`DTP/472`)."""
    return key, period_row("472", period)[1]


def diagnosis_row(diagnoses: Iterable[Diagnosis], loinc_codes: Iterable[str] = ()) -> Row:
    """HI: diagnoses, then what a response asks for by LOINC."""
    written: list[Element] = [
        (one.qualifier, one.code, DAY if one.diagnosed else "", write_date(one.diagnosed)) for one in diagnoses
    ]
    return "HI", ("HI", *written, *[("LOI", code) for code in loinc_codes])


def admission_row(admission: Admission | None) -> Row:
    """CL1."""
    if admission is None:
        return "CL1", ("CL1",)
    own = (admission.type, admission.source, admission.patient_status, admission.nursing_home_status)
    return "CL1", ("CL1", *own)


def carried_rows(carried: Iterable[CarriedSegment], *segment_ids: str) -> Iterator[Row]:
    """Carried segments of the event with these ids, keyed as the guide keys them."""
    for segment in carried:
        kind = segment.elements[0]
        if segment.loop == "2000E" and kind in segment_ids:
            yield (f"CRC/{segment.elements[1]}" if kind == "CRC" else kind), restore(segment)


def carried_loops(carried: Iterable[CarriedSegment], loop: str) -> list[list[Row]]:
    """The repetitions of a carried loop."""
    groups: dict[int, list[Row]] = {}
    for segment in carried:
        if segment.loop == loop:
            groups.setdefault(segment.group, []).append((segment.elements[0], restore(segment)))
    return [groups[group] for group in sorted(groups)]
