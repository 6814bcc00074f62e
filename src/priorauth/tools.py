"""The mappings to wired tools: what needs no store, for single messages and as a part of the gateway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from priorauth.adapters.clients import ClientFault
from priorauth.adapters.directory import DirectoryFault, FileDirectory, read_directory
from priorauth.adapters.knowledge import Knowledge, load_knowledge
from priorauth.adapters.mapping_files import mappings_folder
from priorauth.domain.exchange import X12
from priorauth.domain.parties import PartnerId, TradingPartner
from priorauth.services.inspect_message import InspectMessage
from priorauth.services.ports import Codec
from priorauth.settings import NotConfigured, Settings
from priorauth.translate.fhir_message import PasCodec
from priorauth.translate.x12_interchange import X12Codec
from priorauth.wiring import check_directory, pas_codecs
from priorauth.x12.writing import Address

OURSELVES = Address(qualifier="ZZ", id="PRIORAUTH", group_id="PRIORAUTH")
INSPECTOR = TradingPartner(id=PartnerId("inspection"), name="the tools, which read by the strict rules")
"""The partner that single messages are inspected for; nobody can send as it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What needs no store: reading, validating, translating and routing single messages."""

    folder: Path
    knowledge: Knowledge
    directory: FileDirectory
    codec: X12Codec
    pas: Mapping[str, PasCodec]  # by the format of a message
    inspect_message: InspectMessage

    @property
    def codecs(self) -> Mapping[str, Codec]:
        """The codec of every format that requests come in."""
        return {X12: self.codec, **self.pas}


def build_tools(settings: Settings) -> Tools:
    """The tools, by what the mappings say. Raises NotConfigured where these cannot be used."""
    folder = mappings_folder(settings.mappings)
    try:
        check_directory(settings)
        knowledge = load_knowledge(folder, sandbox=settings.sandbox)
    except (ClientFault, DirectoryFault) as fault:
        raise NotConfigured(str(fault)) from None
    partners = {**knowledge.partners.by_id, INSPECTOR.id: INSPECTOR}
    codec = X12Codec(findings=knowledge.findings, payer_of=knowledge.payer, partners=partners)
    directory = read_directory(folder / "sandbox" / "directory.yaml")
    pas = pas_codecs(settings, knowledge)
    return Tools(
        folder=folder,
        knowledge=knowledge,
        directory=directory,
        codec=codec,
        pas=pas,
        inspect_message=InspectMessage(codecs={X12: codec, **pas}, directory=directory, router=knowledge.route),
    )
