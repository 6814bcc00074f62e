"""The determination log of a day: one for each facility, with every decision that was made that day on its patients."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from priorauth.domain.determinations import CertificationAction, DaySpan, Determination, ItemDecision
from priorauth.domain.parties import Name, Patient, Provider
from priorauth.domain.reviews import ReviewItem
from priorauth.reports.cases import Case, Gathered
from priorauth.reports.outcomes import Bucket, basis_of, bucket_of
from priorauth.reports.setting import PayerSetting, Period

PHONE = "TE"
RECORD_NUMBERS = ("EA", "MR", "EJ")
"""REF01 and identifier types of a facility's own number of a patient, the better ones first."""
IN_LOG = {
    CertificationAction.CERTIFIED_IN_TOTAL,
    CertificationAction.CERTIFIED_PARTIALLY,
    CertificationAction.MODIFIED,
    CertificationAction.NOT_CERTIFIED,
}
WORDS = {Bucket.APPROVED: "Approve", Bucket.PARTIAL: "Approve in part", Bucket.DENIED: "Deny"}


def daily_logs(gathered: Gathered, setting: PayerSetting, period: Period, facility: str = "") -> dict[str, Any]:
    """The logs of some days, one for each day and facility that has a decision; of one, by its NPI or name."""
    found: dict[tuple[date, str], dict[str, Any]] = {}
    for case in gathered.cases:
        place = case.facility
        if facility and facility not in (place.npi, name_of(place.name)):
            continue
        for day, determination in _decided(case, setting, period):
            log = found.setdefault((day, _key(place)), _head(place, case.review.requester, setting, day))
            log["rows"].append(_row(case, determination, setting))
    for log in found.values():
        log["rows"].sort(key=lambda row: (row["patient"], row["case_number"], row["decided_at"]))
    said = setting.book.said.log
    return {
        "report": "daily-log",
        "payer": setting.payer,
        "name": setting.pack.name,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "title": said.title if said else "Daily determination log",
        "case_number_is": said.case_number if said else "Case or authorization number",
        "reconsideration": said.reconsideration if said else "",
        "disclaimer": said.disclaimer
        if said
        else "A certification is not a guarantee of payment; it is subject to eligibility on the date of service.",
        "log": {"events": gathered.events, "last": gathered.last_at.isoformat() if gathered.last_at else None},
        "facilities": [found[key] for key in sorted(found)],
    }


def _decided(case: Case, setting: PayerSetting, period: Period) -> Iterator[tuple[date, Determination]]:
    """The determinations that decide something, with their day; what is only pended is in no log."""
    for determination in case.determinations:
        day = setting.day(determination.decided_at)
        if day in period and any(item.action in IN_LOG for item in determination.items):
            yield day, determination


def _key(place: Provider) -> str:
    return f"{name_of(place.name)} {place.npi}"


def phone_of(place: Provider) -> str:
    numbers = place.contact.numbers if place.contact else ()
    return next((number.value for number in numbers if number.qualifier == PHONE), "")


def _head(place: Provider, asked: Provider, setting: PayerSetting, day: date) -> dict[str, Any]:
    said = setting.book.said.log
    return {
        "hospital": name_of(place.name),
        "npi": place.npi,
        "hospital_phone": phone_of(place) or (phone_of(asked) if asked.npi == place.npi else ""),
        "reviewer": said.reviewer if said else "",
        "reviewer_phone": said.reviewer_phone if said else "",
        "fax": said.fax if said else "",
        "day": day.isoformat(),
        "rows": [],
    }


def _row(case: Case, determination: Determination, setting: PayerSetting) -> dict[str, Any]:
    review, event, patient = case.review, case.review.event, case.review.patient
    items = [item for item in determination.items if item.action in IN_LOG]
    case_number, client_number = numbers_of(case, determination, items)
    next_review = max(filter(None, (item.next_review for item in items)), key=lambda one: one.day, default=None)
    spans = [span for item in items for span in _spans(item, review.item(item.sequence), setting)]
    born = patient.demographics.birth_date if patient.demographics else None
    admitted = event.admission_dates.start if event.admission_dates else None
    return {
        "review": review.id,
        "patient": name_of(patient.name),
        "born": _iso(born),
        "case_number": case_number,
        "record_number": record_number(patient),
        "client_number": client_number,
        "next_review": _iso(next_review.day if next_review else None),
        "next_review_notes": ", ".join(next_review.needed) if next_review else "",
        "admitted": _iso(admitted),
        "discharged": _iso(event.discharge_date),
        "decided_at": determination.decided_at.isoformat(),
        "decided_by": setting.names.get(determination.decided_by, determination.decided_by),
        "reviewer": determination.reviewer_name,
        "spans": spans,
        "remarks": remarks_on(spans, born, admitted, next_review.day if next_review else None),
    }


