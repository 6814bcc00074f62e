"""The patient event and its services: X217 2000E and 2000F to `PatientEvent` and `ReviewItem`, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from priorauth.domain.reviews import (
    Accident,
    Admission,
    CarriedSegment,
    CertificationType,
    DatePeriod,
    Diagnosis,
    PatientEvent,
    ReviewItem,
)
from priorauth.translate.quick import builder
from priorauth.translate.x12_parties import PAD, read_provider
from priorauth.translate.x12_services import (
    CERTIFICATIONS,
    attachment_rows,
    carry,
    carry_service,
    delivery_row,
    message_row,
    read_attachments,
    read_delivery,
    read_location,
    read_traces,
    reference_row,
    restore,
    service_of,
    service_rows,
    write_location,
)
from priorauth.translate.x12_values import DAY, read_components, read_date, read_period, write_date, write_period
from priorauth.translate.x12_writing import Row
from priorauth.x12.segments import Element
from priorauth.x12.shape import Selection
from priorauth.x12.tree import LoopNode

_EVENT = Selection("TRN", "UM", "REF/BB", "REF/NT", "HI", "HSD", "CL1", "PWK", "MSG")
_EVENT_DATES = Selection("DTP/439", "DTP/484", "DTP/ABC", "DTP/431", "DTP/AAH", "DTP/435", "DTP/096")
_SERVICE = Selection("TRN", "UM", "REF/BB", "REF/NT", "DTP", "SV1", "SV2", "SV3", "TOO", "HSD", "PWK", "MSG")
_CARRIED = Selection("CRC/07", "CRC/08", "CRC/09", "CRC/11", "CRC/75", "CRC/76", "CRC/77", "CR1", "CR2", "CR5", "CR6")
_TRANSPORT_KEYS = ("NM1", "N3", "N4")
_OTHER_UMO_KEYS = ("NM1", "REF", "DTP")

_INITIAL = CertificationType.INITIAL
_event = builder(PatientEvent)
_item = builder(ReviewItem)
_diagnosis = builder(Diagnosis)
_admission = builder(Admission)


# Reading


def read_event(node: LoopNode, separator: str) -> PatientEvent:
    """2000E and the loops within it, services aside."""
    trn, um, previous, administrative, hi, hsd, cl1, pwk, msg = node.pick(_EVENT)
    accident, menstrual, estimated, onset, event_dates, admission_dates, discharge = node.pick(_EVENT_DATES)
    if len(um) < 11:
        um = um + PAD
    return _event(
        category=um[1],
        certification=CERTIFICATIONS.get(um[2], _INITIAL),
        service_type=um[3],
        location=read_location(um[4], separator) if um[4] else None,
        accident=_read_accident(um[5], separator) if um[5] else None,
        level_of_service=um[6],
        health_condition=um[7],
        prognosis=um[8],
        release=um[9],
        delay_reason=um[10],
        traces=read_traces(node) if trn else (),
        previous_authorization=(previous + PAD)[2] if previous else "",
        previous_administrative=(administrative + PAD)[2] if administrative else "",
        accident_date=_read_day(accident) if accident else None,
        last_menstrual_period=_read_day(menstrual) if menstrual else None,
        estimated_birth=_read_day(estimated) if estimated else None,
        onset=_read_day(onset) if onset else None,
        event_dates=_read_days(event_dates) if event_dates else None,
        admission_dates=_read_days(admission_dates) if admission_dates else None,
        discharge_date=_read_day(discharge) if discharge else None,
        diagnoses=_read_diagnoses(hi, separator) if hi else (),
        delivery=read_delivery(hsd) if hsd else None,
        admission=_read_admission(cl1 + PAD) if cl1 else None,
        attachments=read_attachments(node) if pwk else (),
        message=(msg + PAD)[1] if msg else "",
        providers=tuple([read_provider(provider) for provider in node.loops("2010EA")]),
        carried=_carry_event(node, separator),
    )


def read_item(node: LoopNode, sequence: int, separator: str) -> ReviewItem:
    """2000F and the providers within it."""
    trn, um, previous, administrative, dates, sv1, sv2, sv3, too, hsd, pwk, msg = node.pick(_SERVICE)
    if len(um) < 5:
        um = um + PAD
    service = service_of(sv1, sv2, sv3, separator)
    return _item(
        sequence=sequence,
        traces=read_traces(node) if trn else (),
        category=um[1],
        certification=CERTIFICATIONS.get(um[2]),
        service_type=um[3],
        location=read_location(um[4], separator) if um[4] else None,
        previous_authorization=(previous + PAD)[2] if previous else "",
        previous_administrative=(administrative + PAD)[2] if administrative else "",
        service_dates=_read_days(dates) if dates else None,
        service=service,
        delivery=read_delivery(hsd) if hsd else None,
        attachments=read_attachments(node) if pwk else (),
        message=(msg + PAD)[1] if msg else "",
        providers=tuple([read_provider(provider) for provider in node.loops("2010F")]),
        carried=carry_service(node, service, separator) if sv3 or too or (sv1 and sv2) else (),
    )


def _read_diagnosis(text: str, separator: str) -> Diagnosis:
    parts = text.split(separator)
    if len(parts) == 2:
        return _diagnosis(parts[0], parts[1])
    return _diagnosis(parts[0], parts[1] if len(parts) > 1 else "", read_date(parts[3]) if len(parts) > 3 else None)


def _read_diagnoses(hi: Sequence[str], separator: str) -> tuple[Diagnosis, ...]:
    return tuple([_read_diagnosis(text, separator) for text in hi[1:13] if text])


def _read_admission(cl1: Sequence[str]) -> Admission:
    return _admission(type=cl1[1], source=cl1[2], patient_status=cl1[3], nursing_home_status=cl1[4])


def _read_accident(text: str, separator: str) -> Accident:
    causes, state, country = list(read_components(text, separator)), "", ""
    if len(causes) > 3:
        state, country = causes[3], causes[4] if len(causes) > 4 else ""
        causes = causes[:3]
    while causes and not causes[-1]:
        causes.pop()
    return Accident(tuple(causes), state, country)


def _read_day(dtp: Sequence[str]) -> date | None:
    return read_date(dtp[3]) if len(dtp) > 3 else None


def _read_days(dtp: Sequence[str]) -> DatePeriod | None:
    return read_period(dtp[3]) if len(dtp) > 3 else None


def _carry_event(node: LoopNode, separator: str) -> tuple[CarriedSegment, ...]:
    """What the event says that has no field: conditions, CR segments, transport (2010EB), other UMOs (2010EC)."""
    locations, others = node.loops("2010EB"), node.loops("2010EC")
    if not locations and not others and not any(node.pick(_CARRIED)):
        return ()
    carried = [carry("2000E", 0, one, separator) for key in _CARRIED.keys for one in node.rows(key)]
    for loop, nodes, keys in (("2010EB", locations, _TRANSPORT_KEYS), ("2010EC", others, _OTHER_UMO_KEYS)):
        for group, inner in enumerate(nodes, start=1):
            carried.extend([carry(loop, group, one, separator) for key in keys for one in inner.rows(key)])
    return tuple(carried)


# Writing, as the request has it


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
