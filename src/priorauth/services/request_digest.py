"""What a request asks for, as a digest: equal for copies that differ only in what each copy makes anew."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import msgspec

from priorauth.domain.carried import CarriedResource
from priorauth.domain.reviews import Attachment, ReviewId, ReviewState, ServiceReview

_TEMPORARY = ("urn:uuid:", "urn:oid:")
_NAMES = re.compile(r'"(?:urn:uuid:|urn:oid:)[^"\\]*"')
_ID = re.compile(r'("resourceType":"[A-Za-z]+",|\{)"id":"([^"\\]+)"')


def content_digest(review: ServiceReview) -> str:
    """A digest of what is asked, with its traces and without what differs from copy to copy of the same request."""
    content = replace(
        _named_alike(review),
        id=ReviewId(""),
        received_at=datetime.min,
        state=ReviewState.RECEIVED,
        transaction=replace(review.transaction, identifier="", created=""),
        numbers=(),
    )
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def _named_alike(review: ServiceReview) -> ServiceReview:
    """The review with temporary names of its resources in the order of their use.

    A urn:uuid names a resource within one Bundle, and senders make new ones for each copy (R4 bundle, fullUrl); it says
    nothing of the request. A URL of a server does, and so does every identifier.
    """
    urls = [*(each.url for each in review.urls), *(each.url for each in review.resources)]
    names = {url: f"resource-{at}" for at, url in enumerate(dict.fromkeys(urls)) if url.startswith(_TEMPORARY)}
    prior = review.prior
    if prior and prior.url.startswith(_TEMPORARY):
        names.setdefault(prior.url, "prior")
    if not names:
        return review
    event = review.event
    return replace(
        review,
        urls=tuple(replace(each, url=names.get(each.url, each.url)) for each in review.urls),
        resources=tuple(_resource(each, names) for each in review.resources),
        prior=replace(prior, url=names.get(prior.url, prior.url)) if prior else None,
        event=replace(event, attachments=_attachments(event.attachments, names)),
        items=tuple(
            replace(item, order=names.get(item.order, item.order), attachments=_attachments(item.attachments, names))
            for item in review.items
        ),
    )


def _attachments(attachments: tuple[Attachment, ...], names: Mapping[str, str]) -> tuple[Attachment, ...]:
    return tuple(replace(each, resource=names.get(each.resource, each.resource)) for each in attachments)


def _resource(resource: CarriedResource, names: Mapping[str, str]) -> CarriedResource:
    """The resource under its new name, with the new names where it refers to others and no id that is its old one."""
    body = _NAMES.sub(lambda found: f'"{names.get(found[0][1:-1], found[0][1:-1])}"', resource.body)
    own = resource.url.rpartition(":")[2]
    if resource.url in names:
        body = _ID.sub(lambda found: found[1] + '"id":""' if found[2] == own else found[0], body)
    return replace(resource, url=names.get(resource.url, resource.url), body=body)
