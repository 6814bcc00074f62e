"""The entries of a Bundle that we write: each resource once, under the url it came with or one of its content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from priorauth.domain.reviews import ServiceReview
from priorauth.fhir.bundles import read_resource, write_resource
from priorauth.fhir.elements import Element
from priorauth.translate.fhir_vocabulary import Written, entry


class Entries:
    """Collects resources, and answers the url by which others refer to each."""

    __slots__ = ("_by_content", "_by_url", "_salt", "_urls")

    def __init__(self, review: ServiceReview) -> None:
        self._salt = review.id.encode()
        self._urls: Mapping[str, str] = {each.place: each.url for each in review.urls}
        self._by_url: dict[str, Element] = {}
        self._by_content: dict[bytes, str] = {}

    def add(self, place: str, resource: Written) -> str:
        """Add what stands at a place of the review; the same content again is the same entry (PAS spec-14, 15)."""
        content = write_resource(resource)
        url = self._urls.get(place) or self._by_content.get(content) or self._made(content)
        self._by_content.setdefault(content, url)
        if url not in self._by_url:
            self._by_url[url] = identified(resource, url)
        return url

    def carry(self, url: str, body: str) -> None:
        """Add a resource that travelled with the review, verbatim."""
        if url and url not in self._by_url:
            self._by_url[url] = read_resource(body.encode())

    def has(self, url: str) -> bool:
        """True where an entry of that url is there already."""
        return url in self._by_url

    def url_of(self, place: str) -> str:
        """The url that the request gave what stands at a place, or empty."""
        return self._urls.get(place, "")

    def made(self, name: str) -> str:
        """A url for something named within this review."""
        return self._made(name.encode())

    def written(self) -> list[Written]:
        """The entries in the order in which they were added."""
        return [entry(url, resource) for url, resource in self._by_url.items()]

    def _made(self, content: bytes) -> str:
        """A url of the content: the same request is written with the same urls again."""
        return url_of_content(self._salt + b"\0" + content)


def url_of_content(content: bytes) -> str:
    """A UUID (version 8) that is the same for the same content."""
    digest = hashlib.sha256(content).hexdigest()
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"


def identified(resource: Written, url: str) -> Written:
    """The resource with the id that its url ends in, where that is a url of a server."""
    if url.startswith("urn:"):
        return resource
    kind = resource["resourceType"]
    rest = {name: value for name, value in resource.items() if name not in ("resourceType", "id")}
    return {"resourceType": kind, "id": url.rpartition("/")[2], **rest}
