"""What a gateway can get wrong, one thing a row, and the case that is to find it."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from conformance_faults import (
    Answer,
    Asked,
    Break,
    Fault,
    Segments,
    both,
    document,
    element,
    everywhere,
    header,
    no_extension,
    resource,
    status,
    stream,
    text,
    without,
    x12,
)

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


def issues(change: Any) -> Break:
    """Change each issue of an OperationOutcome."""
    return resource("OperationOutcome", lambda each: [change(issue) for issue in each.get("issue", [])])


def of_type(kind: str, listed: list[JSON]) -> JSON:
    return next(each for each in listed if each["resource"]["resourceType"] == kind)


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


# fmt: off
X12_FAULTS = [
    Fault("the reference does not come back",          "x12-278/echo/reference", element("BHT", 3, "OTHER-REFERENCE")),
    Fault("X12 is announced as text",                  "x12-278/echo/reference", header("content-type", "text/plain")),
    Fault("an answer in X12 takes too long",           "x12-278/echo/reference", delay=2.2, limits={"x12": 2.0}),
    Fault("the version is another",                    "x12-278/echo/reference", element("ST", 3, "005010X216")),
    Fault("the traces of the requester are left out",  "x12-278/echo/traces", without("TRN*2")),
    Fault("a trace comes back changed",                "x12-278/echo/two-traces-of-one-level", element("TRN", 2, another, like="TRN*2", nth=1)),
    Fault("HL04 is the wrong way round",               "x12-278/echo/hierarchy/one-service", x12(swap_has_children)),
    Fault("SE01 counts one segment too many",          "x12-278/echo/hierarchy/two-services", element("SE", 1, lambda count: str(int(count) + 1))),
    Fault("a level of the request is left out",        "x12-278/echo/hierarchy/dependent", x12(lambda segments: [each for each in segments if each[0] != "HL" or each[3] != "23"])),
    Fault("the answer is of another member",           "x12-278/echo/member", element("NM1", 9, another, like="NM1*IL")),
    Fault("the dependent is the subscriber",           "x12-278/echo/dependent", element("HL", 2, "3", like="HL*5")),
    Fault("the answer is to another requester",        "x12-278/echo/requester", element("NM1", 9, "1234567893", like="NM1*1P")),
    Fault("another organization answers",              "x12-278/echo/umo", element("NM1", 9, "BCBSM", like="NM1*X3")),
    Fault("the review information is another",         "x12-278/echo/review-information/health-services", element("UM", 1, "SC")),
    Fault("services come back in another order",       "x12-278/echo/order-of-services/two-delegates", x12(swap_traces_of_services)),
    Fault("receiver and sender are not exchanged",     "x12-278/echo/addresses", element("GS", 3, "SOMEBODY")),
    Fault("IEA02 is another number than ISA13",        "x12-278/echo/no-empty-ends", element("IEA", 2, another)),
    Fault("GE02 is another number than GS06",          "x12-278/echo/hierarchy/three-services", element("GE", 2, another)),
    Fault("SE02 is another number than ST02",          "x12-278/decisions/forced/certify", element("SE", 2, another)),
    Fault("a segment ends in empty elements",          "x12-278/echo/no-empty-ends", x12(lambda segments: [[*each, "", ""] if each[0] == "UM" else each for each in segments])),
    Fault("every answer has the same control number",  "x12-278/echo/control-numbers-are-new", both(element("ISA", 13, "000000001"), element("IEA", 2, "000000001"))),
    Fault("a denial is A1 in X12",                     "x12-278/decisions/forced/deny", element("HCR", 1, "A1")),
    Fault("what is pended is certified",               "x12-278/decisions/forced/pend", element("HCR", 1, "A1")),
    Fault("a partial certification is a whole one",    "x12-278/decisions/partial-of-two-services", element("HCR", 1, "A1")),
    Fault("a certification in X12 has no number",      "x12-278/decisions/certification-number", element("HCR", 2, "")),
    Fault("a denial in X12 has no reason",             "x12-278/decisions/denial-with-a-reason", x12(lambda segments: [each[:3] if each[0] == "HCR" else each for each in segments])),
    Fault("sets are answered in the opposite order",   "x12-278/several-sets/in-order", x12(reverse_sets)),
    Fault("one denial denies its neighbour too",       "x12-278/several-sets/decided-differently", element("HCR", 1, "A3")),
    Fault("a rejected set counts as accepted",         "x12-278/999-set/trailer/count-too-low", both(element("IK5", 1, "A"), element("AK9", 1, "A"))),
    Fault("a 999 acknowledges another set",            "x12-278/999-set/trailer/count-too-high", element("AK2", 2, another)),
    Fault("a 999 points to another segment",           "x12-278/hierarchy/event-denies-its-services", element("IK3", 2, "2")),
    Fault("a 999 finds one fault of several",          "x12-278/999/all-faults-at-once", x12(first_of("IK3"))),
    Fault("a 999 repeats what was sent",               "x12-278/999/no-values", x12(lambda segments: [[*each, "QUILLFEATHER"] if each[0] in ("IK4", "IK3") else each for each in segments])),
    Fault("an interchange with faults is accepted",    "x12-278/envelope/iea/control-number", element("TA1", 4, "A")),
    Fault("a TA1 gives another reason",                "x12-278/envelope/iea/groups", element("TA1", 5, "000")),
    Fault("a TA1 is of another interchange",           "x12-278/envelope/ta1-asked-for", element("TA1", 1, another)),
    Fault("a TA1 that was asked for is left out",      "x12-278/envelope/ta1-asked-for-with-a-999", without("TA1")),
    Fault("a rejection has another reason",            "x12-278/rejections/payer", element("AAA", 3, "42")),
    Fault("a rejection is decided all the same",       "x12-278/rejections/provider/requester", x12(lambda segments: [one for each in segments for one in ([each, ["HCR", "A1"]] if each[0] == "AAA" else [each])])),
    Fault("a rejection says another action",           "x12-278/rejections/content/procedure", element("AAA", 4, "N")),
    Fault("a resend gets another review",              "x12-278/resends/same-bytes", numbered("x-review-id")),
    Fault("Idempotency-Key is passed over",            "x12-278/resends/idempotency-key", asks=passed_over("idempotency-key")),
    Fault("an open review is opened again",            "x12-278/resends/same-content-while-open", asks=as_something_new("SBX-PEND-")),
    Fault("what is no X12 is an error of ours",        "x12-278/http/unreadable/no-x12", status(500)),
    Fault("too much is an error of ours",              "x12-278/several-sets/too-many", status(503)),
    Fault("a problem repeats what was sent",           "x12-278/http/no-values-in-problems", document(lambda each: {**each, "detail": "cannot read NM1*IL*1*QUILLFEATHER"})),
]

PAS_FAULTS = [
    Fault("an error has the status 200",               "pas-2.2.1/request-bundle/damaged/cut-in-the-middle", error_as_success),
    Fault("a mistake of the sender is 500",            "pas-2.2.1/request-bundle/damaged/last-brace-lost", status(500, where=lambda code: code >= 400)),
    Fault("an issue has no expression",                "pas-2.2.1/request-profile/required/claim-patient", issues(lambda issue: issue.pop("expression", None))),
    Fault("an issue points elsewhere",                 "pas-2.2.1/request-profile/required/claim-insurer", issues(lambda issue: issue.update(expression=["Bundle.entry[7].resource"]))),
    Fault("an issue has no words",                     "pas-2.2.1/request-profile/required/claim-use", issues(lambda issue: [issue.pop(name, None) for name in ("details", "diagnostics")])),
    Fault("a refusal is two OperationOutcomes",        "pas-2.2.1/request-profile/required/claim-item", document(lambda each: {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each}, {"resource": each}]} if each.get("resourceType") == "OperationOutcome" else None)),
    Fault("a refusal is no OperationOutcome",          "pas-2.2.1/http/not-there/a-claim-response", document(lambda _: {"error": "not found"})),
    Fault("FHIR is announced as text",                 "pas-2.2.1/submit/is-decided", header("content-type", "text/plain")),
    Fault("an answer in FHIR takes too long",          "pas-2.2.1/submit/is-decided", delay=2.2, limits={"pas": 2.0}),
    Fault("the response is no collection",             "pas-2.0.1/submit/is-decided", document(lambda each: each.update(type="searchset"))),
    Fault("a denial is A1",                            "pas-2.2.1/submit/decision/not-certified", review_action(code="A1")),
    Fault("a review action is of another system",      "pas-2.2.1/submit/decision/certified-in-total", review_action(system="https://example.org/actions")),
    Fault("what is pended is complete in 2.0.1",       "pas-2.0.1/submit/pended/under-review", response(lambda each: each.update(outcome="complete"))),
    Fault("a certification has no number",             "pas-2.2.1/submit/certification-number/certified", both(response(lambda each: each.pop("preAuthRef", None)), everywhere(lambda each: each.pop("valueString", None) if each.get("url") == "number" else None))),
    Fault("a denial has a certification number",       "pas-2.2.1/submit/certification-number/not-certified", response(lambda each: each.update(preAuthRef="AUTH1"))),
    Fault("a denial has no reason",                    "pas-2.2.1/submit/reason-of-a-denial", no_extension("reasonCode")),
    Fault("a denial says nothing in words",            "pas-2.0.1/submit/reason-of-a-denial", response(lambda each: each.pop("processNote", None))),
    Fault("an item points to a note that is not there", "pas-2.2.1/submit/reason-of-a-denial", items(lambda item: item.update(noteNumber=[99]))),
    Fault("what was authorized instead is not added",  "pas-2.2.1/submit/modified-is-added", response(lambda each: each.pop("addItem", None))),
    Fault("itemSequence is stripped",                  "pas-2.2.1/response/items/certified", items(lambda item: item.pop("itemSequence", None))),
    Fault("the second item is lost",                   "pas-2.2.1/response/items/pended", response(lambda each: each["item"].pop())),
    Fault("itemTraceNumber is dropped",                "pas-2.2.1/response/items/with-two-traces", no_extension("itemTraceNumber")),
    Fault("items are numbered anew",                   "pas-2.2.1/response/items/numbered-with-gaps", response(lambda each: [item.update(itemSequence=number) for number, item in enumerate(each["item"], start=1)])),
    Fault("the ClaimResponse is not first",            "pas-2.2.1/response/bundle/certified", entries(lambda each: each.append(each.pop(0)))),
    Fault("the fullUrl of what is echoed is another",  "pas-2.2.1/response/bundle/not-certified", entries(lambda each: of_type("Patient", each).update(fullUrl="https://elsewhere.example/Patient/1"))),
    Fault("a resource comes twice",                    "pas-2.2.1/response/bundle/modified", entries(lambda each: each.append(each[-1]))),
    Fault("a reference leads nowhere",                 "pas-2.2.1/response/bundle/pended", entries(lambda each: each.remove(of_type("Patient", each)))),
    Fault("a fullUrl is relative",                     "pas-2.2.1/response/bundle/rejected", entries(lambda each: each[0].update(fullUrl="ClaimResponse/1"))),
    Fault("the answer is about another patient",       "pas-2.0.1/response/bundle/certified", response(lambda each: each["patient"].update(each["insurer"]))),
    Fault("the answer names another Claim",            "pas-2.2.1/response/request-is-named", response(lambda each: each.update(request={"reference": "Claim/other"}))),
    Fault("the trace of the request is left out",      "pas-2.0.1/response/request-is-named", response(lambda each: each.pop("identifier", None))),
    Fault("decimals lose their digits",                "pas-2.2.1/response/decimal", text("1.50", "1.5")),
    Fault("the response Bundle has no identifier",     "pas-2.2.1/response/identifier", document(lambda each: each.pop("identifier", None) and None)),
    Fault("no profile is named",                       "pas-2.2.1/response/profile", everywhere(lambda each: each.pop("meta", None))),
    Fault("a resend is another case",                  "pas-2.2.1/submit/again-is-no-second-case", new_ids()),
    Fault("a rejection has no follow-up action",       "pas-2.2.1/rejection/is-an-error-in-the-response", no_extension("errorFollowupAction")),
    Fault("a rejection is complete",                   "pas-2.0.1/rejection/is-an-error-in-the-response", response(lambda each: each.update(outcome="complete"))),
    Fault("a rejection is of one item of two",         "pas-2.2.1/rejection/every-item", response(lambda each: each["error"].pop())),
    Fault("the capability statement is of FHIR R5",    "pas-2.2.1/http/capabilities", document(lambda each: each.update(fhirVersion="5.0.0")), only="metadata"),
    Fault("the capability statement knows no inquiry", "pas-2.0.1/http/capabilities", text("Claim-inquiry", "Claim-other"), only="metadata"),
    Fault("the capability statement lies of reads",    "pas-2.2.1/http/capabilities-are-there", everywhere(lambda each: each["interaction"].append({"code": "create"}) if each.get("type") == "ClaimResponse" else None), only="metadata"),
    Fault("an answer reads otherwise later",           "pas-2.2.1/http/read-as-it-is", review_action(code="A3"), only="/Bundle/"),
    Fault("smart-configuration has no token endpoint", "pas-2.2.1/http/smart-configuration", document(lambda each: each.pop("token_endpoint", None) and None)),
    Fault("what is asked for is asked in no Task",     "pas-2.2.1/information/one-task-for-each-kind", entries(lambda each: each.remove(of_type("Task", each)))),
    Fault("what is asked for is not said",             "pas-2.0.1/information/is-asked-for", resource("CommunicationRequest", lambda each: each.pop("payload", None))),
    Fault("a Task cannot be found by its identifier",  "pas-2.2.1/information/task-can-be-read", document(lambda each: each.update(entry=[])), only="Task?"),
    Fault("an inquiry is answered in the other shape", "pas-2.2.1/inquiry/shape", document(lambda each: each["parameter"][0]["resource"]), only="$inquire"),
    Fault("an inquiry that finds nothing is an error", "pas-2.2.1/inquiry/finds-nothing", status(404), only="$inquire"),
    Fault("an inquiry finds what nobody asked for",    "pas-2.2.1/inquiry/identifier-is-no-key", document(lambda each: each.update(parameter=[{"name": "return", "resource": {"resourceType": "Bundle"}}])), only="$inquire"),
    Fault("what was found names no Claim",             "pas-2.0.1/inquiry/names-its-claim", response(lambda each: each.pop("request", None)), only="$inquire"),
    Fault("an inquiry knows another decision",         "pas-2.0.1/inquiry/shape", review_action(code="A3"), only="$inquire"),
    Fault("an Idempotency-Key is passed over in FHIR", "pas-2.2.1/submit/idempotency-key", asks=passed_over("idempotency-key")),
    Fault("a quantity that is not known is refused",   "pas-2.2.1/tolerance/codes-of-x12/unit", status(422)),
]

PACK_FAULTS = [
    Fault("what must be reviewed needs no review",     "packs/fplic/stay/rte-fpl-04-partial-hospitalization", routed(lambda item: item.update(outcome="no_auth_required", destination=None))),
    Fault("a request goes to another delegate",        "packs/fplic/stay/rte-fpl-06-a-mental-disorder-on-a-medical-ward", routed(lambda item: item.update(destination="evicore"))),
    Fault("another rule is named",                     "packs/fplic/stay/rte-fpl-02-a-delivery-out-of-area", routed(lambda item: item.update(rule="RTE-FPL-99"))),
    Fault("an item is not routed",                     "packs/fplic/stay/rte-fpl-08-out-of-area", everywhere(lambda each: each["items"].pop() if each.get("items") else None), only="/route"),
    Fault("a deadline is a day late",                  "packs/clocks/allways/v-01-two-business-days", due(timedelta(days=1))),
    Fault("a deadline is a second early",              "packs/clocks/allways/v-08-urgent-decision", due(timedelta(seconds=-1))),
    Fault("a clock is left out",                       "packs/clocks/allways/v-04-told-a-day-after", everywhere(lambda each: each.update(clocks=[]) if "clocks" in each else None), only="/clocks"),
    Fault("a deadline has no time",                    "packs/clocks/allways/v-06-written-approval", everywhere(lambda each: each.update(due_at=None) if "due_at" in each else None)),
]

RAIL_FAULTS = [
    Fault("only the 278 says that it is denied",       "cross-rail/same-decision/denied-over-events", review_action(code="A1")),
    Fault("one rail routes elsewhere",                 "cross-rail/same-route/imaging", where_fhir(routed(lambda item: item.update(destination="optum"))), only="/route"),
    Fault("a fault has one reason in X12 and another in PAS", "cross-rail/same-fault/npi", element("AAA", 3, "44")),
]

EVENT_FAULTS = [
    Fault("an event is not told",                      "events/story/x12", events(lambda kind, event: None if kind == "leg.dispatched.v1" else event)),
    Fault("a review of PAS is not told as received",   "events/story/pas", events(lambda kind, event: None if kind == "review.received.v1" else event)),
    Fault("events come in another order",              "events/order/x12", behind("leg.dispatched.v1", "determination.recorded.v1")),
    Fault("two events share an id",                    "events/form/unique-ids", events(lambda _, event: {**event, "id": "1"})),
    Fault("an event has no source",                    "events/form/required-attributes", events(lambda _, event: {key: each for key, each in event.items() if key != "source"})),
    Fault("moments go back",                           "events/form/time", events(lambda kind, event: {**event, "time": "2020-01-01T00:00:00Z"} if kind == "determination.returned.v1" else event)),
    Fault("an event is about another review",          "events/form/subject", events(lambda kind, event: {**event, "data": {**event["data"], "review_id": "another"}} if kind == "leg.dispatched.v1" else event)),
    Fault("the two forms of an event have two ids",    "events/form/both-forms", events(lambda _, event: {**event, "id": event["id"] + "-full"}), only="payer="),
    Fault("the minimal form names the patient",        "events/minimal/no-value-of-x12", events(lambda _, event: {**event, "data": {**event["data"], "member": {"family": "TRAN", "id": "MEM0000005"}}})),
    Fault("what is dispatched has no status, as it is not told", "events/minimal/status", events(lambda kind, event: None if kind == "leg.dispatched.v1" else event)),
    Fault("the minimal form has no status",            "events/minimal/status", events(lambda kind, event: {**event, "data": {key: each for key, each in event["data"].items() if key != "more_to_come"}} if kind == "determination.returned.v1" else event)),
    Fault("the payer gets the minimal form",           "events/full/values-of-x12", asks=to("&payer=ALLWAYS", "")),
    Fault("the payer gets the events of others too",   "events/full/one-payer", events(lambda kind, event: {**event, "data": {**event["data"], "payer": "ALLWAYS"}} if kind == "leg.dispatched.v1" else event), only="payer="),
    Fault("a consumer that resumes gets all again",    "events/resume/after-x12", asks=from_the_start),
    Fault("Last-Event-ID is passed over",              "events/resume/last-event-id", asks=passed_over("last-event-id")),
    Fault("the type stands only in the event",         "events/server-sent", stream(lambda messages: ["\n".join(line for line in each.split("\n") if not line.startswith("event:")) for each in messages])),
    Fault("a position that is none is an error of ours", "events/bad-position/a-word", status(500)),
    Fault("a denial is told as certified",             "events/tells/denial", events(lambda kind, event: {**event, "data": {**event["data"], "action": "A1"}} if kind == "determination.returned.v1" else event)),
    Fault("a resend is told as another review",        "events/resend/x12", asks=as_something_new()),
]
# fmt: on

FAULTS = [*X12_FAULTS, *PAS_FAULTS, *PACK_FAULTS, *RAIL_FAULTS, *EVENT_FAULTS]
