"""What a file of `mappings/delegates` says of a delegate or desk: how it is reached and what it may decide."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from priorauth.routing.pack_files import Citation, Identifier, PackPart, Text
from priorauth.routing.yaml_source import SourceFault, YamlNotReadable, read_yaml

SAFE = ("https://", "http://127.0.0.1:", "http://[::1]:")
"""How the URL of an endpoint begins that PHI may be sent to: by TLS, or within the machine."""


class DestinationKind(StrEnum):
    """Whether another company decides, or people of the payer."""

    DELEGATE = "delegate"
    DESK = "desk"


class HoursFile(PackPart):
    """When people answer, as the document states it: without days it names none."""

    timezone: Text
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    opens: datetime.time
    closes: datetime.time
    citation: Citation


class NumberFile(PackPart):
    """A number or address as printed, and what it is for. `suspect` says why it may be wrong."""

    kind: Literal["phone", "fax", "mail", "web"]
    value: Text
    use: Text
    citation: Citation
    suspect: Text | None = None


class InterchangeFile(PackPart):
    """How the destination is addressed in an interchange (ISA07, ISA08, GS03)."""

    qualifier: Annotated[str, StringConstraints(min_length=2, max_length=2)] = "ZZ"
    id: Annotated[str, StringConstraints(min_length=1, max_length=15)]
    group_id: Annotated[str, StringConstraints(min_length=2, max_length=15)]


class DestinationFile(PackPart):
    """One destination.

    `denials: physician_only` attests that only physicians deny there for medical necessity, which a 278 answer cannot
    carry. `administrative_reasons` are the HCR03 codes of denials that need no physician. `url` is where a leg is
    posted; of a delegate that speaks PAS it is the base of its FHIR endpoint, above `Claim/$submit`.
    """

    id: Identifier
    name: Text
    kind: DestinationKind
    payers: Annotated[list[Text], Field(min_length=1)]
    citation: Citation
    format: Literal["x12-278", "pas-2.2.1", "pas-2.0.1", "event"]
    transport: Literal["x12_http", "fhir_pas", "kafka_topic"]
    url: Text | None = None
    interchange: InterchangeFile | None = None
    queues: tuple[Identifier, ...] = ()
    may_deny: bool
    denials: Literal["physician_only"] | None = None
    administrative_reasons: tuple[Text, ...] = ()
    hours: HoursFile | None = None
    numbers: tuple[NumberFile, ...] = ()
    note: Text | None = None

    @model_validator(mode="after")
    def speaks_what_its_transport_carries(self) -> Self:
        """PAS goes by `$submit`, over TLS unless to this very machine, and nothing else does."""
        if self.format.startswith("pas-") != (self.transport == "fhir_pas"):
            raise ValueError("pas-2.2.1 and pas-2.0.1 are the formats of the transport fhir_pas, and of no other")
        if self.transport == "fhir_pas" and self.url and not self.url.startswith(SAFE):
            raise ValueError("the url of a delegate that speaks PAS begins with https")
        return self


class DestinationError(Exception):
    """The file is not one of a destination. `faults` has every fault, with line and column."""

    def __init__(self, faults: list[SourceFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def load_destination(file: str, text: str) -> DestinationFile:
    """The destination that a file describes; its id is the file's name."""
    try:
        source = read_yaml(file, text)
    except YamlNotReadable as unreadable:
        raise DestinationError([unreadable.fault]) from None
    try:
        destination = DestinationFile.model_validate(source.data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise DestinationError([source.fault(one["loc"], one["msg"].lower()) for one in found]) from None
    if file.removesuffix(".yaml").rpartition("/")[2] != destination.id:
        raise DestinationError([source.fault(("id",), "the id is not the name of the file")])
    return destination
