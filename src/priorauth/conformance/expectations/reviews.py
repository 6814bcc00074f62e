"""Expectations of a 278 response: what was determined, what was rejected, and what it must repeat of the request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from pydantic import Field, model_validator

from priorauth.conformance.expectations.kinds import Expectation, Scalar, expectation
from priorauth.conformance.expectations.matching import Match, describe, found, matches
from priorauth.conformance.results import Mismatch
from priorauth.conformance.seen import Seen
from priorauth.conformance.x12 import Interchange, value_at


def response_set(seen: Seen, number: int = 1) -> Interchange | None:
    """The n-th 278 of the answer."""
    sets = [each for each in seen.got.interchange().sets() if each.value("ST-01") == "278"]
    return sets[number - 1] if len(sets) >= number else None


def no_response(seen: Seen) -> Mismatch:
    kinds = seen.got.interchange().values("ST#*-01")
    return Mismatch("answer", "a 278 response", "an interchange with " + (", ".join(kinds) or "no set"))


@expectation("determination")
class Determination(Expectation):
    """The certification actions (HCR01) of the event and of each service."""

    event: Match = None
    services: list[str] | None = None
    number: Match = None
    reason: Match = None
    set_: int = Field(default=1, alias="set")

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        answer = response_set(seen, self.set_)
        if answer is None:
            yield no_response(seen)
            return
        checks = (
            ("HCR01 of the event", self.event, answer.values("EV/HCR-01")),
            ("HCR02", self.number, answer.values("HCR#*-02")),
            ("HCR03", self.reason, answer.values("HCR#*-03")),
        )
        for what, wanted, values in checks:
            if wanted is not None and not matches(wanted, values, text=True):
                yield Mismatch(what, describe(wanted), found(values))
        got = [action_of(level) for level in levels_of(answer) if level[0][3] == "SS"]
        if self.services is not None and got != self.services:
            yield Mismatch("HCR01 of each service", " ".join(self.services) or "none", " ".join(got) or "none")


def action_of(level: list[list[str]]) -> str:
    return next((value_at(segment, 1) for segment in level if segment[0] == "HCR"), "-")


def levels_of(answer: Interchange) -> list[list[list[str]]]:
    """The segments of each level, HL first."""
    levels: list[list[list[str]]] = []
    for segment in answer.segments:
        if segment[0] == "HL":
            levels.append([])
        if levels and segment[0] != "SE":
            levels[-1].append(segment)
    return levels


@expectation("rejection")
class Rejection(Expectation):
    """An AAA at a level, in the loop of a name where one is given."""

    level: Literal["20", "21", "22", "23", "EV", "SS"]
    code: Match
    action: Match = None
    in_: str = Field(default="", alias="in")
    set_: int = Field(default=1, alias="set")

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        answer = response_set(seen, self.set_)
        if answer is None:
            yield no_response(seen)
            return
        told = list(rejections(answer))
        for level, name, code, action in told:
            here = level == self.level and (not self.in_ or name == self.in_.removeprefix("NM1*"))
            if here and matches(self.code, [code], text=True):
                if self.action is not None and not matches(self.action, [action], text=True):
                    yield Mismatch("AAA04", describe(self.action), action or "nothing")
                return
        where = f"level {self.level}" + (f" in {self.in_}" if self.in_ else "")
        yield Mismatch("AAA03", f"{describe(self.code)} at {where}", "; ".join(map(say_rejection, told)) or "no AAA")


def rejections(answer: Interchange) -> Iterator[tuple[str, str, str, str]]:
    """Every AAA with its level and the name (NM101) that it is about, if it is about one."""
    for level in levels_of(answer):
        name = ""
        for segment in level:
            if segment[0] == "NM1":
                name = value_at(segment, 1)
            if segment[0] == "AAA":
                yield level[0][3], name, value_at(segment, 3), value_at(segment, 4)


def say_rejection(told: tuple[str, str, str, str]) -> str:
    level, name, code, action = told
    return f"{code} {action} at level {level}" + (f" in NM1*{name}" if name else "")


@expectation("echo")
class Echo(Scalar[list[str]]):
    """What the answer repeats of the request, in every set."""

    @model_validator(mode="after")
    def is_known(self) -> Echo:
        if unknown := set(self.root) - set(ECHOES):
            raise ValueError(f"there is no echo of {', '.join(sorted(unknown))}; there are {', '.join(ECHOES)}")
        return self

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        asked = [each for each in seen.sent.interchange().sets() if each.value("ST-01") == "278"]
        answered = [each for each in seen.got.interchange().sets() if each.value("ST-01") == "278"]
        if len(asked) != len(answered):
            yield Mismatch("278 responses", f"{len(asked)}, one for each request", str(len(answered)))
        for number, (request, response) in enumerate(zip(asked, answered, strict=False), start=1):
            for word in self.root:
                what, echoed = ECHOES[word]
                wanted, got = echoed(request), echoed(response)
                if wanted != got:
                    yield Mismatch(f"{what} of set {number}", " ".join(wanted) or "none", " ".join(got) or "none")
        if "addresses" in self.root:
            yield from addresses(seen.sent.interchange(), seen.got.interchange())


def addresses(sent: Interchange, got: Interchange) -> Iterator[Mismatch]:
    """Sender and receiver of the request are receiver and sender of the answer."""
    for here, there in (("ISA-05", "ISA-07"), ("ISA-06", "ISA-08"), ("GS-02", "GS-03")):
        for wanted, answered in ((here, there), (there, here)):
            if sent.value(wanted) != got.value(answered):
                yield Mismatch(answered, f"{sent.value(wanted)}, which is {wanted} of the request", got.value(answered))


def traces(whole: Interchange) -> list[str]:
    """Trace numbers of the requester with their level: TRN*1 asks, TRN*2 answers."""
    kind = "2" if whole.value("BHT-02") == "11" else "1"
    return [
        f"{level[0][3]}:{value_at(segment, 2)}/{value_at(segment, 3)}"
        for level in levels_of(whole)
        for segment in level
        if segment[0] == "TRN" and value_at(segment, 1) == kind
    ]


def service_codes(whole: Interchange) -> list[str]:
    """What was asked for at each service level, in order, as far as the answer's own segments say."""
    return [
        next((value for each in ("SV1", "SV2", "SV3") for value in service_of(whole, level, each)), "-")
        for level in levels_of(whole)
        if level[0][3] == "SS"
    ]


def service_of(whole: Interchange, level: list[list[str]], segment_id: str) -> list[str]:
    position = {"SV1": 1, "SV2": 2, "SV3": 1}[segment_id]
    return [
        ":".join(value_at(segment, position).split(whole.delimiters.component)[:2]) or value_at(segment, 1)
        for segment in level
        if segment[0] == segment_id
    ]


ECHOES: Mapping[str, tuple[str, Callable[[Interchange], list[str]]]] = {
    "reference": ("BHT03", lambda whole: whole.values("BHT-03")),
    "traces": ("requester's traces", traces),
    "hierarchy": ("levels", lambda whole: whole.values("HL#*-03")),
    "member": ("member id", lambda whole: whole.values("22/NM1*IL-08") + whole.values("22/NM1*IL-09")),
    "review-information": (
        "UM of the event",
        lambda whole: whole.values("EV/UM-01") + whole.values("EV/UM-02") + whole.values("EV/UM-03"),
    ),
    "sequence": ("services in order", service_codes),
    "addresses": ("version", lambda whole: whole.values("ST-03")),
}