def _spans(item: ItemDecision, asked: ReviewItem, setting: PayerSetting) -> Iterator[dict[str, Any]]:
    """What was decided of one line: its spans of days, or the line as one of them."""
    bucket = bucket_of(item, asked)
    for span in item.spans or (_whole(item, asked),):
        requested, given = span.requested_revenue_code, span.authorized_revenue_code
        lowered = bool(given) and bool(requested) and given.zfill(4) != requested.zfill(4)
        adverse = span.action is CertificationAction.NOT_CERTIFIED
        word = Bucket.DENIED if adverse else Bucket.PARTIAL if lowered else Bucket.APPROVED
        if not item.spans:
            word = bucket
        yield {
            "item": item.sequence,
            "days": int(span.days) if span.days is not None else None,
            "from": span.start.isoformat(),
            "to": span.end.isoformat(),
            "requested": _service(requested, asked, setting),
            "decision": f"{WORDS[word]}: {basis_of(item)}",
            "approved": "" if adverse else _service(given or requested, asked, setting),
            "reasons": list(span.reason_codes or (item.reason_codes if word is not Bucket.APPROVED else ())),
        }


def _whole(item: ItemDecision, asked: ReviewItem) -> DaySpan:
    """A line without spans as one span."""
    service, given = asked.service, item.authorized
    dates = (given.service_dates if given else None) or asked.service_dates
    start = dates.start if dates else date.min
    quantity = (given.quantity if given else None) or (service.quantity if service else None)
    counts_days = service is not None and service.unit == "DA"
    end = dates.end if dates and dates.end else start
    assert item.action is not None
    return DaySpan(
        start=start,
        end=end,
        action=item.action,
        requested_revenue_code=service.revenue_code if service else "",
        authorized_revenue_code=given.revenue_code if given else "",
        days=quantity if counts_days else None,
    )


def _service(revenue_code: str, asked: ReviewItem, setting: PayerSetting) -> str:
    """A level of care by its name; another service by its code."""
    if setting.book.said.levels_of_care:
        return setting.book.level_of_care(revenue_code)
    procedure = asked.service.procedure if asked.service else None
    return procedure.code if procedure and procedure.code else revenue_code


def numbers_of(case: Case, determination: Determination, items: Sequence[ItemDecision]) -> tuple[str, str]:
    """The decider's number of the case and the payer's number, each once; empty where nobody gave one."""
    first = items[0]
    own = first.administrative_number or determination.administrative_number
    certified = first.certification_number or determination.certification_number
    event = case.review.event
    case_number = own or certified
    others = (certified, event.previous_administrative, event.previous_authorization)
    return case_number, next((number for number in others if number and number != case_number), "")


def record_number(patient: Patient) -> str:
    """The facility's own number of the patient."""
    by_kind = {each.qualifier: each.value for each in patient.supplemental}
    return next((by_kind[kind] for kind in RECORD_NUMBERS if kind in by_kind), "")


def remarks_on(
    spans: Sequence[dict[str, Any]], born: date | None, admitted: date | None, next_review: date | None
) -> list[str]:
    """What does not fit together. It is said, and never corrected (um-catalogue DET-BCMA-24 to 26)."""
    found = []
    dated = sorted((date.fromisoformat(span["from"]), date.fromisoformat(span["to"]), span["days"]) for span in spans)
    for start, end, days in dated:
        if days is not None and days != (end - start).days + 1:
            found.append(f"{start} to {end} are {(end - start).days + 1} days, and {days} are stated")
    for (_, before, _), (after, _, _) in itertools.pairwise(dated):
        if after <= before:
            found.append(f"{after} is in two spans")
        elif after > before + timedelta(days=1):
            found.append(f"{before + timedelta(days=1)} to {after - timedelta(days=1)} were not reviewed")
    if dated and next_review and next_review > dated[-1][1] + timedelta(days=1):
        found.append(
            f"{dated[-1][1] + timedelta(days=1)} to {next_review - timedelta(days=1)} were not reviewed; not denied"
        )
    if born and admitted and admitted < born:
        found.append("admitted before birth")
    return found


def name_of(name: Name) -> str:
    """A name as people write it."""
    return " ".join(filter(None, (name.prefix, name.first, name.middle, name.last, name.suffix)))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
