"""An X12 interchange as a message of the gateway: its requests, and the interchange that answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from priorauth.domain.determinations import Rejection, RejectionLevel, Reply
from priorauth.domain.exchange import InboundMessage, Part, ResponseIdentity
from priorauth.domain.findings import Finding
from priorauth.domain.parties import PartnerId, PayerId, TradingPartner
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.translate.finding_rejections import rejections_of
from priorauth.translate.finding_rules import FindingTable
from priorauth.translate.lineage import Source, lineage_of
from priorauth.translate.x12_reply import reply_to_x12
from priorauth.translate.x12_review import holds_review, review_from_x12
from priorauth.x12.acknowledgments import Due, acknowledgments_due
from priorauth.x12.agreed_findings import with_severities
from priorauth.x12.envelope import read_header
from priorauth.x12.guides.control import INTERCHANGE_IDS
from priorauth.x12.implementation_acknowledgment import FUNCTIONAL_GROUP, AcknowledgmentOptions
from priorauth.x12.received_acknowledgments import read_acknowledgments
from priorauth.x12.segments import Delimiters
from priorauth.x12.ta1 import ta1_segment
from priorauth.x12.validation import GroupResult, InterchangeResult, SetResult, Tolerances, validate_interchange
from priorauth.x12.verdicts import InterchangeVerdict, Verdict, judge
from priorauth.x12.writing import (
    DEFAULT_DELIMITERS,
    Address,
    OutboundGroup,
    OutboundInterchange,
    OutboundSet,
    write_interchange,
)

DUPLICATE = InterchangeVerdict(verdict=Verdict.REJECTED, note="025", groups=())
PAYER_UNKNOWN = Rejection(level=RejectionLevel.UMO, reason="79", follow_up="N")
QUALIFIERS = frozenset(INTERCHANGE_IDS.split())
NOBODY = "UNKNOWN"
LONGEST_ID = 15
USABLE = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
"""What we write delimiters with: punctuation. A sender's line breaks and control characters are not repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class X12Codec:
    """Reads interchanges by the finding table, our payers and what each partner may do. Satisfies `ports.Codec`."""

    findings: FindingTable
    payer_of: Callable[[str], PayerId | None]
    partners: Mapping[PartnerId, TradingPartner]

    def decode(self, message: InboundMessage, new_id: Callable[[], ReviewId]) -> X12Message:
        """The interchange with its requests. Raises `X12SyntaxError` where no ISA13 can be read, and nothing else."""
        partner = self.partners[message.partner]
        result = validate_interchange(message.body, Tolerances(chained_services=partner.tolerates_chained_services))
        result = with_severities(result, partner.severities)
        verdict = judge(result, self.findings.acknowledgments)
        parts = tuple(self._parts(message, result, verdict, new_id))
        return X12Message(result=result, verdict=verdict, parts=parts, table=self.findings, partner=partner)

    def sender_of(self, body: bytes) -> Address:
        """Who an interchange says that it is from. Raises `X12SyntaxError` where no ISA13 can be read."""
        isa = read_header(body)
        return Address(qualifier=isa[5].strip(), id=isa[6].strip(), group_id="")

    def lineage(self, body: bytes, number: int) -> Mapping[str, Source]:
        """The source of every field of the review that a message's transaction set `number` was read into."""
        groups = filter(is_answered, validate_interchange(body).groups)
        sets = [each for group in groups for each in group.sets]
        tree = sets[number - 1].tree
        return lineage_of(tree, sets[number - 1].delimiters.component) if tree else {}

    def _parts(
        self,
        message: InboundMessage,
        result: InterchangeResult,
        verdict: InterchangeVerdict,
        new_id: Callable[[], ReviewId],
    ) -> Iterator[Part]:
        if not verdict.verdict.accepts:
            return
        number = 0
        for place, (group, judged) in enumerate(zip(result.groups, verdict.groups, strict=True), start=1):
            if not is_answered(group):
                continue
            for each, accepted in zip(group.sets, judged.accepted, strict=True):
                number += 1
                review = self._review(message, each, new_id) if accepted else None
                yield Part(
                    number=number,
                    group_number=place,
                    control_number=each.transaction.header[2],
                    identifier=review.transaction.identifier if review else "",
                    review=review,
                    rejections=self._rejections(each, review) if review else (),
                )

    def _review(self, message: InboundMessage, each: SetResult, new_id: Callable[[], ReviewId]) -> ServiceReview | None:
        """The review that an accepted set asks for; None for a set that is no request."""
        if each.tree is None or each.guide is None or each.guide.guide.direction != "request":
            return None
        if not holds_review(each.tree):
            return None
        return review_from_x12(
            each.tree,
            component=each.delimiters.component,
            review_id=new_id(),
            partner=message.partner,
            payer_of=self.payer_of,
            received_at=message.received_at,
        )

    def _rejections(self, each: SetResult, review: ServiceReview) -> tuple[Rejection, ...]:
        found = rejections_of(each, self.findings) if each.findings else ()
        return found if review.payer else (PAYER_UNKNOWN, *found)


