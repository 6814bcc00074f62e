"""Mutants that are wrong only where they are sent: after another message, by nobody's partner, about a leg."""

from __future__ import annotations

from typing import Any

from priorauth.domain.findings import FindingCode as Code
from priorauth.sandbox.mutants.bases import DETERMINATION, FHIR_RESPONSE, IMAGING, RESPONSE, SUBSCRIPTION
from priorauth.sandbox.mutants.edits import Bytes, CutOff, Edit
from priorauth.sandbox.mutants.json_edits import Append, Put, Replace, Take
from priorauth.sandbox.mutants.mutant import Door, Mutant, SoundMessage
from priorauth.sandbox.mutants.segment_edits import Element

RESPONSE_ITEM = "Bundle.entry[0].resource.item"


def _sent(
    rule: Code, changes: str, *edits: Edit, before: tuple[SoundMessage, ...] = (), partner: str = "sandbox"
) -> Mutant:
    return Mutant(rule=rule, base=IMAGING, changes=changes, edits=edits, door=Door.SEND, before=before, partner=partner)


def _subscription(rule: Code, changes: str, *edits: Edit, variant: int = 1, at: str = "") -> Mutant:
    return Mutant(
        rule=rule,
        base=SUBSCRIPTION,
        changes=changes,
        edits=edits,
        door=Door.SUBSCRIBE,
        variant=variant,
        found_at=at,
    )


def _answer(rule: Code, base: SoundMessage, changes: str, *edits: Edit, variant: int = 1, at: str = "") -> Mutant:
    return Mutant(
        rule=rule,
        base=base,
        changes=changes,
        edits=edits,
        door=Door.ANSWER,
        before=(IMAGING,),
        variant=variant,
        found_at=at,
    )


def _without_decision(item: Any) -> Any:
    return {name: value for name, value in item.items() if name != "adjudication"}


# fmt: off
EXCHANGES = (
    _sent(Code.INTERCHANGE_DUPLICATE, "another request under the control number of one that was sent before",
          Element("BHT", 3, "RIM-IMG-0002"), before=(IMAGING,)),
    _sent(Code.INTERCHANGE_PARTNER_UNKNOWN, "ISA06 names nobody, at a gateway that does not take anybody for a partner",
          Element("ISA", 6, "NOBODY".ljust(15)), partner=""),
    # Subscriptions
    _subscription(Code.PAS_SUBSCRIPTION_ENDPOINT, "the endpoint has a user name and a password",
                  Put("Subscription.channel.endpoint", "https://user:word@127.0.0.1:9443/hook")),
    _subscription(Code.PAS_SUBSCRIPTION_FILTER, "the filter is one that the topic does not have",
                  Put("Subscription._criteria.extension[0].valueString", "patient=Patient/1"),
                  at="Subscription.criteria.extension[0]"),
    _subscription(Code.PAS_SUBSCRIPTION_HEADER, "a header has no colon",
                  Put("Subscription.channel.header[0]", "Authorization Bearer example")),
    _subscription(Code.PAS_SUBSCRIPTION_HEADER, "a header is one that only the sender of a request can say",
                  Put("Subscription.channel.header[0]", "Content-Length: 1"), variant=2),
    # Answers of delegates
    _answer(Code.DETERMINATION_TRACE_UNKNOWN, DETERMINATION, "it decides an item that the leg does not have",
            Put("Determination.items[0].sequence", 99), at="$.items[0]"),
    _answer(Code.DETERMINATION_TRACE_UNKNOWN, RESPONSE, "the service returns a trace that the leg does not have",
            Element("TRN*2*RIM-IMG-0001-1", 2, "NOT-ASKED"), at="2000F/TRN"),
    _answer(Code.DETERMINATION_TRACE_UNKNOWN, FHIR_RESPONSE, "it decides an item that the leg does not have",
            Put("ClaimResponse.item[0].itemSequence", 99)),
    _answer(Code.DETERMINATION_ITEM_TWICE, DETERMINATION, "it decides one item twice",
            Append("Determination.items"), at="$.items[1]"),
    _answer(Code.DETERMINATION_ITEM_TWICE, FHIR_RESPONSE, "it decides one item twice",
            Append("ClaimResponse.item"), at=f"{RESPONSE_ITEM}[1].itemSequence"),
    _answer(Code.DETERMINATION_UNREADABLE, DETERMINATION, "the last brace is missing", CutOff(1)),
    _answer(Code.DETERMINATION_UNREADABLE, DETERMINATION, "the items are no list", Put("Determination.items", "1"),
            variant=2, at="$.items"),
    _answer(Code.DETERMINATION_UNREADABLE, RESPONSE, "it does not begin with an ISA", Bytes(b"ISA*", b"ISX*")),
    _answer(Code.DETERMINATION_UNREADABLE, FHIR_RESPONSE, "there is no ClaimResponse", Take("Bundle.entry[0]"),
            at="Bundle.entry"),
    _answer(Code.DETERMINATION_MISSING, DETERMINATION, "it decides no item", Put("Determination.items", []),
            at="$.items"),
    _answer(Code.DETERMINATION_MISSING, FHIR_RESPONSE, "neither the whole nor the item has an adjudication",
            Replace("ClaimResponse.item[0]", _without_decision), Take("ClaimResponse.adjudication"),
            at=f"{RESPONSE_ITEM}.adjudication"),
    _answer(Code.CODE_UNKNOWN, DETERMINATION, "the action is no code", Put("Determination.items[0].action", "ZZ"),
            at="$.items[0].action"),
)
# fmt: on
