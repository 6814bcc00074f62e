"""Delegates and payer desks from their files in `mappings/delegates`."""

from __future__ import annotations

from collections.abc import Mapping

from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Format
from priorauth.routing.destination_files import DestinationFile, DestinationKind, load_destination
from priorauth.services.delegate_ports import Destination


def load_destinations(files: Mapping[str, str]) -> Mapping[DestinationId, Destination]:
    """The destinations of these files. Raises DestinationError where one cannot be read."""
    found = [destination(load_destination(file, text)) for file, text in files.items()]
    return {each.id: each for each in found}


def destination(file: DestinationFile) -> Destination:
    """What a file says, as the use cases need it."""
    address = file.interchange
    return Destination(
        id=DestinationId(file.id),
        name=file.name,
        is_desk=file.kind is DestinationKind.DESK,
        format=Format(file.format),
        transport=file.transport,
        url=file.url or "",
        interchange_qualifier=address.qualifier if address else "",
        interchange_id=address.id if address else "",
        group_id=address.group_id if address else "",
        may_deny=file.may_deny,
        denials_by_physician_only=file.denials == "physician_only",
        administrative_reasons=frozenset(file.administrative_reasons),
    )
