"""A reply as a PAS response Bundle: ClaimResponse first, then what it asks for, then what it returns of the request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from priorauth.domain.determinations import CertificationAction, ItemDecision, Reply, ReviewerRole
from priorauth.domain.information import InformationTask
from priorauth.domain.reviews import Format, ReviewItem, ServiceReview
from priorauth.fhir.bundles import Bundle
from priorauth.fhir.elements import Element, Value
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_decisions import authorization_period, review_action
from priorauth.translate.fhir_echo import Echo
from priorauth.translate.fhir_errors import rejections_of, write_error
from priorauth.translate.fhir_reading import child, children, extension_text, extensions, text
from priorauth.translate.fhir_response_items import ItemAnswers
from priorauth.translate.fhir_task import Parties, asked_for, communication_request, task_to_fhir, tasks_of
from priorauth.translate.fhir_tidying import tidied
from priorauth.translate.fhir_values import write_instant, write_trace
from priorauth.translate.fhir_vocabulary import (
    ABSENT_REASON,
    AUTHORIZED_PROVIDER,
    CARE_TEAM_SCOPE,
    PAS,
    REVIEWER,
    TAXONOMY,
    TRANSMISSION,
    Written,
    coded,
    compact,
    complex_extension,
    entry,
    reference,
    valued,
)

Shared = TypeVar("Shared")

_SWAPPED = (
    ("applicationSenderCode", "applicationReceiverCode"),
    ("applicationReceiverCode", "applicationSenderCode"),
    ("interchangeSenderID", "interchangeReceiverID"),
    ("interchangeReceiverID", "interchangeSenderID"),
)
_PEOPLE = (ReviewerRole.PHYSICIAN, ReviewerRole.NURSE, ReviewerRole.PHARMACIST, ReviewerRole.ADMINISTRATIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseOptions:
    """Which version of PAS answers, at which base url, and whether to a submission or to an inquiry.

    `physicians_as` is the taxonomy code of the physicians who review, where the writer knows their specialty.
    """

    version: Format
    base: str
    is_inquiry: bool = False
    physicians_as: str = ""


def reply_to_fhir(
    request: Bundle, review: ServiceReview, reply: Reply, *, crosswalks: Crosswalks, options: ResponseOptions
) -> Written:
    """The response Bundle. `request` is the Bundle as received; of a review that came as a 278, as `review_to_fhir`."""
    answer = _Answer(request, review, reply, crosswalks, options)
    profile = "profile-pas-inquiry-response-bundle" if options.is_inquiry else "profile-pas-response-bundle"
    return compact(
        {
            "resourceType": "Bundle",
            "id": f"{review.id}-{reply.number}",
            "meta": {"profile": [PAS + profile]},
            "identifier": child(answer.echo.root, "identifier"),
            "type": "collection",
            "timestamp": write_instant(reply.made_at),
            "entry": answer.entries(),
        }
    )


def task_resource(
    request: Bundle,
    review: ServiceReview,
    reply: Reply,
    task: InformationTask,
    *,
    crosswalks: Crosswalks,
    options: ResponseOptions,
) -> Written:
    """One Task by itself, as it stands now: whom it is for is named by identifier where no server has the resource."""
    answer = _Answer(request, review, reply, crosswalks, options)
    parties = answer.parties()
    patient = answer.echo.find(parties.patient)
    if patient.url.startswith("urn:"):
        named = compact({"type": "Patient", "identifier": child(patient.element, "identifier")})
        parties = replace(parties, patient=named)
    return tidied(answer.task(task, parties))


def outcome_of(reply: Reply, version: Format) -> str:
    """`error` where nothing could be reviewed; `queued` (2.0.1) or `partial` while items wait; else `complete`."""
    actions = {decision.action for decision in reply.items}
    if any(rejections_of(reply)) and actions <= {None}:
        return "error"
    if CertificationAction.PENDED in actions:
        if version is Format.PAS_2_0_1:
            return "queued"
        return "complete" if actions == {CertificationAction.PENDED} else "partial"
    return "partial" if None in actions else "complete"


class _Answer:
    """One response while it is written."""

    def __init__(
        self, request: Bundle, review: ServiceReview, reply: Reply, walks: Crosswalks, options: ResponseOptions
    ) -> None:
        self.echo = Echo(request)
        self.review = review
        self.reply = reply
        self.walks = walks
        self.options = options
        self.version = options.version
        self.notes: list[str] = []
        self.answers = ItemAnswers(review, self.echo, walks, options.version, self._note, options.is_inquiry)

    @property
    def is_2_2_1(self) -> bool:
        return self.version is not Format.PAS_2_0_1

    def entries(self) -> list[Value]:
        """ClaimResponse, CommunicationRequests, Tasks, then the returned resources (PAS spec-30 to 33)."""
        parties = self.parties()
        asked = [] if self.options.is_inquiry else asked_for(self.reply)
        requests = [
            communication_request(each, at, self.review, parties, self.answers.diagnoses(each.sequence), self.version)
            for at, each in enumerate(asked, start=1)
        ]
        response = self._claim_response(parties, [self._url(each) for each in requests])
        needed = [] if self.options.is_inquiry else tasks_of(self.reply, self.review)
        own = [*requests, *(self.task(each, parties) for each in needed)]
        entries = [entry(self._url(each), tidied(each)) for each in (response, *own)]
        return [*entries, *self.echo.entries()]

    def parties(self) -> Parties:
        """Who asks whom about whom."""
        claim = self.echo.claim.element
        return Parties(
            patient=self.echo.refer(child(claim, "patient")) or {},
            claim=self._request(),
            insurer=self.echo.refer(child(claim, "insurer")),
            requester=self.echo.refer(child(claim, "provider")),
            recipient=self.echo.practitioner(child(claim, "provider")),
            sender=self.echo.organization(child(claim, "provider")),
            insurer_identifier=self._identifier("insurer"),
            requester_identifier=self._identifier("provider"),
        )

    def task(self, task: InformationTask, parties: Parties) -> Written:
        """One Task of what is asked for."""
        return task_to_fhir(
            task,
            self.review,
            parties,
            identifiers=self._identifiers(),
            payer_url=f"{self.options.base}/$submit-attachment",
            version=self.version,
        )

    def _url(self, resource: Element) -> str:
        return f"{self.options.base}/{text(resource, 'resourceType')}/{text(resource, 'id')}"

    def _claim_response(self, parties: Parties, asked: Iterable[str]) -> Written:
        reply, claim = self.reply, self.echo.claim.element
        profile = "profile-claiminquiryresponse" if self.options.is_inquiry else "profile-claimresponse"
        if reply.message.strip():
            self._note(reply.message)
        asked_items = [item for item in self.review.items if item.sequence in self.echo.items]
        answered = [(item, decision) for item in asked_items if (decision := self._decision(item))]
        items: list[Value] = [self.answers.item(*each) for each in answered]
        added: list[Value] = [each for pair in answered for each in self.answers.added(*pair)]
        number = self._number()
        return compact(
            {
                "resourceType": "ClaimResponse",
                "id": self.review.id,
                "meta": {"profile": [PAS + profile]},
                "extension": self._extensions(claim) if self.is_2_2_1 else [],
                "identifier": self._identifiers(),
                "status": "active",
                "type": child(claim, "type"),
                "use": "preauthorization",
                "patient": parties.patient,
                "created": write_instant(reply.made_at),
                "insurer": parties.insurer,
                "requestor": parties.requester,
                "request": parties.claim,
                "outcome": outcome_of(reply, self.version),
                "preAuthRef": number if reply.action and reply.action.certifies else "",
                "preAuthPeriod": _shared(authorization_period(each.authorized) for each in reply.items) or None,
                "item": items,
                "addItem": added,
                "adjudication": self._adjudication(number) if self.is_2_2_1 or not items else [],
                "processNote": [{"number": at, "text": note} for at, note in enumerate(self.notes, start=1)],
                "communicationRequest": [reference(url) for url in asked],
                "error": [
                    write_error(each, self.review, self.echo, self.walks, self.version) for each in rejections_of(reply)
                ],
            }
        )

    def _decision(self, item: ReviewItem) -> ItemDecision | None:
        return next((each for each in self.reply.items if each.sequence == item.sequence), None)

    def _note(self, message: str) -> int:
        """The number of the processNote that says this, the same for the same text."""
        if message not in self.notes:
            self.notes.append(message)
        return self.notes.index(message) + 1

    def _number(self) -> str:
        return self.reply.certification_number or _shared(each.certification_number for each in self.reply.items) or ""

    def _adjudication(self, number: str) -> list[Value]:
        """The event's decision (2000E HCR), which sums up its items'."""
        action = self.reply.action
        if action is None:
            return []
        reasons = _shared(each.reason_codes for each in self.reply.items) or ()
        opinion = _shared(each.second_opinion for each in self.reply.items)
        certified = "" if action is CertificationAction.PENDED else number
        return [review_action(action, certified, reasons, opinion)]

    def _identifiers(self) -> list[Value]:
        """The identifiers of the Claim as sent, and the traces that deciders assigned (TRN*2 and TRN*1)."""
        assigned: list[Value] = [write_trace(each) for each in self.reply.traces]
        return [*children(self.echo.claim.element, "identifier"), *assigned]

    def _request(self) -> Written:
        """The Claim by its identifier, and by its url where that leads to a server; it is not returned itself."""
        url = self.echo.claim.url
        identifier = child(self.echo.claim.element, "identifier")
        if self.options.is_inquiry and not self.review.url("claim"):
            return {"extension": [{"url": ABSENT_REASON, "valueCode": "unknown"}]}
        return compact({"reference": url if url.startswith("http") else "", "identifier": identifier})

    def _identifier(self, name: str) -> Element:
        """The first identifier of a party of the Claim; a practitioner's own where it is a role."""
        claim = self.echo.claim.element
        found = self.echo.find(child(claim, name))
        if found.type == "PractitionerRole":
            who = self.echo.practitioner(child(claim, name)) or {}
            found = self.echo.find(who)
        return child(found.element, "identifier")

    def _extensions(self, claim: Element) -> list[Value]:
        return [*self._transmission(claim), *self._reviewer(), *self._providers(claim)]

    def _transmission(self, claim: Element) -> list[Written]:
        """The identifiers of the envelope, sender and receiver exchanged."""
        found = extensions(claim)
        if TRANSMISSION not in found:
            return []
        sent = extensions(found[TRANSMISSION])
        parts = [valued(name, "String", value) for name, of in _SWAPPED if (value := extension_text(sent, of))]
        return [complex_extension(TRANSMISSION, parts)]

    def _reviewer(self) -> list[Written]:
        """Whether a person reviewed, where a decision says who did."""
        roles = {each.reviewer for each in self.reply.items if each.reviewer}
        if not roles:
            return []
        about = [valued("wasHumanReviewedFlag", "Boolean", any(role in _PEOPLE for role in roles))]
        if self.options.physicians_as and ReviewerRole.PHYSICIAN in roles:
            about.append(coded("reviewerSpecialty", TAXONOMY, self.options.physicians_as))
        return [complex_extension(REVIEWER, about)]

    def _providers(self, claim: Element) -> list[Written]:
        """Who may do what was certified: the care team of the whole claim (2010EA)."""
        if not (self.reply.action and self.reply.action.certifies):
            return []
        written: list[Written] = []
        for member in children(claim, "careTeam"):
            if extensions(member).get(CARE_TEAM_SCOPE, {}).get("valueBoolean") is not True:
                continue
            if who := self.echo.practitioner(child(member, "provider")):
                written.append(complex_extension(AUTHORIZED_PROVIDER, [valued("provider", "Reference", who)]))
        return written


def _shared(values: Iterable[Shared]) -> Shared | None:
    """The value, where all agree."""
    found: list[Shared] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found[0] if len(found) == 1 else None
