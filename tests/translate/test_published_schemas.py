"""What was published stays true: schemas change only in ways that break nobody, and AsyncAPI follows them."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from compatibility import breaks_readers, breaks_writers
from memory.gateway import TOOLS
from priorauth import __version__
from priorauth.translate.asyncapi import ANSWERS, asyncapi_document
from priorauth.translate.event_schemas import POSTED, schemas
from priorauth.translate.events import EVENTS_TOPIC
from priorauth.translate.minimal_events import MINIMAL_FORMS

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "tests" / "published"
PUBLISHED = sorted(KEPT.glob("*.json"))
"""The schemas as they were when somebody could first rely on them. Only ever added to."""
ASYNCAPI = ROOT / "schemas" / "asyncapi.yaml"
REGENERATES = os.environ.get("PRIORAUTH_REGENERATE") == "1"

Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_published_schema_still_holds(path: Path) -> None:
    published, present = json.loads(path.read_text()), json.loads(json.dumps(schemas()[path.stem]))

    assert (breaks_writers if path.stem in POSTED else breaks_readers)(published, present) == []


def test_every_schema_that_is_published_is_kept() -> None:
    if REGENERATES:
        for name in schemas().keys() - {path.stem for path in PUBLISHED}:
            (KEPT / f"{name}.json").write_text(json.dumps(schemas()[name], indent=2) + "\n")

    assert {path.stem for path in KEPT.glob("*.json")} == set(schemas())


def of(name: str) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(schemas()[name]))
    return copy


def routed(change: Change) -> tuple[dict[str, Any], dict[str, Any]]:
    before = of("priorauth.review.routed.v1")
    after = copy.deepcopy(before)
    change(after["$defs"]["RoutedItem"])
    return before, after


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda item: item["properties"].pop("rule"), id="a field is removed"),
        pytest.param(lambda item: item["properties"]["rule"].update(type="integer"), id="a field has another type"),
        pytest.param(lambda item: item["required"].remove("rule"), id="a field may be missing"),
        pytest.param(lambda item: item["properties"].update(rule={"anyOf": [{"type": "string"}, {"type": "null"}]}),
                     id="a field may be null"),
    ],
)  # fmt: skip
def test_what_breaks_a_reader_is_found(change: Change) -> None:
    assert breaks_readers(*routed(change))


def test_a_new_field_breaks_no_reader() -> None:
    assert breaks_readers(*routed(lambda item: item["properties"].update(more={"type": "string"}))) == []


@pytest.mark.parametrize(
    ("change", "breaks"),
    [
        pytest.param(lambda answer: answer["properties"].pop("items"), True, id="a field is refused"),
        pytest.param(lambda answer: answer["required"].append("decided_at"), True, id="a field is required"),
        pytest.param(lambda answer: answer["properties"].update(more={"type": "string"}), False, id="a field is new"),
    ],
)
def test_what_breaks_a_delegate_is_found(change: Change, *, breaks: bool) -> None:
    before = of("delegate.determination.v1")
    after = copy.deepcopy(before)
    change(after["$defs"]["PostedDetermination"])

    assert bool(breaks_writers(before, after)) is breaks


def test_the_asyncapi_document_is_that_of_the_types_and_the_mappings() -> None:
    on_topics = [id for id, each in TOOLS.knowledge.destinations.items() if each.transport == "kafka_topic"]
    payers = [payer.lower() for payer in TOOLS.knowledge.packs]
    document = json.loads(json.dumps(asyncapi_document(version=__version__, payers=payers, delegates=on_topics)))
    if REGENERATES:
        ASYNCAPI.write_text(yaml.safe_dump(document, sort_keys=False, width=120))

    assert yaml.safe_load(ASYNCAPI.read_text()) == document


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    for reference in set(references(published_document())):
        file, _, place = reference.partition("#/")
        found = json.loads((ASYNCAPI.parent / file).read_text()) if file else published_document()
        for step in place.split("/"):
            found = found[step]


@cache
def published_document() -> Any:
    return yaml.safe_load(ASYNCAPI.read_text())


def test_the_topic_for_everybody_has_the_minimal_form_of_every_event() -> None:
    document = asyncapi_document(version="1", payers=[], delegates=[])
    messages = document["channels"]["events"]["messages"].values()

    forms = {each["name"]: each["payload"]["allOf"][1]["properties"]["data"]["$ref"] for each in messages}
    assert document["channels"]["events"]["address"] == EVENTS_TOPIC
    assert {kind: ref.rpartition("/")[2] for kind, ref in forms.items()} == {
        kind: form.__name__ for kind, form in MINIMAL_FORMS.items()
    }


def test_every_answer_of_a_delegate_has_a_type() -> None:
    assert ANSWERS.keys() == POSTED.keys()


def references(value: object) -> list[str]:
    """Every `$ref` in a document."""
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for each in value.values() for found in references(each)]
    return [found for each in value for found in references(each)] if isinstance(value, list) else []
