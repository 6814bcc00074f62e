"""Messages made from the guide tables: every loop, segment and element that a guide lets one send, once each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from priorauth.x12.guides.spec import ElementUse, Guide, Loop, Usage, Use

Row = list[str]
"""A segment: its id, then its elements; a composite's components are joined by a colon."""

_VALUES = {
    "19": "BOSTON",
    "26": "US",
    "67": "1234567893",
    "143": "278",
    "329": "0001",
    "447": "2000",
    "479": "HI",
    "480": "005010X217",
    "721": "UM",
    "1705": "005010X217",
    "116": "021100001",
    "156": "MA",
    "234": "99213",
    "373": "20260105",
    "337": "1200",
    "509": "9876543210",
    "1251": "20260105",
    "1331": "21",
    "1339": "25",
    "1715": "MA",
}
_EXCLUDED = {"N4": (7,)}  # N402 and N407 exclude each other


def example_set(guide: Guide, *, dependent: bool) -> list[Row]:
    """The segments of one set between ST and SE: all that the guide has below the subscriber or the dependent."""
    numbers = iter(range(1, 1000))
    rows = [_row(use) for use in guide.header]
    for loop in guide.loops:
        rows.extend(_loop(loop, "", numbers, dependent))
    return [*rows, *(_row(use) for use in guide.trailer)]


def interchange(sets: Iterable[tuple[Guide, list[Row]]], *, control: str = "000000001") -> bytes:
    """One interchange with one group of sets."""
    members = list(sets)
    guide = members[0][0]
    rows: list[Row] = [
        ["GS", guide.functional, "SENDER", "RECEIVER", "20260105", "1200", "1", "X", guide.id],
    ]
    for number, (_, body) in enumerate(members, start=1):
        rows.append(["ST", guide.transaction, f"{number:04}", guide.id])
        rows.extend(body)
        rows.append(["SE", str(len(body) + 2), f"{number:04}"])
    rows.append(["GE", str(len(members)), "1"])
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'SENDER':15}*ZZ*{'RECEIVER':15}*260105*1200*^*00501*{control}*0*T*:~"
    return (isa + "".join("*".join(row) + "~" for row in rows) + f"IEA*1*{control}~").encode()


def _loop(loop: Loop, parent: str, numbers: Iterator[int], dependent: bool) -> Iterator[Row]:
    children = [child for child in loop.loops if not loop.choice or child.id not in loop.choice.loops]
    if loop.choice:
        wanted = loop.choice.loops[0 if dependent else 1]
        children.extend(child for child in loop.loops if child.id == wanted)
    level = ""
    for use in loop.uses:
        if use.segment == "HL":
            level = str(next(numbers))
            yield _level(use, level, parent, has_children=any(child.level for child in children))
        else:
            yield _row(use)
    for child in children:
        yield from _loop(child, level or parent, numbers, dependent)
    for use in loop.trailer:
        yield _row(use)


def _level(use: Use, number: str, parent: str, *, has_children: bool) -> Row:
    kind = next(iter(use.elements[2].codes or ()))
    return ["HL", number, parent, kind, "1" if has_children else "0"]


def _row(use: Use) -> Row:
    left_out = _EXCLUDED.get(use.segment, ())
    row = [use.segment, *_values(use.elements)]
    for position in left_out:
        row[position] = ""
    while not row[-1]:
        row.pop()
    return row


def _values(elements: tuple[ElementUse, ...]) -> Iterator[str]:
    period = False
    for element in elements:
        if element.number == "1250":
            period = element.codes == frozenset({"RD8"})
        if element.usage is Usage.NOT_USED:
            yield ""
        elif element.components:
            yield ":".join(_values(element.components)).rstrip(":")
        elif element.number == "1251" and period:
            yield "20260105-20260110"
        else:
            yield _value(element)


def _value(element: ElementUse) -> str:
    if element.codes:
        return min(element.codes)
    if element.number in _VALUES:
        return _VALUES[element.number]
    if element.type in ("N0", "R"):
        return "1"
    return "EXAMPLE"[: element.maximum].ljust(element.minimum, "X")
