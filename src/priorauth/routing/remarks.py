"""What is worth a look in a determination or a request, by the payer's documents. Pure; nothing is corrected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from priorauth.domain.determinations import CertificationAction, DaySpan, Determination, ItemDecision
from priorauth.domain.notices import Content
from priorauth.domain.remarks import Remark, RemarkCode
from priorauth.domain.reviews import ReviewItem, ServiceReview
from priorauth.domain.steps import StepKind
from priorauth.routing.adverse import is_adverse, is_cut
from priorauth.routing.determination_rules import DeterminationBook, Exclusion, Readmission
from priorauth.routing.fact import Facts

TAX_ID = "EI"
"""REF01 of an employer's identification number."""
LEFT_AGAINST_ADVICE = "07"
"""CL103: left against medical advice."""
NEXT_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beside a determination: earlier words on the same items, what people did, and the review before."""

    facts: Mapping[int, Facts]
    earlier: Sequence[Determination] = ()
    steps: frozenset[StepKind] = frozenset()
    prior: ServiceReview | None = None


def remarks_on(book: DeterminationBook, review: ServiceReview, said: Determination, known: Known) -> tuple[Remark, ...]:
    """Everything that is worth a look, each once, in the order of the items."""
    found: list[Remark] = []
    for item in said.items:
        asked = review.item(item.sequence)
        found += _of_days(item)
        found += _of_decision(book, asked, item, known)
        found += _bound(book, review, asked, said, known.prior)
        found += _again(item, known.earlier)
    found += _of_stay(book, review)
    return tuple(dict.fromkeys(found))


def _of_days(item: ItemDecision) -> Iterator[Remark]:
    """Days that do not fit the dates, and spans that do not fit each other (um-catalogue DET-BCMA-24, 25)."""
    spans = sorted(item.spans, key=lambda span: (span.start, span.end))
    if any(span.days is not None and span.days != days_of(span) for span in spans):
        yield Remark(code=RemarkCode.DAYS_DIFFER, sequence=item.sequence, rule="DET-BCMA-25")
    if any(after.start <= before.end for before, after in pairwise(spans)):
        yield Remark(code=RemarkCode.SPANS_OVERLAP, sequence=item.sequence, rule="DET-BCMA-24")
    gaps = any(after.start > before.end + NEXT_DAY for before, after in pairwise(spans))
    last = max((span.end for span in spans), default=None)
    later = last is not None and item.next_review is not None and item.next_review.day > last + NEXT_DAY
    if gaps or later:
        yield Remark(code=RemarkCode.DAYS_NOT_REVIEWED, sequence=item.sequence, rule="DET-BCMA-24")


def days_of(span: DaySpan) -> int:
    """The days of a span, the first and the last included."""
    return (span.end - span.start).days + 1


def _of_decision(book: DeterminationBook, asked: ReviewItem, item: ItemDecision, known: Known) -> Iterator[Remark]:
    flags = {flag.flag: flag.id for flag in book.said.flags}
    sequence = item.sequence
    if item.action is not CertificationAction.NOT_CERTIFIED and is_cut(item, asked):
        yield Remark(code=RemarkCode.DENIED_IN_PART, sequence=sequence, rule="DET-BCMA-22")
    if "level_of_care_required" in flags and any(is_unnamed(span) for span in item.spans):
        yield Remark(code=RemarkCode.LEVEL_OF_CARE_MISSING, sequence=sequence, rule=flags["level_of_care_required"])
    if is_substituted(item, asked):
        yield Remark(code=RemarkCode.SUBSTITUTED, sequence=sequence, rule="DET-AWH-19")
    harmless = {one.reason: one.id for one in book.said.administrative if not one.member_liable}
    for reason in item.reason_codes:
        if reason in harmless:
            yield Remark(code=RemarkCode.MEMBER_HELD_HARMLESS, sequence=sequence, rule=harmless[reason])
    certifies = item.action is not None and item.action.certifies
    if "agreement_outside_network" in flags and certifies and known.facts[sequence]["network_status"][0] == "out":
        yield Remark(code=RemarkCode.AGREEMENT_NEEDED, sequence=sequence, rule=flags["agreement_outside_network"])
    if not is_adverse(item, asked) or item.medical_necessity is False:
        return
    if "discussion_before_denial" in flags and StepKind.DISCUSSION_OFFERED not in known.steps:
        yield Remark(code=RemarkCode.DISCUSSION_NOT_OFFERED, sequence=sequence, rule=flags["discussion_before_denial"])
    if book.said.rationale is not None and missing_of(item, book.said.rationale.contents):
        yield Remark(code=RemarkCode.RATIONALE_INCOMPLETE, sequence=sequence, rule=book.said.rationale.id)


def is_unnamed(span: DaySpan) -> bool:
    """True where a span is certified, and at which level of care is not said."""
    return span.action.certifies and not span.authorized_revenue_code


def is_substituted(item: ItemDecision, asked: ReviewItem) -> bool:
    """True where another procedure was certified than the one asked for."""
    wanted = asked.service.procedure.code if asked.service and asked.service.procedure else ""
    given = item.authorized.procedure.code if item.authorized and item.authorized.procedure else ""
    certifies = item.action is not None and item.action.certifies
    return certifies and bool(wanted) and bool(given) and wanted != given


def missing_of(item: ItemDecision, contents: Sequence[Content]) -> tuple[Content, ...]:
    """What a written denial must explain and the decision does not."""
    explained = item.rationale
    return tuple(
        content for content in contents if explained is None or not getattr(explained, content.value, "").strip()
    )


def _bound(
    book: DeterminationBook, review: ServiceReview, asked: ReviewItem, said: Determination, prior: ServiceReview | None
) -> Iterator[Remark]:
    """An authorization that is bound to facility and procedure holds for no other (um-catalogue DET-AWH-08)."""
    for rule in book.said.bound:
        if prior is None or said.decided_by not in rule.delegates:
            continue
        if "facility" in rule.to and facilities_of(review) != facilities_of(prior):
            yield Remark(code=RemarkCode.FACILITY_DIFFERS, rule=rule.id, linked_to=prior.id)
        if "procedure" in rule.to and procedure_of(asked) not in {procedure_of(item) for item in prior.items}:
            yield Remark(code=RemarkCode.PROCEDURE_DIFFERS, sequence=asked.sequence, rule=rule.id, linked_to=prior.id)


def facilities_of(review: ServiceReview) -> frozenset[str]:
    """Who performs it: the facilities of the event and of its items, by NPI."""
    providers = [*review.event.providers, *(each for item in review.items for each in item.providers)]
    return frozenset(each.npi for each in providers if each.role == "FA" and each.npi)


def procedure_of(item: ReviewItem) -> str:
    return item.service.procedure.code if item.service and item.service.procedure else ""


def _again(item: ItemDecision, earlier: Sequence[Determination]) -> Iterator[Remark]:
    """A later decision stands beside the first: it is a correction, never an edit."""
    before = [one for said in earlier for one in said.items if one.sequence == item.sequence and one.is_final]
    if item.is_final and before and (before[-1].action, before[-1].spans) != (item.action, item.spans):
        yield Remark(code=RemarkCode.DECIDED_AGAIN, sequence=item.sequence)


def _of_stay(book: DeterminationBook, review: ServiceReview) -> Iterator[Remark]:
    flags = {flag.flag: flag.id for flag in book.said.flags}
    event, demographics = review.event, review.patient.demographics
    admitted = event.admission_dates.start if event.admission_dates else None
    born = demographics.birth_date if demographics else None
    if admitted and born and admitted < born:
        yield Remark(code=RemarkCode.ADMITTED_BEFORE_BIRTH, rule="DET-BCMA-26")
    if "same_day_stay" in flags and admitted and event.discharge_date == admitted:
        yield Remark(code=RemarkCode.SAME_DAY_STAY, rule=flags["same_day_stay"])


def readmission_remarks(
    book: DeterminationBook, review: ServiceReview, facts: Mapping[int, Facts], earlier: Sequence[ServiceReview]
) -> tuple[Remark, ...]:
    """Stays that this one may continue: a clinician links them, nobody else (um-catalogue DET-MOHP-08 to 11)."""
    admitted = review.event.admission_dates.start if review.event.admission_dates else None
    if admitted is None:
        return ()
    found: list[Remark] = []
    for rule in book.said.readmissions:
        for stay in earlier:
            if stay.id == review.id or not is_within(rule, stay, review, admitted):
                continue
            excluded = exclusion_of(rule, stay, facts)
            code = RemarkCode.READMISSION_EXCLUDED if excluded else RemarkCode.READMISSION_CANDIDATE
            found.append(Remark(code=code, rule=rule.id, linked_to=stay.id))
    flags = {flag.flag: flag.id for flag in book.said.flags}
    if "continues_after_transfer" in flags:
        rule_id = flags["continues_after_transfer"]
        found += [
            Remark(code=RemarkCode.CONTINUES_AFTER_TRANSFER, rule=rule_id, linked_to=stay.id)
            for stay in earlier
            if stay.id != review.id and is_transfer(stay, review, admitted)
        ]
    return tuple(dict.fromkeys(found))


def is_transfer(stay: ServiceReview, review: ServiceReview, admitted: date) -> bool:
    """True where the patient came from another facility on the day of its discharge or the next."""
    discharged = stay.event.discharge_date
    near = discharged is not None and timedelta() <= admitted - discharged <= NEXT_DAY
    return near and (facilities_of(stay) or {stay.requester.npi}) != (facilities_of(review) or {review.requester.npi})


def is_within(rule: Readmission, stay: ServiceReview, review: ServiceReview, admitted: date) -> bool:
    """True where the earlier stay ended so few days before, at the same facility where that matters."""
    discharged = stay.event.discharge_date
    if discharged is None or not timedelta() <= admitted - discharged <= timedelta(days=rule.within_days):
        return False
    return rule.same == "any" or bool(tax_ids(stay) & tax_ids(review))


def tax_ids(review: ServiceReview) -> frozenset[str]:
    """The tax identifiers of whoever asks and of the facilities."""
    providers = [review.requester, *(each for each in review.event.providers if each.role == "FA")]
    return frozenset(
        identifier.value
        for each in providers
        for identifier in (*each.supplemental, *((each.identifier,) if each.identifier else ()))
        if identifier.qualifier in (TAX_ID, "24")
    )


def exclusion_of(rule: Readmission, stay: ServiceReview, facts: Mapping[int, Facts]) -> Exclusion | None:
    """Why the two stays are never one."""
    categories = {each["service_category"][0] for each in facts.values()}
    found = {
        Exclusion.ONCOLOGY: "oncology" in categories,
        Exclusion.BEHAVIORAL: "behavioral" in categories,
        Exclusion.TRANSPLANT: "transplant" in categories,
        Exclusion.LEFT_AGAINST_ADVICE: stay.event.admission is not None
        and stay.event.admission.patient_status == LEFT_AGAINST_ADVICE,
    }
    return next((exclusion for exclusion in rule.exclusions if found[exclusion]), None)
