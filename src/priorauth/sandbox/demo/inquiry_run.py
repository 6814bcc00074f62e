"""Shows one request that comes as X12 and is asked for as FHIR, and tells what is not as it promises."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from priorauth.sandbox.demo import fhir_showing, showing
from priorauth.sandbox.demo.cases import InquiryCase
from priorauth.sandbox.demo.fhir_run import different
from priorauth.sandbox.demo.gateway import Ehr

FORCING = b"SBX-CERTIFY-INQUIRY"


def show_inquiry_case(
    tell: Callable[[Iterator[str]], None], ehr: Ehr, case: InquiryCase, samples: Path
) -> tuple[str, ...]:
    """Send the 278, inquire for it, and check what the inquiry found: the problems found."""
    request = certified(samples / "x12" / case.sample)
    tell(showing.section(f"request, {case.sample}, made to be certified at once:", showing.segments(request.decode())))
    sent = ehr.send(request)
    tell(showing.section("response:", showing.segments(sent.body.decode(errors="replace"))))
    inquiry = (samples / "fhir" / case.inquiry).read_bytes()
    tell(showing.section(f"inquiry, {case.inquiry}:", fhir_showing.request(json.loads(inquiry))))
    asked = ehr.inquire(inquiry)
    answer = json.loads(asked.body)
    found = {each["id"].rpartition("-")[0]: each for each in bundles(answer)}
    problems = list(different("the status", 200, asked.status))
    for review_id in sent.review_ids:
        if review_id not in found:
            problems.append("the inquiry does not find the review")
            continue
        response = found[review_id]["entry"][0]["resource"]
        problems += different("the actions", case.actions, fhir_showing.actions(response["item"]))
        tell(showing.section("found, of what the inquiry returns:", fhir_showing.response(found[review_id])))
    tell(showing.section("FAILED:", problems) if problems else showing.section("as promised:", [case.promise]))
    return tuple(problems)


def certified(path: Path) -> bytes:
    """The sample as a request of its own: under other numbers, and certified by whoever decides it."""
    body = path.read_bytes()
    first_trace = body.split(b"TRN*1*", 1)[1].split(b"*", 1)[0]
    number = body[90:99]
    return body.replace(first_trace, FORCING).replace(number, b"9" + number[1:])


def bundles(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The Bundles of the Parameters that an inquiry is answered with."""
    return [each["resource"] for each in answer.get("parameter", ()) if each["name"] == "return"]
