"""What the models of `fhir.resources` say of the same bytes, as an independent second opinion on the base structure.

It never raises and never quotes a value: of an error only its kind and place are kept, and of a property that the
models do not know not even its name, since a sender chose it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files

from pydantic import ValidationError

from priorauth.domain.findings import Finding
from priorauth.domain.findings import FindingCode as Code
from priorauth.fhir.bundles import FhirSyntaxError, read_resource

MAX_BYTES = 4 * 1024 * 1024
KNOWN_FILE = "fhir_resources_known_disagreements.csv"
UNKNOWN_PROPERTY = "extra_forbidden"

_NOT_THEIRS = frozenset(
    (Code.FHIR_REFERENCE_TYPE, Code.FHIR_FULL_URL, Code.FHIR_FULL_URL_DUPLICATE, Code.FHIR_MODIFIER_UNKNOWN)
)
"""Findings of ours about more than one element: the models see each by itself."""


@dataclass(frozen=True, slots=True)
class ModelError:
    """One error of the models: pydantic's name for its kind, and its FHIRPath."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class ModelsOpinion:
    """What the models say of one resource. `reason` says why nothing could be said, in fixed words, else empty."""

    errors: tuple[ModelError, ...] = ()
    reason: str = ""

    @property
    def accepted(self) -> bool:
        """True where the models read everything and have no error."""
        return not self.reason and not self.errors


def models_opinion(data: bytes) -> ModelsOpinion:
    """Validate one resource with its model, within the limit of size."""
    from fhir.resources.R4B import get_fhir_model_class  # half a second that few who import this module need

    if len(data) > MAX_BYTES:
        return ModelsOpinion(reason="larger than the limit")
    try:
        resource_type = str(read_resource(data)["resourceType"])
    except FhirSyntaxError as fault:
        return ModelsOpinion(reason=str(fault))
    try:
        get_fhir_model_class(resource_type).model_validate_json(data)
    except ValidationError as invalid:  # PHI: its text quotes values, so only kinds and places are taken
        found = invalid.errors(include_url=False, include_context=False, include_input=False)
        return ModelsOpinion(tuple(ModelError(each["type"], _path(resource_type, each)) for each in found))
    except Exception as crash:
        return ModelsOpinion(reason=f"the models stopped with {type(crash).__name__}")
    return ModelsOpinion()


def _path(resource_type: str, error: object) -> str:
    assert isinstance(error, dict)
    steps = error["loc"][:-1] if error["type"] == UNKNOWN_PROPERTY else error["loc"]
    return resource_type + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


class ModelsSide(StrEnum):
    """Who alone finds fault."""

    WE = "we"
    MODELS = "models"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsDisagreement:
    """One fault that only one side finds. `reason` says why that is known; empty where it is not."""

    side: ModelsSide
    ours: str = ""
    models: str = ""
    path: str = ""
    beside: bool = False  # the models found another fault in the same resource
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KnownDisagreement:
    """One row of the list of known disagreements; an empty cell fits anything, `yes` in `beside` only such faults."""

    side: str
    ours: str
    models: str
    beside: str
    reason: str

    def explains(self, disagreement: ModelsDisagreement) -> bool:
        """True where this row says why the two differ."""
        return (
            self.side == disagreement.side
            and self.ours in ("", disagreement.ours)
            and self.models in ("", disagreement.models)
            and (not self.beside or disagreement.beside)
        )


@cache
def known_disagreements() -> tuple[KnownDisagreement, ...]:
    """The list that ships beside this module."""
    text = files(__package__).joinpath(KNOWN_FILE).read_text(encoding="utf-8")
    return tuple(KnownDisagreement(**row) for row in csv.DictReader(text.splitlines()))


def compare_with_models(
    findings: Sequence[Finding], opinion: ModelsOpinion, known: Sequence[KnownDisagreement] | None = None
) -> tuple[ModelsDisagreement, ...]:
    """Every difference about the base structure; none where the models could not say anything."""
    if opinion.reason:
        return ()
    rows = known_disagreements() if known is None else known
    return tuple(replace(each, reason=_reason(each, rows)) for each in _differences(findings, opinion))


def _reason(disagreement: ModelsDisagreement, rows: Sequence[KnownDisagreement]) -> str:
    return next((row.reason for row in rows if row.explains(disagreement)), "")


def _differences(findings: Sequence[Finding], opinion: ModelsOpinion) -> Iterator[ModelsDisagreement]:
    refusing = [each for each in findings if each.rejects]
    ours, theirs = _Places(), _Places()
    for finding in refusing:
        ours.add(_our_place(finding.at.path))
    for error in opinion.errors:
        theirs.add(_their_place(error.path))
    faulty = {_resource_of(error.path) for error in opinion.errors}
    for finding in refusing:
        path = finding.at.path
        if _is_base(finding) and not theirs.has(_our_place(path)):
            beside = _resource_of(path) in faulty
            yield ModelsDisagreement(side=ModelsSide.WE, ours=finding.code, path=path, beside=beside)
    for error in opinion.errors:
        if not ours.has(_their_place(error.path)):
            yield ModelsDisagreement(side=ModelsSide.MODELS, models=error.kind, path=error.path)


def _is_base(finding: Finding) -> bool:
    return not finding.code.startswith("PAS-") and finding.code not in _NOT_THEIRS


class _Places:
    """Where one side finds fault, and what holds these elements: models report some faults of a child at its parent."""

    def __init__(self) -> None:
        self.faulty: set[str] = set()
        self.holding: set[str] = set()

    def add(self, path: str) -> None:
        self.faulty.add(path)
        self.holding.update(_holders(path))

    def has(self, path: str) -> bool:
        """True where this element is at fault, or one that it holds, or one that holds it."""
        return path in self.faulty or path in self.holding or not self.faulty.isdisjoint(_holders(path))


def _holders(path: str) -> Iterator[str]:
    """Each element that holds the one at a path: `Bundle` and `Bundle.entry` hold `Bundle.entry[0]`."""
    return (path[:at] for at, character in enumerate(path) if character in ".[")


def _our_place(path: str) -> str:
    return path.partition("[x]")[0]


def _their_place(path: str) -> str:
    return path.partition("__ext")[0]


def _resource_of(path: str) -> str:
    """The resource of an entry that a place is in, else the Bundle."""
    return path.partition(".resource")[0]
