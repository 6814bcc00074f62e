"""The parties of a synthetic request: as a 278 names them and a PAS Bundle can name them too."""

from __future__ import annotations

from datetime import date

from priorauth.domain.parties import (
    Address,
    Demographics,
    Dependent,
    EntityKind,
    Identifier,
    Name,
    Provider,
    Specialty,
    Subscriber,
    Umo,
)
from priorauth.sandbox.traffic import names
from priorauth.sandbox.traffic.dice import Dice

UMO_NAMES = {
    "ALLWAYS": "ALLWAYS HEALTH PARTNERS",
    "BCBSM": "BLUE CROSS BLUE SHIELD OF MICHIGAN",
    "BCBSMA": "BLUE CROSS BLUE SHIELD OF MASSACHUSETTS",
    "FPLIC": "FIRST PRIORITY LIFE INSURANCE COMPANY",
    "MERCYONE": "MERCYONE HEALTH PLAN",
}

# fmt: off
PLAYED = {
    "71": "AT", "72": "OP", "73": "OT", "77": "PE", "AAJ": "AD", "DD": "AS", "DK": "OR", "DN": "RF", "DQ": "OT",
    "FA": "PE", "G3": "OT", "P3": "PC", "QB": "PE", "QV": "PE", "SJ": "PE", "1T": "PE",
}
"""The part (PRV01) that a provider of each NM101 plays: with another one, the PAS twin could not say it."""

EVENT_PEOPLE       = ("71", "72", "73", "AAJ", "DD", "DK", "DN", "P3", "SJ")
EVENT_GROUPS       = ("77", "G3", "QB", "QV", "SJ")
SERVICE_PEOPLE     = ("72", "73", "DD", "DK", "DQ", "P3", "SJ")
SERVICE_GROUPS     = ("1T", "77", "FA", "G3", "QB", "QV", "SJ")
TAXONOMIES         = ("207X00000X", "2080N0001X", "2085R0202X", "208100000X", "363LF0000X", "2084P0800X")
OF_PEOPLE          = ("24", "34", "XX", "XX", "XX", "XX", "XX", "XX")
OF_GROUPS          = ("24", "46", "XX", "XX", "XX", "XX", "XX", "XX")
OF_REQUESTING_GROUPS = ("24", "46", "XV", "XX", "XX", "XX", "XX", "XX")
REFERENCES         = ("0B", "1G", "1J", "EI", "N5", "N7", "ZH")
REQUESTER_GROUPS   = ("1P", "2B", "36", "FA", "FA", "FA", "PR")
OF_REQUESTERS      = ("1G", "1J", "EI", "G5", "N5", "N7", "ZH")
OF_MEMBERS         = ("1L", "3L", "6P", "DP", "EJ", "F6", "HJ", "IG", "N6", "NQ", "SY")
MILITARY           = ("AO", "AU", "DI", "PV", "RU")
# fmt: on


def umo(dice: Dice, payer: str) -> Umo:
    role = dice.one(("X3", "X3", "X3", "PR", "2B", "36"))
    name = Name(kind=EntityKind.ORGANIZATION, last=UMO_NAMES[payer])
    return Umo(role=role, name=name, identifier=Identifier(Identifier.PAYER, payer))


def requester(dice: Dice, *, by_npi: bool) -> Provider:
    """A hospital or a physician."""
    is_person = dice.chance(35)
    qualifier = Identifier.NPI if by_npi else dice.one(OF_PEOPLE if is_person else OF_REQUESTING_GROUPS)
    return Provider(
        role="1P" if is_person else dice.one(REQUESTER_GROUPS),
        name=names.person(dice) if is_person else names.hospital(dice),
        identifier=_identifier(dice, qualifier),
        supplemental=_references(dice, OF_REQUESTERS, is_person=is_person, beside=qualifier) if dice.chance(30) else (),
        address=_maybe_address(dice),
        contact=names.contact(dice, named=not is_person) if dice.chance(60) else None,
        specialty=Specialty("PE", "PXC", dice.one(TAXONOMIES)) if is_person and dice.chance(50) else None,
    )


def facility(dice: Dice, npi: str = "") -> Provider:
    """The facility of an event, by its NPI: directories know facilities by it."""
    return Provider(
        role="FA",
        name=names.hospital(dice),
        identifier=Identifier(Identifier.NPI, npi or dice.npi()),
        supplemental=_references(dice, REFERENCES, is_person=False, beside="XX") if dice.chance(20) else (),
        address=_maybe_address(dice),
        contact=names.contact(dice, named=True) if dice.chance(20) else None,
    )


