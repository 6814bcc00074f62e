"""What a destination that speaks PAS asks for by Tasks, read: documents by code, questionnaires by their context."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from priorauth.domain.information import QUESTIONNAIRE
from priorauth.domain.reviews import Attachment
from priorauth.fhir.elements import Element
from priorauth.translate.fhir_reading import NOTHING, any_code, child, children, code, extensions, text
from priorauth.translate.fhir_vocabulary import LINE_NUMBER, PA_LINE_NUMBER, PAS_CODES, REPORT_TYPE

ATTACHMENTS = "attachments-needed"
CONTEXTS = ("questionnaire-context", "questionnaires-needed")  # 2.2.1, 2.0.1
ELECTRONIC = "EL"


@dataclass(frozen=True, slots=True)
class AskedByTask:
    """One input of a Task."""

    attachment: Attachment | None = None
    loinc_code: str = ""
    context: str = ""


def asked_by_tasks(
    tasks: Iterable[Element], known: Sequence[tuple[int, Attachment | None, str]]
) -> Iterator[tuple[int, AskedByTask]]:
    """The line and what is asked for of each input; of documents only what no CommunicationRequest asks for as well.

    A document that is asked for of the whole event (line 0) is asked for of each line by a Task.
    """
    said = {(line, attachment.report_type if attachment else loinc) for line, attachment, loinc in known}
    for task in tasks:
        for each in children(task, "input"):
            line, asked = _line(each), _asked(each)
            name = (asked.attachment.report_type if asked.attachment else asked.loinc_code) if asked else ""
            if asked is None or not name:
                continue
            if not {(line, name), (0, name)} & said:
                yield line, asked


def contexts_of_tasks(tasks: Iterable[Element]) -> Mapping[int, str]:
    """The context of the questionnaire of each line, whether or not a CommunicationRequest asks for it as well."""
    found: dict[int, str] = {}
    for task in tasks:
        for each in children(task, "input"):
            asked = _asked(each)
            if asked and asked.context:
                found.setdefault(_line(each), asked.context)
    return found


def _line(element: Element) -> int:
    about = extensions(element)
    held = about.get(LINE_NUMBER) or about.get(PA_LINE_NUMBER) or NOTHING
    line = held.get("valuePositiveInt") or held.get("valueInteger")
    return line if type(line) is int else 0


def _asked(element: Element) -> AskedByTask | None:
    kind = code(child(element, "type"), PAS_CODES)
    if kind in CONTEXTS:
        context = text(element, "valueString") or text(child(element, "valueIdentifier"), "value")
        return AskedByTask(loinc_code=QUESTIONNAIRE, context=context)
    if kind != ATTACHMENTS:
        return None
    wanted = child(element, "valueCodeableConcept")
    if report := code(wanted, REPORT_TYPE):
        return AskedByTask(attachment=Attachment(report_type=report, transmission=ELECTRONIC))
    return AskedByTask(loinc_code=any_code(wanted))
