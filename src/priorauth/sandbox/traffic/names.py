"""Invented people, places and organizations. Nobody of these exists; numbers are of ranges that are never given out."""

from __future__ import annotations

from priorauth.domain.parties import Address, Contact, ContactNumber, EntityKind, Name
from priorauth.sandbox.traffic.dice import Dice

LAST = (
    "ABERNATHY", "BRANNIGAN", "CHOWDHURY", "DELACROIX", "EASTWICK", "FARQUHARSON", "GONZALEZ-REY", "HALVORSEN",
    "IBARRA", "JANKOWSKI", "KOWALCZYK", "LINDQVIST", "MARCHETTI", "NAKAMURA", "O'DONNELL", "PETROSYAN", "QUACKENBUSH",
    "ROSENTHAL", "SATO", "TRAN", "UNDERHILL", "VAN DER BERG", "WOJCIK", "XIONG", "YAMAMOTO", "ZIMMERMANN",
)  # fmt: skip
FIRST = (
    "ADA", "BASIL", "CORA", "DMITRI", "ELENA", "FELIX", "GRETA", "HUGO", "INES", "JONAS", "KEIKO", "LEOPOLD", "MIRA",
    "NOEL", "OLGA", "PAVEL", "QUINN", "ROSA", "SOREN", "TAMSIN", "UMA", "VIKTOR", "WREN", "YUSUF", "ZOE",
)  # fmt: skip
MIDDLE = ("A", "B", "JEAN", "LEE", "M", "RAE", "T")
SUFFIXES = ("JR", "SR", "II", "III")
STREETS = ("ORCHARD LANE", "HARBOR STREET", "MILL ROAD", "COLLEGE AVENUE", "QUARRY HILL", "STATION SQUARE")
PLACES = (
    ("QUINCY", "MA", "02169"), ("DETROIT", "MI", "48226"), ("DES MOINES", "IA", "50309"), ("HARRISBURG", "PA", "17101"),
    ("WORCESTER", "MA", "016082345"), ("GRAND RAPIDS", "MI", "495031001"), ("AMES", "IA", "50010"),
)  # fmt: skip
ABROAD = (("WINDSOR", "ON", "N9A1A1", "CA"), ("VANCOUVER", "BC", "V6B1A1", "CA"))
HOSPITALS = (
    "HARBOR GENERAL HOSPITAL", "LAKESHORE MEDICAL CENTER", "PRAIRIE VIEW HOSPITAL", "RIVERSIDE MEMORIAL",
)  # fmt: skip
PRACTICES = (
    "NORTH STREET ORTHOPEDICS", "OAK GROVE CLINIC", "COMMONS FAMILY MEDICINE", "SUMMIT IMAGING", "BRIGHT DAY HOME CARE",
    "WILLOW BEND THERAPY", "METRO TRANSPORT SERVICE",
)  # fmt: skip
STATES = ("MA", "MI", "IA", "PA", "OH")


def person(dice: Dice, *, prefix: bool = False) -> Name:
    """A person's name; not every segment has room for a prefix."""
    return Name(
        kind=EntityKind.PERSON,
        last=dice.one(LAST),
        first=dice.one(FIRST),
        middle=dice.one(MIDDLE) if dice.chance(40) else "",
        prefix="DR" if prefix and dice.chance(30) else "",
        suffix=dice.one(SUFFIXES) if dice.chance(10) else "",
    )


def hospital(dice: Dice) -> Name:
    return Name(kind=EntityKind.ORGANIZATION, last=dice.one(HOSPITALS))


def practice(dice: Dice) -> Name:
    return Name(kind=EntityKind.ORGANIZATION, last=dice.one(PRACTICES))


def address(dice: Dice) -> Address:
    lines = [f"{dice.between(1, 999)} {dice.one(STREETS)}"]
    if dice.chance(25):
        lines.append(f"SUITE {dice.between(1, 40)}")
    if dice.chance(5):
        city, state, postal_code, country = dice.one(ABROAD)
        return Address(lines=tuple(lines), city=city, state=state, postal_code=postal_code, country=country)
    city, state, postal_code = dice.one(PLACES)
    return Address(lines=tuple(lines), city=city, state=state, postal_code=postal_code)


def contact(dice: Dice, *, named: bool) -> Contact:
    """Whom to reach: up to three numbers, an extension after its telephone."""
    telephone = ContactNumber("TE", f"617555{dice.digits(4)}")
    others = [
        [ContactNumber("EX", dice.digits(4))],
        [ContactNumber("FX", f"617555{dice.digits(4)}")],
        [ContactNumber("EM", f"desk{dice.digits(3)}@hospital.example")],
        [ContactNumber("UR", f"hospital.example/desk/{dice.digits(3)}")],
        [ContactNumber("EX", dice.digits(3)), ContactNumber("FX", f"617555{dice.digits(4)}")],
    ]
    rest = dice.one(others) if dice.chance(60) else []
    name = f"{dice.one(FIRST)} {dice.one(LAST)}" if named and dice.chance(60) else ""
    return Contact(name=name, numbers=(telephone, *rest))
