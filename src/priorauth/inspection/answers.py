"""Responses by themselves: a 278 response as a PAS response Bundle and back."""

from __future__ import annotations

from dataclasses import replace

from priorauth.adapters.fhir_profiles import load_checker
from priorauth.domain.determinations import Reply
from priorauth.domain.reviews import Format, ReviewId, ServiceReview
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.fhir.elements import Value
from priorauth.fhir.profiles import BundleProfile
from priorauth.inspection.envelopes import Target, Translated, interchange_of, transmission_of
from priorauth.inspection.moments import moment_of_bundle, read_moment
from priorauth.inspection.reading import NEWEST, NotReadable, is_fhir, profile_of, read_bundle, version_of
from priorauth.tools import INSPECTOR, Tools
from priorauth.translate.fhir_answer import answer_from_fhir, note_unsaid
from priorauth.translate.fhir_reading import text
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.fhir_response import ResponseOptions, reply_to_fhir
from priorauth.translate.fhir_vocabulary import Written, entry
from priorauth.translate.losses import Losses
from priorauth.translate.x12_answer import answer_from_x12, note_summed_up
from priorauth.translate.x12_reply import reply_to_x12
from priorauth.wiring import PAS_VERSIONS
from priorauth.x12.faults import X12SyntaxError
from priorauth.x12.validation import validate_interchange

Answered = tuple[ServiceReview, Reply]

_RESPONSES = (BundleProfile.RESPONSE, BundleProfile.INQUIRY_RESPONSE)
_REVIEW = ReviewId("review-1")


def read_answer(tools: Tools, body: bytes, version: str | None, losses: Losses) -> Answered | None:
    """The answer that a message is, None where it is none. Raises NotReadable where it is one with errors."""
    return _from_fhir(tools, body, version, losses) if is_fhir(body) else _from_x12(tools, body, losses)


def write_answer(
    tools: Tools, review: ServiceReview, reply: Reply, to: Target, version: str | None, losses: Losses
) -> Translated:
    """An answer in another format."""
    if to is Target.X12:
        written = interchange_of([reply_to_x12(review, reply, losses=losses)], review.transmission, reply.made_at)
        return Translated(body=written, losses=losses.found)
    if to is Target.EVENT:
        raise NotReadable("a response by itself is no event: its request is not known")
    spoken: Format = PAS_VERSIONS[version or NEWEST]
    walks = tools.knowledge.crosswalks
    request = Bundle(read_resource(write_resource(review_to_fhir(review, crosswalks=walks, version=spoken))))
    options = ResponseOptions(version=spoken, base=tools.pas[spoken.value].base)
    note_unsaid(review, reply, losses)
    response = reply_to_fhir(request, review, reply, crosswalks=walks, options=options)
    return Translated(
        body=write_resource({**response, "entry": _with_coverage(response, request)}), losses=losses.found
    )


def _with_coverage(response: Written, request: Bundle) -> list[Value]:
    """The entries, and the coverage with its subscriber: without its request nothing else says who those are."""
    entries = response["entry"]
    assert isinstance(entries, list)
    known = {text(each, "fullUrl") for each in entries if isinstance(each, dict)}
    added = [
        entry(url, node.element)
        for url, node in zip(request.urls, request.entries, strict=True)
        if node.resource_type in ("Coverage", "Patient") and url not in known
    ]
    return [*entries, *added]


def _from_fhir(tools: Tools, body: bytes, version: str | None, losses: Losses) -> Answered | None:
    bundle = read_bundle(body)
    profile = profile_of(bundle)
    if profile not in _RESPONSES:
        return None
    spoken = version_of(bundle.root.element, version)
    if any(each.rejects for each in load_checker(spoken).check_bundle(bundle, profile)):
        raise NotReadable("the response has errors; `priorauth validate` says which")
    answered = answer_from_fhir(
        bundle,
        version=PAS_VERSIONS[spoken],
        review_id=_REVIEW,
        partner=INSPECTOR.id,
        payer_of=tools.knowledge.payer,
        made_at=moment_of_bundle(bundle),
        crosswalks=tools.knowledge.crosswalks,
        losses=losses,
    )
    return _readable(answered)


def _from_x12(tools: Tools, body: bytes, losses: Losses) -> Answered | None:
    try:
        result = validate_interchange(body)
    except X12SyntaxError as fault:
        raise NotReadable(str(fault)) from None
    sets = [each for group in result.groups for each in group.sets]
    found = [each for each in sets if each.guide and each.guide.guide.direction == "response" and each.tree]
    if not found:
        return None
    first = found[0]
    if any(each.rejects for each in first.findings) or first.tree is None:
        raise NotReadable("the response has errors; `priorauth validate` says which")
    bht = [*first.tree.row("BHT"), "", "", "", "", "", ""]
    answered = answer_from_x12(
        first.tree,
        component=first.delimiters.component,
        repetition=first.delimiters.repetition,
        review_id=_REVIEW,
        partner=INSPECTOR.id,
        payer_of=tools.knowledge.payer,
        made_at=read_moment(bht[4] + bht[5]),
    )
    review, reply = _readable(answered)
    note_summed_up(first.tree, reply, losses)
    return replace(review, transmission=transmission_of(body)), reply


def _readable(answered: Answered | tuple[object, ...]) -> Answered:
    match answered:
        case (ServiceReview() as review, Reply() as reply):
            return review, reply
    raise NotReadable("the response does not say what it decides; `priorauth validate` says what is wrong")
