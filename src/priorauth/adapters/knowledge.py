"""What the files of `mappings/` say, read once per process."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from priorauth.adapters.clients import Clients, load_clients
from priorauth.adapters.database.outbox import EventEncoder, cloud_events
from priorauth.adapters.destinations import load_destinations
from priorauth.adapters.mapping_files import read_folder
from priorauth.adapters.partners import Partners, load_partners
from priorauth.domain.access import CallerKind
from priorauth.domain.parties import DestinationId, PartnerId, PayerId
from priorauth.domain.reviews import ServiceReview
from priorauth.domain.routes import Route
from priorauth.routing.clock_books import load_clock_book, load_law
from priorauth.routing.clock_rules import ClockBook
from priorauth.routing.confidentiality import ProtectedCodes, load_protected_codes
from priorauth.routing.determination_books import load_determination_book
from priorauth.routing.determination_rules import DeterminationBook
from priorauth.routing.fact import Facts
from priorauth.routing.fact_tables import FactTables, load_fact_tables
from priorauth.routing.facts import facts_of, supposed
from priorauth.routing.packs import Pack, load_pack
from priorauth.routing.router import choose
from priorauth.services.delegate_ports import Destination
from priorauth.services.keep_packs import PackFiles
from priorauth.translate.crosswalks import Crosswalks, read_crosswalks
from priorauth.translate.events import EVENT_SOURCE
from priorauth.translate.finding_rules import FindingTable, read_finding_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The tables and packs that everything is decided by."""

    findings: FindingTable
    fact_tables: FactTables
    protected: ProtectedCodes
    crosswalks: Crosswalks
    packs: Mapping[PayerId, Pack]
    partners: Partners
    destinations: Mapping[DestinationId, Destination]
    clients: Clients
    clock_books: Mapping[PayerId, ClockBook]
    determination_books: Mapping[PayerId, DeterminationBook]

    @property
    def desks(self) -> Mapping[PayerId, DestinationId]:
        """The desk of each payer: where an item goes that nobody else decides."""
        return {payer: pack.desk.destination for payer, pack in self.packs.items()}

    @property
    def pack_files(self) -> Mapping[str, PackFiles]:
        """What each pack in use is kept as, by version."""
        return {pack.version: PackFiles(pack.payer, pack.sources.files) for pack in self.packs.values()}

    @property
    def event_encoder(self) -> EventEncoder:
        """The forms of events; of treatment for substance use nobody but the payer is told (42 CFR Part 2)."""
        return cloud_events(EVENT_SOURCE, self.protected.protects)

    def payer(self, identifier: str) -> PayerId | None:
        """Our payer of that identifier, upper or lower case, or None."""
        payer = PayerId(identifier.strip().upper())
        return payer if payer in self.packs else None

    def route(
        self,
        review: ServiceReview,
        directory: Mapping[str, object] | None,
        *,
        given: Mapping[str, object] | None = None,
        as_of: date | None = None,
        what_if: Mapping[str, object] | None = None,
    ) -> Route:
        """Where each item of a review goes, by its payer's pack. The review's payer must be one of ours.

        `what_if` are facts that are supposed, whatever the message and the directory say.
        """
        assert review.payer is not None
        facts = self.facts(review, directory, given=given, as_of=as_of)
        if what_if:
            facts = {sequence: supposed(each, what_if) for sequence, each in facts.items()}
        return choose(review, self.packs[review.payer], facts)

    def facts(
        self,
        review: ServiceReview,
        directory: Mapping[str, object] | None,
        *,
        given: Mapping[str, object] | None = None,
        as_of: date | None = None,
    ) -> Mapping[int, Facts]:
        """The facts of each item of a review, by its sequence. The review's payer must be one of ours."""
        assert review.payer is not None
        received_on = as_of or review.received_at.astimezone(ZoneInfo(self.packs[review.payer].timezone)).date()
        return {
            item.sequence: facts_of(
                review, item, self.fact_tables, directory=directory, given=given, received_on=received_on
            )
            for item in review.items
        }


def load_knowledge(folder: Path, *, sandbox: bool) -> Knowledge:
    """Everything below a folder of mappings. Each kind of file raises its own error where it cannot be read.

    Partners that accept any sender are the sandbox's and left out elsewhere.
    """
    files = read_folder(folder)
    packs = [load_pack(below(files, f"payers/{name}/")) for name in names_below(files, "payers/")]
    law = load_law(below(files, "regulation/"))
    partners = load_partners(text for path, text in files.items() if path.startswith("partners/"))
    honoured = {
        PartnerId(id): partner for id, partner in partners.by_id.items() if sandbox or not partner.accepts_any_sender
    }
    destinations = load_destinations(below(files, "delegates/"))
    clock_books = {
        pack.payer: load_clock_book(below(files, f"payers/{pack.payer.lower()}/"), pack, law) for pack in packs
    }
    by_payer = {pack.payer: pack for pack in packs}
    stood_for: dict[CallerKind, Container[str]] = {
        CallerKind.PARTNER: honoured,
        CallerKind.DELEGATE: destinations,
        CallerKind.PAYER: by_payer,
    }
    return Knowledge(
        findings=read_finding_table(files["findings.csv"]),
        fact_tables=load_fact_tables(below(files, "crosswalks/")),
        protected=load_protected_codes(files["crosswalks/substance-use.csv"]),
        crosswalks=read_crosswalks(below(files, "crosswalks/fhir/")),
        packs=by_payer,
        partners=Partners(honoured),
        destinations=destinations,
        clients=load_clients(below(files, "clients/"), stood_for),
        clock_books=clock_books,
        determination_books={
            pack.payer: load_determination_book(
                below(files, f"payers/{pack.payer.lower()}/"), pack, clock_books[pack.payer]
            )
            for pack in packs
        },
    )


def below(files: Mapping[str, str], prefix: str) -> dict[str, str]:
    """The files of one folder by their path within it."""
    return {path.removeprefix(prefix): text for path, text in files.items() if path.startswith(prefix)}


def names_below(files: Mapping[str, str], prefix: str) -> list[str]:
    """The folders directly below one, in order."""
    return list(dict.fromkeys(path.removeprefix(prefix).split("/")[0] for path in files if path.startswith(prefix)))
