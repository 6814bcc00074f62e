"""A PAS request Bundle to a service review. What a review has no field for travels beside it, or is noted as a loss.

PAS states the kind of review, its place and its type of service for every item, X217 for the event and, where a service
differs, for it. So what the first item says becomes the event's, and an item keeps what it says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from priorauth.domain.carried import CarriedResource, EntryNumber
from priorauth.domain.parties import PartnerId, PayerId, Provider
from priorauth.domain.reviews import (
    CertificationType,
    FacilityLocation,
    Format,
    PatientEvent,
    PriorRequest,
    Purpose,
    ReviewId,
    ReviewItem,
    ReviewState,
    ServiceKind,
    ServiceReview,
    TransactionIdentity,
    payer_identifier,
)
from priorauth.fhir.bundles import Bundle
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_claim import (
    Member,
    care_team,
    read_accident,
    read_admission,
    read_conditions,
    read_diagnoses,
    read_encounter,
    read_home_health,
    read_level_of_service,
    read_member,
    read_prior,
    read_traces,
    read_transmission,
)
from priorauth.translate.fhir_elements import (
    NO_EXTENSION,
    NO_REFERENCE,
    Claim,
    Encounter,
    Item,
    Reference,
    by_url,
)
from priorauth.translate.fhir_information import ADMISSION, PATIENT_EVENT, InformationReader
from priorauth.translate.fhir_items import CERTIFICATIONS, ItemReader, Said
from priorauth.translate.fhir_parties import PartyReader
from priorauth.translate.fhir_reading import Resource, Resources, day
from priorauth.translate.fhir_unread import unread
from priorauth.translate.fhir_values import period_of, read_created
from priorauth.translate.fhir_vocabulary import (
    ABSENT,
    ADMINISTRATION_NUMBER,
    AUTHORIZATION_NUMBER,
    CERTIFICATION,
    CERTIFICATION_TYPE,
    CLAIM_TYPE,
)
from priorauth.translate.losses import UNHEARD, Losses, LossReason
from priorauth.translate.quick import builder, draft_of, finished

ADMISSION_REVIEW = "AR"
HEALTH_SERVICES = "HS"
_KINDS = {"institutional": ServiceKind.INSTITUTIONAL, "oral": ServiceKind.DENTAL}

# Of an enumeration these would be looked up by name each time.
_PROFESSIONAL = ServiceKind.PROFESSIONAL
_RECEIVED = ReviewState.RECEIVED
_CANCELLATION, _REQUEST = Purpose.CANCELLATION, Purpose.REQUEST
_CANCEL, _INITIAL = CertificationType.CANCEL, CertificationType.INITIAL
_NewReview = draft_of(ServiceReview)
_transaction = builder(TransactionIdentity)
_NewEvent = draft_of(PatientEvent)
_item = builder(ReviewItem)
_carried = builder(CarriedResource)


def claim_of(bundle: Bundle) -> int | None:
    """The entry of the Claim that a request Bundle makes (PAS spec-12: the first), None where there is none."""
    return bundle.types.index("Claim") if "Claim" in bundle.types else None


def review_from_fhir(
    bundle: Bundle,
    *,
    arrived_as: Format,
    review_id: ReviewId,
    partner: PartnerId,
    payer_of: Callable[[str], PayerId | None],
    received_at: datetime,
    crosswalks: Crosswalks,
    losses: Losses | None = None,
) -> ServiceReview:
    """The service review that a request Bundle says; `payer_of` knows our payers by their identifier.

    The Bundle must have a Claim (`claim_of`). A value that cannot be read is left out.
    """
    entry = claim_of(bundle)
    if entry is None:
        raise ValueError("a request Bundle has a Claim")
    reading = _Reading(bundle, entry, crosswalks, UNHEARD if losses is None else losses)
    claim = reading.claim
    event, items = reading.event_and_items()
    insurer = reading.found(claim.insurer)
    umo = reading.parties.umo(insurer)
    requester = reading.parties.requester(reading.found(claim.provider))
    subscriber, dependent = reading.parties.patients(reading.found(claim.patient), reading.coverage())
    if losses is not None:
        reading.note_unread()
    made = _NewReview()
    made.id = review_id
    made.arrived_as = arrived_as
    made.partner = partner
    made.received_at = received_at
    made.transaction = _transaction(
        purpose=_CANCELLATION if event.certification is _CANCEL else _REQUEST,
        identifier=bundle.identifier,
        created=read_created(bundle.timestamp or claim.created),
    )
    made.umo = umo
    made.requester = requester
    made.subscriber = subscriber
    made.event = event
    made.items = items
    made.dependent = dependent
    made.payer = payer_of(payer_identifier(umo))
    made.state = _RECEIVED
    made.prior = reading.prior
    made.transmission = read_transmission(reading.extensions)
    made.resources = reading.carried()
    made.urls = tuple(reading.parties.urls)
    made.numbers = reading.numbers
    return finished(made, ServiceReview)


def changed_sequences(review: ServiceReview) -> tuple[int, ...]:
    """The items that an update adds, changes or cancels; all of them where nothing is flagged (PAS spec-69 to 72)."""
    flagged = tuple(item.sequence for item in review.items if item.change is not None)
    return flagged or tuple(item.sequence for item in review.items)


def changes_only(review: ServiceReview) -> ServiceReview:
    """An update with its changed items and documents only: what a 278 tells of it. A first request stays whole."""
    if review.prior is None:
        return review
    wanted = changed_sequences(review)
    event = review.event
    if any(each.change for each in event.attachments):
        event = replace(event, attachments=tuple(each for each in event.attachments if each.change))
    return replace(review, event=event, items=tuple(item for item in review.items if item.sequence in wanted))


class _Reading:
    """One request Bundle while it is read."""

    def __init__(self, bundle: Bundle, entry: int, crosswalks: Crosswalks, losses: Losses) -> None:
        self.bundle, self.resources = bundle, Resources(bundle)
        self.source = self.resources.at(entry)
        self.claim = self.source.read_as(Claim)
        self.walks = crosswalks
        self.losses = losses
        self.parties = PartyReader(self.resources, crosswalks, losses)
        self.parties.take(self.source, "claim")
        self.extensions = by_url(self.claim.extension)
        self.prior: PriorRequest | None = read_prior(self.claim, self.source, self.resources)
        self.numbers: tuple[EntryNumber, ...] = ()

    def found(self, reference: Reference) -> Resource:
        """What a Reference of the Claim leads to."""
        return self.resources.at_reference(reference.reference, self.source)

    def coverage(self) -> Resource:
        """The coverage that the request is about: the focal one, else the first."""
        insurances = self.claim.insurance
        for each in insurances:
            if each.focal is True:
                return self.found(each.coverage)
        return self.found(insurances[0].coverage if insurances else NO_REFERENCE)

    def event_and_items(self) -> tuple[PatientEvent, tuple[ReviewItem, ...]]:
        """The patient event, and the items with what they say otherwise than it."""
        claim = self.claim
        information = InformationReader(claim, self.source, self.resources, self.losses)
        diagnoses, places = read_diagnoses(claim, self.walks)
        traces = read_traces(claim.identifier)
        team = care_team(claim)
        reader = ItemReader(
            claim=self.source,
            resources=self.resources,
            walks=self.walks,
            losses=self.losses,
            kind=_KINDS.get(claim.type.of(CLAIM_TYPE), _PROFESSIONAL),
            diagnoses=places,
            assigner=traces[0].assigner if traces else "",
        )
        said = [reader.said(item) for item in claim.item]
        shared = _shared(said, self._certification(said))
        items = tuple(
            [
                reader.item(
                    item,
                    place,
                    said[place],
                    information.item(item, place),
                    self._providers(team, item, place),
                    as_the_event=shared.is_all_of(said[place]),
                )
                for place, item in enumerate(claim.item)
            ]
        )
        source = read_encounter(self.source, self.extensions, self.resources)
        encounter = source.read_as(Encounter)
        self.parties.name(source, "encounter")
        own = information.event(claim.item)
        accident = claim.accident
        members = [member for member in team if member.is_of_claim]
        event = _NewEvent()
        event.category = shared.category
        event.certification = shared.certification
        event.service_type = shared.service_type
        event.location = shared.location
        event.accident = read_accident(accident) if accident else None
        event.level_of_service = read_level_of_service(claim, self.extensions, self.walks)
        event.traces = traces
        event.previous_authorization = self.extensions.get(AUTHORIZATION_NUMBER, NO_EXTENSION).valueString
        event.previous_administrative = self.extensions.get(ADMINISTRATION_NUMBER, NO_EXTENSION).valueString
        event.accident_date = day(accident.date) if accident else None
        event.event_dates = information.days(PATIENT_EVENT)
        event.admission_dates = information.days(ADMISSION) or period_of(encounter.period)
        event.discharge_date = information.discharge()
        event.diagnoses = diagnoses
        event.admission = read_admission(encounter) if source else None
        event.attachments = own.attachments
        event.message = own.message
        event.providers = tuple([self._member(member, f"event.providers[{at}]") for at, member in enumerate(members)])
        event.carried = (*read_conditions(claim.extension), *read_home_health(self.extensions, shared.certification))
        event.health_condition = event.prognosis = event.release = event.delay_reason = ""  # PAS has none of these
        event.last_menstrual_period = event.estimated_birth = event.onset = event.delivery = None
        if len(items) == 1 and _says_no_service(items[0], claim.item[0]):
            items = (_item(sequence=items[0].sequence, stands_for_event=True, change=items[0].change),)
        self.numbers = tuple(information.numbers)
        return finished(event, PatientEvent), items or (_item(sequence=1, stands_for_event=True),)

    def note_unread(self) -> None:
        """Note what stands in elements that nobody looks at, of the resources that are read."""
        read = [self.resources.at(entry).element for entry in sorted(self.resources.read) if entry >= 0]
        for position in dict.fromkeys(position for element in read for position in unread(element)):
            self.losses.note(position, LossReason.NO_PLACE, parked="message")

    def carried(self) -> tuple[CarriedResource, ...]:
        """The resources that no field of the review holds: orders, documents, the encounter and what they lead to."""
        return tuple(
            [
                _carried(each.type, each.url, self.bundle.written(each.entry).decode())
                for each in self.resources.unread()
            ]
        )

    def _providers(self, team: Sequence[Member], item: Item, place: int) -> tuple[Provider, ...]:
        pointed = item.careTeamSequence
        if not pointed:
            return ()
        own = [member for member in team if not member.is_of_claim and member.sequence in pointed]
        return tuple([self._member(member, f"items[{place}].providers[{at}]") for at, member in enumerate(own)])

    def _member(self, member: Member, place: str) -> Provider:
        return read_member(member.element, place, self.source, self.resources, self.parties, self.walks)

    def _certification(self, items: Sequence[Said]) -> CertificationType:
        """UM02 of the event: the Claim's own, else what the items agree on; any other update is a revision."""
        own = CERTIFICATIONS.get(
            self.extensions.get(CERTIFICATION_TYPE, NO_EXTENSION).valueCodeableConcept.of(CERTIFICATION)
        )
        if own:
            return own
        said = {item.certification for item in items if item.certification}
        if len(said) == 1 and not (self.prior and said == {_INITIAL}):
            return said.pop()
        if self.prior:
            return CertificationType.REVISED
        return next((item.certification for item in items if item.certification), _INITIAL)