def event_provider(dice: Dice) -> Provider:
    return _provider(dice, EVENT_PEOPLE, EVENT_GROUPS)


def service_provider(dice: Dice) -> Provider:
    return _provider(dice, SERVICE_PEOPLE, SERVICE_GROUPS)


def subscriber(dice: Dice, member: str, born: date, *, newborn: bool, is_patient: bool) -> Subscriber:
    name = names.person(dice, prefix=True)
    if newborn:
        name = Name(kind=EntityKind.PERSON, last=name.last, first=dice.one(("BABY GIRL", "BABY BOY", "TWIN A")))
    return Subscriber(
        name=name,
        identifier=Identifier(Identifier.MEMBER, member),
        supplemental=tuple(
            Identifier(qualifier, f"000{dice.digits(6)}" if qualifier == "SY" else f"{qualifier}{dice.digits(6)}")
            for qualifier in dice.some(OF_MEMBERS, 4)
        )
        if dice.chance(40)
        else (),
        address=_maybe_address(dice),
        demographics=_demographics(dice, born) if is_patient or dice.chance(60) else None,
        military_status=dice.one(MILITARY) if not newborn and dice.chance(6) else "",
    )


def dependent(dice: Dice, born: date, *, newborn: bool) -> Dependent:
    """A spouse, a child or another dependent; a newborn with its place among twins."""
    return Dependent(
        name=Name(kind=EntityKind.PERSON, last=dice.one(names.LAST), first=dice.one(("BABY GIRL", "BABY BOY")))
        if newborn
        else names.person(dice),
        supplemental=tuple(
            Identifier(qualifier, f"000{dice.digits(6)}" if qualifier == "SY" else f"ACC{dice.digits(7)}")
            for qualifier in dice.some(("EJ", "SY"), 2)
        )
        if dice.chance(40)
        else (),
        address=_maybe_address(dice),
        demographics=_demographics(dice, born),
        relationship="19" if newborn else dice.one(("01", "19", "G8")),
        birth_sequence=dice.between(1, 3) if newborn and dice.chance(70) else None,
    )


def _provider(dice: Dice, people: tuple[str, ...], groups: tuple[str, ...]) -> Provider:
    is_person = dice.chance(60)
    role = dice.one(people if is_person else groups)
    qualifier = dice.one(OF_PEOPLE if is_person else OF_GROUPS)
    return Provider(
        role=role,
        name=names.person(dice, prefix=True) if is_person else names.practice(dice),
        identifier=_identifier(dice, qualifier),
        supplemental=_references(dice, REFERENCES, is_person=is_person, beside=qualifier) if dice.chance(25) else (),
        address=_maybe_address(dice),
        contact=names.contact(dice, named=not is_person) if dice.chance(35) else None,
        specialty=Specialty(PLAYED[role], "PXC", dice.one(TAXONOMIES)) if dice.chance(50) else None,
    )


def _identifier(dice: Dice, qualifier: str) -> Identifier:
    if qualifier == Identifier.NPI:
        return Identifier(qualifier, dice.npi())
    is_government = qualifier in ("24", "34")  # nine digits, of ranges that are never given out
    return Identifier(qualifier, f"000{dice.digits(6)}" if is_government else f"ID{dice.digits(6)}")


def _references(dice: Dice, known: tuple[str, ...], *, is_person: bool, beside: str) -> tuple[Identifier, ...]:
    """Further identifiers; a tax or social security number only where the main one is no such number itself."""
    own = (*known, "SY") if is_person else known
    usable = own if beside not in ("24", "34") else tuple(each for each in own if each not in ("EI", "SY"))
    return tuple(
        Identifier(
            each,
            f"000{dice.digits(6)}" if each in ("EI", "SY") else f"{each}{dice.digits(5)}",
            dice.one(names.STATES) if each == "0B" else "",
        )
        for each in dice.some(usable, 3)
    )


def _maybe_address(dice: Dice) -> Address | None:
    return names.address(dice) if dice.chance(60) else None


def _demographics(dice: Dice, born: date) -> Demographics:
    return Demographics(birth_date=born, gender=dice.one("FFFMMMU"))