@dataclass(frozen=True, slots=True, kw_only=True)
class X12Message:
    """A received interchange. Satisfies `ports.Decoded`."""

    result: InterchangeResult
    verdict: InterchangeVerdict
    parts: tuple[Part, ...]
    table: FindingTable
    partner: TradingPartner

    @property
    def control_number(self) -> str:
        """ISA13 with the sender's id: numbers are each sender's own."""
        isa = self.result.interchange.header
        return f"{isa[5].strip()}:{isa[6].strip()}:{isa[13].strip()}"

    @property
    def group_senders(self) -> frozenset[str]:
        """The senders that its functional groups name (GS02). A group without one is refused for that."""
        groups = self.result.interchange.groups
        return frozenset(group.header[2].strip() for group in groups if group.header[2:3]) - {""}

    @property
    def refused(self) -> bool:
        return not self.verdict.verdict.accepts

    @property
    def findings(self) -> tuple[Finding, ...]:
        groups = self.result.groups
        sets = (finding for group in groups for each in group.sets for finding in each.findings)
        return (*self.result.findings, *(finding for group in groups for finding in group.findings), *sets)

    @property
    def acknowledges(self) -> tuple[str, ...]:
        """The numbers of ours that its TA1s and 999s name, without leading zeros."""
        received = read_acknowledgments(self.result.interchange)
        return tuple(dict.fromkeys(each.control_number.lstrip("0") for each in received))

    def respond(
        self,
        answers: Mapping[int, tuple[ServiceReview, Reply]],
        identity: ResponseIdentity,
        *,
        acknowledge: bool = True,
        duplicate: bool = False,
    ) -> bytes:
        """The interchange that answers this one: TA1, the 999s of refused groups, the 278 responses in their order.

        Something always goes back: a TA1 where there is nothing else to say.
        """
        verdict = DUPLICATE if duplicate else self.verdict
        due = self._acknowledgments_due(verdict, identity) if acknowledge else Due()
        groups = due.group(identity.control_number + 1)  # unlike the number of the responses beside it
        if answers:
            groups = (*groups, response_group(answers, identity))
        isa = self.result.interchange.header
        return write_interchange(
            OutboundInterchange(
                sender=self._address(7, 3),
                receiver=self._address(5, 2),
                control_number=identity.control_number,
                made_at=identity.made_at,
                is_test=isa[15:16] == ("T",),
                acknowledgments=due.ta1 or (() if groups else (ta1_segment(isa, verdict, identity.made_at),)),
                groups=groups,
            ),
            usable(self.result.interchange.delimiters),
        )

    def _acknowledgments_due(self, verdict: InterchangeVerdict, identity: ResponseIdentity) -> Due:
        options = AcknowledgmentOptions(copies_bad_values=self.partner.echoes_bad_data)
        codes = self.table.acknowledgments
        return acknowledgments_due(self.result, verdict, codes, identity.made_at, options, real_time=True)

    def _address(self, isa: int, gs: int) -> Address:
        """Who stands at these elements of the ISA (qualifier, then id) and of the first GS."""
        header = self.result.interchange.header
        groups = self.result.groups
        id = address(header[isa + 1], NOBODY, shortest=1)
        return Address(
            qualifier=header[isa] if header[isa] in QUALIFIERS else "ZZ",
            id=id,
            group_id=address(groups[0].group.header[gs] if groups else "", address(id, NOBODY)),
        )


def address(value: str, instead: str, *, shortest: int = 2) -> str:
    """An id as an envelope may repeat it: its length fits, each character is one byte, some are not punctuation."""
    value = value.strip()
    fits = shortest <= len(value) <= LONGEST_ID and value.isascii() and value.isprintable()
    return value if fits and any(character.isalnum() for character in value) else instead


def response_group(answers: Mapping[int, tuple[ServiceReview, Reply]], identity: ResponseIdentity) -> OutboundGroup:
    """The 278 responses to these requests in their order."""
    return OutboundGroup(
        functional="HI",
        transaction="278",
        guide="005010X217",
        control_number=identity.control_number,
        sets=[
            OutboundSet(control_number=f"{place:04d}", segments=reply_to_x12(review, reply))
            for place, (_, (review, reply)) in enumerate(sorted(answers.items(), key=lambda item: item[0]), start=1)
        ],
    )


def usable(delimiters: Delimiters) -> Delimiters:
    """The sender's own delimiters, in which none of its values can become structure; ours where they will not do."""
    given = (delimiters.element, delimiters.repetition, delimiters.component, delimiters.segment)
    return delimiters if len(set(given)) == len(given) and USABLE.issuperset(given) else DEFAULT_DELIMITERS


def is_answered(group: GroupResult) -> bool:
    """True for a group of requests; an acknowledgment is never acknowledged."""
    return group.group.header[1] != FUNCTIONAL_GROUP
