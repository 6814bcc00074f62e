"""What the faults of the table do to answers and requests, in the words of X12, PAS and events."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from conformance_faults import Answer, Asked, Break, Segments, document, everywhere, resource, stream

JSON = dict[str, Any]


def review_action(**changed: str) -> Break:
    """Every review action has this code, or this system."""
    return everywhere(
        lambda each: (
            [coding.update(changed) for coding in each["valueCodeableConcept"]["coding"]]
            if str(each.get("url")).endswith("extension-reviewActionCode")
            else None
        )
    )


def passed_over(name: str) -> Callable[[Asked], Asked]:
    """Ask without a header."""
    return lambda asked: replace(asked, headers={key: each for key, each in asked.headers.items() if key != name})


def items(change: Any) -> Break:
    """Change each item of the ClaimResponse."""
    return resource("ClaimResponse", lambda each: [change(item) for item in each.get("item", [])])


def response(change: Any) -> Break:
    return resource("ClaimResponse", change)


def entries(change: Any) -> Break:
    """Change the entries of the response Bundle, in place."""
    return document(lambda bundle: change(bundle["entry"]) and None if "entry" in bundle else None)


def routed(change: Any) -> Break:
    """Change each item of a route."""
    return everywhere(lambda each: change(each) if "destination" in each and "rule" in each else None)


def where_fhir(broken: Break) -> Break:
    """Break only what answers a request in FHIR."""
    return lambda asked, answer: broken(asked, answer) if asked.body.startswith(b"{") else answer


def due(by: timedelta) -> Break:
    """Move every deadline."""

    def move(each: JSON) -> None:
        if each.get("due_at"):
            each["due_at"] = (datetime.fromisoformat(each["due_at"]) + by).isoformat()

    return everywhere(move)


def events(change: Callable[[str, JSON], JSON | None]) -> Break:
    """Change each event of a stream by its short type; None leaves it out."""

    def changed(message: str) -> str:
        lines = []
        for line in message.split("\n"):
            if line.startswith("data:"):
                event = json.loads(line.removeprefix("data:"))
                other = change(event["type"].removeprefix("priorauth."), event)
                if other is None:
                    return ""
                line = f"data: {json.dumps(other)}"
            lines.append(line)
        return "\n".join(lines)

    return stream(lambda messages: [each for one in messages if (each := changed(one))])


def behind(kind: str, other: str) -> Break:
    """Events of a type are held back until one of another type has been told of the same review."""
    held: dict[tuple[bool, str], str] = {}  # by form and review

    def changed(asked: Asked, answer: Answer) -> Answer:
        def moved(messages: list[str]) -> list[str]:
            told = []
            for each in messages:
                where = ("payer=" in asked.path, "".join(re.findall(r'"subject": ?"([^"]*)"', each)))
                if f"priorauth.{kind}" in each:
                    held[where] = each
                    continue
                told.append(each)
                if f"priorauth.{other}" in each and where in held:
                    told.append(held.pop(where))
            return told

        return stream(moved)(asked, answer)

    return changed


def to(old: str, new: str) -> Callable[[Asked], Asked]:
    """Ask at another path."""
    return lambda asked: replace(asked, path=asked.path.replace(old, new))


def from_the_start(asked: Asked) -> Asked:
    return replace(asked, path=re.sub(r"after=\d+", "after=0", asked.path))


def as_something_new(trace: str = "SBX-CERTIFY-") -> Callable[[Asked], Asked]:
    """Every request has a reference and numbers of its own, as if it had not been sent before."""
    numbers = itertools.count(1)

    def changed(asked: Asked) -> Asked:
        if not asked.body.startswith(b"ISA"):
            return asked
        number = next(numbers)
        body = re.sub(rb"(BHT\*0007\*13\*)[^*]*", rb"\g<1>NEW%d" % number, asked.body)
        return replace(asked, body=re.sub(rb"(TRN\*1\*)[^*]*", rb"\g<1>%sNEW%d" % (trace.encode(), number), body))

    return changed


def supposing(change: Callable[[JSON], None]) -> Callable[[Asked], Asked]:
    """Suppose something else than was asked to be supposed."""

    def changed(asked: Asked) -> Asked:
        if not asked.path.startswith("/clocks"):
            return asked
        supposed = json.loads(asked.body)
        change(supposed)
        return replace(asked, body=json.dumps(supposed).encode())

    return changed


@supposing
def as_if_admitted_on_receipt(supposed: JSON) -> None:
    day = supposed["received_at"][:10].replace("-", "")
    supposed["message"] = re.sub(r"(DTP\*435\*D8\*)\d{8}", rf"\g<1>{day}", supposed["message"])


@supposing
def as_if_told_by_letter(supposed: JSON) -> None:
    supposed["happened"] = dict.fromkeys(supposed["happened"], supposed["happened"]["written_notice"])


def issues(change: Any) -> Break:
    """Change each issue of an OperationOutcome."""
    return resource("OperationOutcome", lambda each: [change(issue) for issue in each.get("issue", [])])


def of_type(kind: str, listed: list[JSON]) -> JSON:
    return next(each for each in listed if each["resource"]["resourceType"] == kind)


def questionnaire(change: Any) -> Break:
    """Change each input of a Task that says the context of a questionnaire."""
    return resource("Task", lambda task: [change(each) for each in task["input"] if is_context(each)])


def is_context(asked: JSON) -> bool:
    return asked["type"]["coding"][0]["code"] in ("questionnaire-context", "questionnaires-needed")


def of_two_kinds(task: JSON) -> None:
    """A Task that asks for reports asks for a document as well."""
    coded = [each["valueCodeableConcept"]["coding"][0] for each in task["input"] if "valueCodeableConcept" in each]
    if coded and coded[-1]["code"] == "DG":
        coded[-1].update(system="http://loinc.org", code="34117-2")


def nothing_brought(asked: Asked) -> Asked:
    """A Task that is completed is only being worked on."""
    if asked.method != "PUT":
        return asked
    task = {**json.loads(asked.body), "status": "in-progress"}
    return replace(asked, body=json.dumps({key: each for key, each in task.items() if key != "output"}).encode())


def swap_has_children(segments: Segments) -> None:
    for each in segments:
        if each[0] == "HL":
            each[4] = "0" if each[4] == "1" else "1"


def swap_traces_of_services(segments: Segments) -> None:
    """The first trace of each service level is that of the other one."""
    places = [number for number, each in enumerate(segments) if each[0] == "HL" and each[3] == "SS"]
    traces = [next(each for each in segments[place:] if each[:2] == ["TRN", "2"]) for place in places[:2]]
    traces[0][2], traces[1][2] = traces[1][2], traces[0][2]


def first_of(kind: str) -> Callable[[Segments], Segments]:
    """Only the first segment of a kind."""

    def change(segments: Segments) -> Segments:
        found = [each for each in segments if each[0] == kind]
        return [each for each in segments if each[0] != kind or each is found[0]]

    return change


def numbered(name: str) -> Break:
    """A header is another one in every answer."""
    numbers = itertools.count(1)
    return lambda _, answer: replace(answer, headers={**answer.headers, name: f"rev-{next(numbers)}"})


def reverse_sets(segments: Segments) -> Segments:
    """The sets of the first group in the opposite order."""
    begins = [number for number, each in enumerate(segments) if each[0] == "ST"]
    ends = [number + 1 for number, each in enumerate(segments) if each[0] == "SE"]
    sets = [segments[begin:end] for begin, end in zip(begins, ends, strict=True)]
    return [*segments[: begins[0]], *[each for one in reversed(sets) for each in one], *segments[ends[-1] :]]


def error_as_success(_: Asked, answer: Answer) -> Answer:
    return Answer(200, answer.headers, answer.body) if 400 <= answer.status < 500 else answer


def new_ids() -> Break:
    """Every answer is a case of its own, whatever was asked."""
    numbers = itertools.count(1)
    return response(lambda each: each.update(id=f"another-{next(numbers)}"))


def another(value: str) -> str:
    """A value of the same form that is another one."""
    return value[:-1] + ("1" if value[-1:] != "1" else "2")
