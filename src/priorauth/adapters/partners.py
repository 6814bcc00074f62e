"""The trading partners from their files in `mappings/partners`, and who the sender of an interchange is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from priorauth.domain.findings import Severity
from priorauth.domain.parties import PartnerId, TradingPartner
from priorauth.routing.yaml_source import read_yaml


class InterchangeId(BaseModel):
    """An ISA05/ISA06 pair."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    qualifier: str = Field(min_length=2, max_length=2)
    id: str = Field(min_length=1, max_length=15)


class PartnerFile(BaseModel):
    """One file of `mappings/partners`: who they are and how we agreed to exchange."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str
    interchange_ids: list[InterchangeId] = []
    group_ids: list[str] = []
    accepts_any_sender: bool = False
    npis: list[str] = []
    wait_seconds: float | None = Field(default=None, gt=0, le=60)
    refuses_duplicates: bool = True
    tolerates_chained_services: bool = False
    echoes_bad_data: bool = False
    severities: dict[str, Severity] = {}
    asks_second_opinion: bool = False

    def partner(self) -> TradingPartner:
        return TradingPartner(
            id=PartnerId(self.id),
            name=self.name,
            interchange_ids=frozenset((pair.qualifier, pair.id) for pair in self.interchange_ids),
            group_ids=frozenset(self.group_ids),
            accepts_any_sender=self.accepts_any_sender,
            npis=frozenset(self.npis),
            wait=None if self.wait_seconds is None else timedelta(seconds=self.wait_seconds),
            refuses_duplicates=self.refuses_duplicates,
            tolerates_chained_services=self.tolerates_chained_services,
            echoes_bad_data=self.echoes_bad_data,
            severities=self.severities,
            asks_second_opinion=self.asks_second_opinion,
        )


@dataclass(frozen=True, slots=True)
class Partners:
    """All trading partners."""

    by_id: Mapping[PartnerId, TradingPartner]

    def sender(self, qualifier: str, interchange_id: str) -> TradingPartner | None:
        """Whose interchange this is by ISA05/ISA06; None where it is nobody's."""
        wanted = (qualifier.strip(), interchange_id.strip())
        for partner in self.by_id.values():
            if wanted in partner.interchange_ids:
                return partner
        return self.anybody

    @property
    def anybody(self) -> TradingPartner | None:
        """The partner that everybody is who is nobody else (the sandbox's)."""
        return next((partner for partner in self.by_id.values() if partner.accepts_any_sender), None)


def load_partners(texts: Iterable[str]) -> Partners:
    """The partners of these files. Raises pydantic's ValidationError where a file is not one."""
    partners = [PartnerFile.model_validate(read_yaml("partner", text).data).partner() for text in texts]
    return Partners({partner.id: partner for partner in partners})
