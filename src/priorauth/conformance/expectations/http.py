"""Expectations of an answer as HTTP has it: status, headers, time, body as text or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import model_validator

from priorauth.conformance.expectations.kinds import Expectation, Scalar, expectation
from priorauth.conformance.expectations.matching import Match, describe, found, matches
from priorauth.conformance.json_paths import read_path, values_at
from priorauth.conformance.parts import read_span
from priorauth.conformance.results import Mismatch
from priorauth.conformance.seen import Seen


@expectation("status")
class Status(Scalar[int | str | list[int | str]]):
    """The status, one of several, or a class such as 4xx."""

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        allowed = self.root if isinstance(self.root, list) else [self.root]
        got = str(seen.got.status)
        if not any(str(each) in (got, f"{got[0]}xx") for each in allowed):
            yield Mismatch("HTTP status", " or ".join(map(str, allowed)), got)


@expectation("content-type")
class ContentType(Scalar[str | list[str]]):
    """The media type, whatever its parameters."""

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        got = seen.got.headers.get("content-type", "").split(";")[0].strip().lower()
        if not matches(self.root, [got]):
            yield Mismatch("content type", describe(self.root), got or "none")


@expectation("header")
class Header(Scalar[Mapping[str, Match]]):
    """Headers of the answer."""

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        for name, wanted in self.root.items():
            got = [seen.got.headers[name.lower()]] if name.lower() in seen.got.headers else []
            if not matches(wanted, got, text=True):
                yield Mismatch(f"header {name}", describe(wanted), found(got))


@expectation("within")
class Within(Scalar[str]):
    """How long the answer took: a span, or a limit of the target by its name."""

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        limits = {"x12": seen.target.limits.x12, "pas": seen.target.limits.pas}
        allowed = limits.get(self.root) or read_span(self.root)
        if seen.seconds > allowed:
            yield Mismatch("time until the answer", f"at most {allowed:g} s", f"{seen.seconds:.2f} s")


@expectation("json")
class Json(Scalar[Mapping[str, Match]]):
    """Values of a JSON body, by path."""

    @model_validator(mode="after")
    def paths_can_be_read(self) -> Json:
        for path in self.root:
            read_path(path)
        return self

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        document = seen.got.json()
        for path, wanted in self.root.items():
            values = values_at(document, path)
            if not matches(wanted, values):
                yield Mismatch(path, describe(wanted), found(values))


@expectation("text")
class Text(Scalar[Match]):
    """The whole body as text."""

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        if not matches(self.root, [seen.got.text], text=True):
            yield Mismatch("body", describe(self.root), seen.got.text[:200])


@expectation("body-lacks")
class BodyLacks(Scalar[list[str]]):
    """Values that stand nowhere in the body or the headers of an answer."""

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        everything = seen.got.text + "\n".join(seen.got.headers.values())
        for value in self.root:
            if value in everything:
                yield Mismatch("body and headers", f"no {value} in them", "it is there")


@expectation("problem")
class Problem(Expectation):
    """A problem document (RFC 9457), with the status in it that the answer has."""

    status: int
    title: Match = None
    detail: Match = None

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        yield from Status(self.status).check(seen)
        yield from ContentType("application/problem+json").check(seen)
        document = seen.got.json()
        for name, wanted in (("status", self.status), ("title", self.title), ("detail", self.detail)):
            if wanted is not None and not matches(wanted, values_at(document, name)):
                yield Mismatch(f"problem {name}", describe(wanted), found(values_at(document, name)))
        if not document.get("title"):
            yield Mismatch("problem title", "a title that says what is wrong", "none")


@expectation("same-as")
class SameAs(Scalar[str]):
    """The body is, byte for byte, the one of an earlier step."""

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        if seen.got.body != seen.step(self.root).got.body:
            yield Mismatch("body", f"the same bytes as in the answer of step {self.root}", "other bytes")


@expectation("differs-from")
class DiffersFrom(Scalar[str]):
    """The body is not the one of an earlier step."""

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        if seen.got.body == seen.step(self.root).got.body:
            yield Mismatch("body", f"other bytes than in the answer of step {self.root}", "the same bytes")
