"""What a message is, and its requests: X12 or PAS, told apart by its first character."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from priorauth.domain.exchange import InboundMessage, Part
from priorauth.domain.reviews import Format
from priorauth.fhir.bundles import Bundle, FhirSyntaxError, read_resource
from priorauth.fhir.elements import Element
from priorauth.fhir.profiles import BundleProfile, profile_name
from priorauth.tools import INSPECTOR, Tools
from priorauth.translate.fhir_reading import child, text, texts
from priorauth.wiring import PAS_VERSIONS
from priorauth.x12.faults import X12SyntaxError

NEWEST = "2.2.1"
_BEFORE_JSON = b"\xef\xbb\xbf \t\r\n"
_INQUIRIES = {"profile-claim-inquiry", "profile-claiminquiryresponse"}


class NotReadable(Exception):
    """A message that cannot be inspected as asked; the text says why, without a value of it."""


def is_fhir(body: bytes) -> bool:
    """True where the bytes can only be JSON: an interchange begins with its ISA."""
    return body.lstrip(_BEFORE_JSON)[:1] in (b"{", b"[")


def version_of(resource: Element, chosen: str | None) -> str:
    """The version of PAS: the chosen one, else the one that `meta.profile` names, else the newest."""
    if chosen is not None:
        if chosen not in PAS_VERSIONS:
            raise NotReadable(f"the version of PAS is one of {', '.join(PAS_VERSIONS)}")
        return chosen
    named = (url.partition("|")[2] for url in texts(child(resource, "meta"), "profile"))
    return next((version for version in named if version in PAS_VERSIONS), NEWEST)


def profile_of(bundle: Bundle) -> BundleProfile:
    """Which of the guide's Bundles it is: by `meta.profile`, else by its first entry."""
    profiles = {each.value: each for each in BundleProfile}
    for url in texts(child(bundle.root.element, "meta"), "profile"):
        if found := profiles.get(profile_name(url)):
            return found
    first = bundle.first()
    asks = any(profile_name(url) in _INQUIRIES for url in texts(child(first.element, "meta"), "profile"))
    if first.resource_type == "ClaimResponse":
        return BundleProfile.INQUIRY_RESPONSE if asks else BundleProfile.RESPONSE
    return BundleProfile.INQUIRY if asks else BundleProfile.REQUEST


def read_bundle(body: bytes) -> Bundle:
    """A Bundle. Raises NotReadable where it is none."""
    try:
        resource = read_resource(body)
    except FhirSyntaxError as fault:
        raise NotReadable(str(fault)) from None
    if text(resource, "resourceType") != "Bundle":
        raise NotReadable("the resource is not a Bundle")
    return Bundle(resource)


def inbound(body: bytes, *, received_at: datetime | None = None, version: str | None = None) -> InboundMessage:
    """The message as the codecs take it. Raises NotReadable for JSON that is no Bundle."""
    found: Format | None = PAS_VERSIONS[version_of(read_bundle(body).root.element, version)] if is_fhir(body) else None
    return InboundMessage(
        format=found.value if found else "x12",
        partner=INSPECTOR.id,
        body=body,
        received_at=received_at or datetime.now(UTC),
    )


def read_requests(
    tools: Tools, body: bytes, *, received_at: datetime | None = None, version: str | None = None
) -> Sequence[Part]:
    """The requests of a message. Raises NotReadable where it has none, saying where to look."""
    message = inbound(body, received_at=received_at, version=version)
    if message.format != "x12" and profile_of(read_bundle(body)) is not BundleProfile.REQUEST:
        raise NotReadable("the Bundle is no request")
    try:
        parts = tools.inspect_message.read(message).parts
    except X12SyntaxError as fault:
        raise NotReadable(str(fault)) from None
    readable = [part for part in parts if part.review is not None]
    if not readable:
        raise NotReadable("the message has no request that can be read; `priorauth validate` says what is wrong")
    return readable