@dataclass(slots=True)
class _Shared:
    """What the event says for all items."""

    category: str
    certification: CertificationType
    service_type: str
    location: FacilityLocation | None

    def is_all_of(self, said: Said) -> bool:
        """True where an item says nothing otherwise than the event."""
        return (
            said.category == self.category
            and (said.certification is None or said.certification is self.certification)
            and said.service_type == self.service_type
            and said.location == self.location
        )


def _says_no_service(item: ReviewItem, element: Item) -> bool:
    """True for an item that stands there only because a Claim must have one (PAS spec-43)."""
    said = (
        *(item.service, item.service_dates, item.delivery, item.traces, item.providers, item.attachments),
        *(item.message, item.previous_authorization, item.previous_administrative),
    )
    return not any(said) and element.productOrService.of(ABSENT) == "not-applicable"


def _shared(items: Sequence[Said], certification: CertificationType) -> _Shared:
    """An admission is the event's even where the first item is none; all else is the first item's."""
    categories = [item.category for item in items if item.category]
    category = categories[0] if categories else HEALTH_SERVICES
    first = items[0] if items else None
    return _Shared(
        ADMISSION_REVIEW if ADMISSION_REVIEW in categories else category,
        certification,
        first.service_type if first else "",
        first.location if first else None,
    )
