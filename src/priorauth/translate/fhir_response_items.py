"""The decision on each item as `ClaimResponse.item` and, where something else was authorized than asked, `addItem`.

PAS spec-34, 36 and 37: an item answers the submitted one by its sequence and repeats what was asked; what was
authorized otherwise stands in an added item of the same sequence. In 2.0.1 it stands in the item itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from priorauth.domain.determinations import Authorized, CertificationAction, ItemDecision
from priorauth.domain.reviews import Format, Procedure, ReviewItem, Service, ServiceKind, ServiceReview
from priorauth.fhir.elements import Element, Value
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_decisions import (
    adjudication,
    authorization_period,
    differs,
    is_as_asked,
    numbers_of,
    of_span,
)
from priorauth.translate.fhir_echo import Echo
from priorauth.translate.fhir_reading import NOTHING, child, children, counts, extensions, text
from priorauth.translate.fhir_request_items import write_quantity
from priorauth.translate.fhir_values import dotted_diagnosis, write_day, write_days, write_trace
from priorauth.translate.fhir_vocabulary import (
    ABSENT,
    ADMISSION_DATES,
    AUTHORIZED_DETAIL,
    AUTHORIZED_PROVIDER,
    CERTIFICATION_TYPE,
    COMMUNICATED_DIAGNOSIS,
    CPT,
    DISCHARGE_DATE,
    EPSDT,
    HCPCS,
    ISSUE_DATE,
    ITEM_CATEGORY,
    NURSING_LEVEL,
    NURSING_STATUS,
    PERIOD_OF_ITEM,
    PRODUCT_CODE_END,
    PROVIDER_TYPE,
    QUANTITY,
    REQUEST_TYPE,
    REQUESTED_DATE,
    REQUESTED_SERVICE,
    REVENUE,
    REVENUE_2_0_1,
    REVENUE_CODE,
    REVENUE_RATE,
    TRACE_NUMBER,
    Written,
    coded,
    compact,
    complex_extension,
    concept,
    valued,
)

_REPEATED = (
    EPSDT, NURSING_LEVEL, REVENUE_RATE,
)  # fmt: skip
"""Extensions of a submitted item that stand in `itemAuthorizedDetail` as they were sent."""
_REPEATED_IN_ADDED = (EPSDT, NURSING_STATUS, NURSING_LEVEL, REVENUE_RATE, REQUEST_TYPE, CERTIFICATION_TYPE)
"""The same for an added item; its range of codes and its order are not repeated as they are."""


@dataclass(slots=True)
class ItemAnswers:
    """Writes the answers to the items of one request; `note` keeps a text as a processNote and answers its number."""

    review: ServiceReview
    echo: Echo
    walks: Crosswalks
    version: Format
    note: Callable[[str], int]
    is_inquiry: bool = False

    @property
    def is_2_2_1(self) -> bool:
        return self.version is not Format.PAS_2_0_1

    def item(self, item: ReviewItem, decision: ItemDecision) -> Written:
        """The answer to one submitted item."""
        asked = self.echo.items.get(item.sequence, NOTHING)
        notes: list[Value] = [self.note(decision.message)] if decision.message.strip() else []
        return compact(
            {
                "extension": self._extensions(item, decision, asked),
                "itemSequence": item.sequence,
                "noteNumber": notes,
                "adjudication": [
                    adjudication(decision.action, decision, decision.reason_codes, decision.second_opinion)
                ],
            }
        )

    def added(self, item: ReviewItem, decision: ItemDecision) -> list[Written]:
        """What was authorized otherwise than asked: one item per span of days, or one for the service (spec-36)."""
        if decision.action is None:
            return []
        asked = self.echo.items.get(item.sequence, NOTHING)
        if decision.spans and not is_as_asked(decision):
            return [self._added(item, decision, asked, *of_span(item, span)) for span in decision.spans]
        authorized = decision.authorized or Authorized()
        is_modified = (
            decision.action is CertificationAction.MODIFIED
        )  # if only its dates: spec-37 wants it said here too
        if not self.is_2_2_1 or not decision.action.certifies or not (is_modified or differs(authorized, item)):
            return []
        return [self._added(item, decision, asked, authorized, CertificationAction.CERTIFIED_IN_TOTAL, ())]

    def _extensions(self, item: ReviewItem, decision: ItemDecision, asked: Element) -> list[Value]:
        authorized = decision.authorized or Authorized()
        certifies = decision.action is not None and decision.action.certifies
        return [
            *(each for each in children(asked, "extension") if each.get("url") == TRACE_NUMBER),
            *(valued(TRACE_NUMBER, "Identifier", write_trace(trace)) for trace in decision.traces),
            *([valued(ISSUE_DATE, "Date", write_day(authorized.issued))] if authorized.issued else []),
            *self._period(authorized),
            *numbers_of(item, decision),
            *_requested_date(asked),
            *(self._providers(asked) if certifies else []),
            *self._detail(decision, asked, certifies=certifies),
            *(self._stay(authorized) if certifies and self.is_2_2_1 else []),
            *(self.diagnoses(item.sequence)[: 1 if self.is_inquiry else None] if decision.information else []),
        ]

    def _period(self, authorized: Authorized) -> list[Written]:
        period = authorization_period(authorized)
        return [valued(PERIOD_OF_ITEM, "Period", period)] if period else []

    def _providers(self, asked: Element) -> list[Written]:
        """Who may do it, as extensions of an item."""
        return [
            complex_extension(AUTHORIZED_PROVIDER, [valued("provider", "Reference", who), *role])
            for who, role in self._members(asked)
        ]

    def _members(self, asked: Element) -> Iterator[tuple[Written, list[Written]]]:
        """The members of the care team that an item points to, each with its role."""
        for sequence in counts(asked, "careTeamSequence"):
            member = self.echo.member(sequence)
            if who := self.echo.practitioner(child(member, "provider")):
                role = child(member, "role")
                url = PROVIDER_TYPE if self.is_2_2_1 else "providerType"
                yield who, [valued(url, "CodeableConcept", role)] if role else []

    def _detail(self, decision: ItemDecision, asked: Element, *, certifies: bool) -> list[Written]:
        """`itemAuthorizedDetail`: in 2.2.1 what was asked, in 2.0.1 what was authorized."""
        authorized = decision.authorized
        if not certifies or not asked:
            return []
        product, quantity, revenue = child(asked, "productOrService"), child(asked, "quantity"), child(asked, "revenue")
        modifiers = children(asked, "modifier")
        if not self.is_2_2_1 and authorized:
            product = self._product(authorized.procedure) if authorized.procedure else product
            quantity = self._quantity(authorized) or quantity
            revenue = concept(REVENUE_2_0_1, authorized.revenue_code) if authorized.revenue_code else revenue
            modifiers = self._modifiers(authorized.procedure) if authorized.procedure else modifiers
        found = extensions(asked)
        price = child(asked, "unitPrice")
        parts = [
            valued("productOrServiceCode", "CodeableConcept", product) if product else None,
            dict(found[PRODUCT_CODE_END]) if PRODUCT_CODE_END in found else None,
            *(valued("modifier", "CodeableConcept", each) for each in modifiers),
            valued("unitPrice", "Money", price) if price else None,
            valued("quantity", "Quantity", quantity) if quantity else None,
            *(dict(found[url]) for url in _REPEATED if url in found),
            valued(REVENUE_CODE if self.is_2_2_1 else "revenue", "CodeableConcept", revenue) if revenue else None,
        ]
        return [complex_extension(AUTHORIZED_DETAIL, parts)]

    def _stay(self, authorized: Authorized) -> list[Written]:
        event = self.review.event
        written: list[Written] = []
        if event.admission_dates:
            written.append(
                {"url": ADMISSION_DATES, **write_days("value", authorized.service_dates or event.admission_dates)}
            )
        if event.discharge_date:
            written.append(valued(DISCHARGE_DATE, "Date", write_day(event.discharge_date)))
        return written

    def diagnoses(self, sequence: int) -> list[Written]:
        """The diagnoses that a question about an item is about: those that it points to, else the first (0: that)."""
        asked = self.echo.items.get(sequence, NOTHING)
        diagnoses = self.review.event.diagnoses
        pointed = counts(asked, "diagnosisSequence") or [1]
        claimed = children(self.echo.claim.element, "diagnosis")
        found = [child(each, "diagnosisCodeableConcept") for each in claimed if each.get("sequence") in pointed] or [
            self._diagnosis(each.qualifier, each.code) for each in diagnoses[:1]
        ]
        return [valued(COMMUNICATED_DIAGNOSIS, "CodeableConcept", each) for each in found]

    def _diagnosis(self, qualifier: str, code: str) -> Written:
        system = self.walks.diagnosis.fhir(qualifier).rpartition("|")[0]
        return concept(system, dotted_diagnosis(system, code))

    def _added(
        self,
        item: ReviewItem,
        decision: ItemDecision,
        asked: Element,
        authorized: Authorized,
        action: CertificationAction,
        reasons: Sequence[str],
    ) -> Written:
        procedure = authorized.procedure
        service = item.service or Service(kind=ServiceKind.PROFESSIONAL)
        revenue = authorized.revenue_code or service.revenue_code
        quantity = self._quantity(authorized, service)
        certifies = self.is_2_2_1 and action.certifies
        members = list(self._members(asked)) if certifies else []
        about = self._added_extensions(item, decision, asked, authorized, revenue) if self.is_2_2_1 else []
        return compact(
            {
                "extension": [*about, *(self._stay(authorized) if certifies else [])],
                "itemSequence": [item.sequence],
                "provider": [{"extension": role, **who} for who, role in members],
                "productOrService": self._added_product(procedure, asked, revenue),
                "modifier": self._modifiers(procedure) if procedure else children(asked, "modifier"),
                **write_days("serviced", authorized.service_dates or item.service_dates),
                "locationCodeableConcept": child(asked, "locationCodeableConcept"),
                "quantity": quantity,
                "unitPrice": child(asked, "unitPrice"),
                "adjudication": [adjudication(action, decision, reasons, None)],
            }
        )

    def _added_extensions(
        self, item: ReviewItem, decision: ItemDecision, asked: Element, authorized: Authorized, revenue: str
    ) -> list[Value]:
        """What only an extension can say of an added item; 2.0.1 has none for it."""
        found = extensions(asked)
        category = child(asked, "category")
        return [
            *(each for each in children(asked, "extension") if each.get("url") == TRACE_NUMBER),
            *([valued(ISSUE_DATE, "Date", write_day(authorized.issued))] if authorized.issued else []),
            *self._period(authorized),
            *numbers_of(item, decision),
            *self._range_end(authorized.procedure, found),
            *([coded(REVENUE_CODE, REVENUE, revenue)] if revenue else []),
            *([valued(ITEM_CATEGORY, "CodeableConcept", category)] if "coding" in category else []),
            *(found[url] for url in _REPEATED_IN_ADDED if url in found),
            *self._order(found),
        ]

    def _range_end(self, procedure: Procedure | None, found: dict[str, Element]) -> list[Written]:
        """The end of the range of codes that was authorized, or else asked for."""
        if procedure and procedure.code.strip():
            last = replace(procedure, code=procedure.last)
            return [valued(PRODUCT_CODE_END, "CodeableConcept", self._product(last))] if procedure.last else []
        return [dict(found[PRODUCT_CODE_END])] if PRODUCT_CODE_END in found else []

    def _order(self, found: dict[str, Element]) -> list[Written]:
        """The order that the item is of, which is returned as well."""
        order = self.echo.refer(child(found.get(REQUESTED_SERVICE, NOTHING), "valueReference"))
        return [valued(REQUESTED_SERVICE, "Reference", order)] if order else []

    def _added_product(self, procedure: Procedure | None, asked: Element, revenue: str) -> Element:
        """The code of an added item; 2.0.1 has no other place for a revenue code."""
        if procedure and procedure.code.strip():
            return self._product(procedure)
        if revenue and not self.is_2_2_1:
            return concept(REVENUE_2_0_1, revenue)
        return child(asked, "productOrService") or concept(ABSENT, "not-applicable")

    def _product(self, procedure: Procedure) -> Written:
        system = self.walks.procedure.fhir(procedure.qualifier)
        if procedure.qualifier == "HC" and not procedure.code[:1].isdigit():
            system = HCPCS
        return concept(system, procedure.code)

    def _modifiers(self, procedure: Procedure) -> list[Element]:
        return [concept(CPT if each.isdigit() else HCPCS, each) for each in procedure.modifiers]

    def _quantity(self, authorized: Authorized, service: Service | None = None) -> Written | None:
        """The authorized quantity, of the service line or else of the delivery."""
        if authorized.quantity is not None:
            unit = authorized.unit or (service.unit if service else "") or "UN"
            return write_quantity(unit, authorized.quantity, self.walks)
        delivery = authorized.delivery
        if delivery and delivery.quantity_qualifier and delivery.quantity is not None and delivery.quantity.is_finite():
            return {"value": delivery.quantity, "system": QUANTITY, "code": delivery.quantity_qualifier}
        if service and service.quantity is not None:
            return write_quantity(service.unit, service.quantity, self.walks)
        return None


def _requested_date(asked: Element) -> list[Written]:
    if found := text(asked, "servicedDate"):
        return [valued(REQUESTED_DATE, "DateTime", found)]
    period = child(asked, "servicedPeriod")
    return [valued(REQUESTED_DATE, "Period", period)] if period else []
