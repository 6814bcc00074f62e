"""Delegates and payer desks from their files in `mappings/delegates`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Format
from priorauth.services.ports import Destination


class Part(BaseModel):
    """A part of a destination file: nothing else may be written there."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class InterchangeAddress(Part):
    """The ids that a destination goes by in X12."""

    qualifier: str = Field(min_length=2, max_length=2)
    id: str = Field(min_length=1, max_length=15)
    group_id: str = Field(min_length=2, max_length=15)


class Hours(Part):
    """When people are there, as the payer's document says."""

    timezone: str
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] | None = None
    opens: str
    closes: str
    citation: str


class Number(Part):
    """Another way to reach a destination, as the payer's document prints it."""

    kind: Literal["phone", "fax", "web", "email", "mail"]
    value: str
    use: str
    citation: str
    suspect: str = ""  # why it is probably wrong as printed


class DestinationFile(Part):
    """One file of `mappings/delegates`."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str
    kind: Literal["delegate", "desk"]
    payers: list[str]
    citation: str
    format: Literal["x12-278", "event"]
    transport: Literal["x12_http", "kafka_topic"]
    url: str = ""
    interchange: InterchangeAddress | None = None
    queues: list[str] = []
    may_deny: bool = True
    denials: Literal["physician_only", "reviewer_stated"] = "reviewer_stated"
    administrative_reasons: list[str] = []
    hours: Hours | None = None
    numbers: list[Number] = []
    note: str = ""

    def destination(self) -> Destination:
        address = self.interchange
        return Destination(
            id=DestinationId(self.id),
            name=self.name,
            is_desk=self.kind == "desk",
            format=Format(self.format),
            transport=self.transport,
            url=self.url,
            interchange_qualifier=address.qualifier if address else "",
            interchange_id=address.id if address else "",
            group_id=address.group_id if address else "",
            may_deny=self.may_deny,
            denials_by_physician_only=self.denials == "physician_only",
            administrative_reasons=frozenset(self.administrative_reasons),
        )


def load_destinations(texts: Iterable[str]) -> Mapping[DestinationId, Destination]:
    """The destinations of these files. Raises pydantic's ValidationError where a file is not one."""
    yaml = YAML(typ="safe")
    found = [DestinationFile.model_validate(yaml.load(text)).destination() for text in texts]
    return {destination.id: destination for destination in found}
