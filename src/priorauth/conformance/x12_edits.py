"""Edits of X12 messages before they are sent: fresh numbers, declared changes, and counts put right again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from priorauth.conformance.x12 import Interchange, Path, PathFault, read_path, read_written, value_at

Edit = Mapping[str, object]


def freshen(interchange: Interchange, *, number: int, unique: str, trace: str) -> None:
    """New control numbers, references and traces; the first trace of the event begins as asked."""
    put_everywhere(interchange, "ISA", 13, f"{number:09d}")
    put_everywhere(interchange, "IEA", 2, f"{number:09d}")
    put_everywhere(interchange, "GS", 6, str(number))
    put_everywhere(interchange, "GE", 2, str(number))
    references = traces = 0
    traced_in_set = 0
    for place in list(interchange.places()):
        segment = interchange.segments[place.index]
        if segment[0] == "BHT" and len(segment) > 3:
            references += 1
            segment[3] = unique + (f"R{references}" if references > 1 else "")
        if segment[0] == "TRN" and value_at(segment, 1) == "1" and len(segment) > 2:
            begins = trace if place.level == "EV" and traced_in_set < place.set else ""
            traced_in_set = place.set if place.level == "EV" else traced_in_set
            segment[2] = f"{begins}{unique}" + (f"-{traces}" if traces else "")
            traces += 1


def put_everywhere(interchange: Interchange, segment_id: str, position: int, value: str) -> None:
    for segment in interchange.segments:
        if segment[0] == segment_id and len(segment) > position:
            segment[position] = value


def repeat_sets(interchange: Interchange, times: int) -> None:
    """The first set so many times, each with a control number of its own."""
    begin = next(index for index, segment in enumerate(interchange.segments) if segment[0] == "ST")
    end = next(index for index, segment in enumerate(interchange.segments) if segment[0] == "SE")
    whole = interchange.segments[begin : end + 1]
    copies: list[list[str]] = []
    for number in range(1, times + 1):
        copied = [list(segment) for segment in whole]
        copied[0][2] = copied[-1][2] = f"{number:04d}"
        copies += copied
    interchange.segments[begin : end + 1] = copies


def recount(interchange: Interchange) -> None:
    """Put SE01, GE01 and IEA01 right."""
    since_start = sets = groups = 0
    for segment in interchange.segments:
        since_start += 1
        match segment[0]:
            case "GS":
                sets = 0
                groups += 1
            case "ST":
                since_start = 1
                sets += 1
            case "SE" if len(segment) > 1:
                segment[1] = str(since_start)
            case "GE" if len(segment) > 1:
                segment[1] = str(sets)
            case "IEA" if len(segment) > 1:
                segment[1] = str(groups)


def replace_values(interchange: Interchange, values: Mapping[str, str]) -> None:
    """Whole elements that are other ones at a target, such as ids of payers and providers."""
    for segment in interchange.segments:
        for position, element in enumerate(segment[1:], start=1):
            if element.strip() in values:
                segment[position] = values[element.strip()].ljust(len(element) if segment[0] == "ISA" else 0)


def apply_edit(interchange: Interchange, edit: Edit) -> None:
    """One declared edit."""
    for word, argument in edit.items():
        EDITS[word](interchange, argument)


def edit_set(interchange: Interchange, argument: object) -> None:
    for text, value in as_mapping(argument).items():
        path = read_path(text)
        for index in indexes(interchange, path, text):
            put(interchange, interchange.segments[index], path, str(value))


def put(interchange: Interchange, segment: list[str], path: Path, value: str) -> None:
    if not path.element:
        segment[:] = read_written(value)[0]
        return
    segment.extend([""] * (path.element + 1 - len(segment)))
    if path.component:
        components = segment[path.element].split(interchange.delimiters.component)
        components.extend([""] * (path.component - len(components)))
        components[path.component - 1] = value
        value = interchange.delimiters.component.join(components)
    segment[path.element] = value
    while segment[0] != "ISA" and len(segment) > 2 and not segment[-1] and len(segment) - 1 > path.element:
        segment.pop()


def edit_drop(interchange: Interchange, argument: object) -> None:
    gone: list[int] = []
    for text in argument if isinstance(argument, list) else [argument]:
        gone += indexes(interchange, read_path(str(text)), str(text))
    for index in sorted(set(gone), reverse=True):
        del interchange.segments[index]


def edit_drop_level(interchange: Interchange, argument: object) -> None:
    level, _, number = str(argument).partition("#")
    gone = [
        place.index for place in interchange.places() if place.level == level and place.level_number == int(number or 1)
    ]
    if not gone:
        raise PathFault(f"there is no level {argument} in the message")
    for index in reversed(gone):
        del interchange.segments[index]


def edit_insert(interchange: Interchange, argument: object) -> None:
    asked = as_mapping(argument)
    where = "after" if "after" in asked else "before"
    text = str(asked[where])
    index = indexes(interchange, read_path(text), text)[0] + (where == "after")
    interchange.segments[index:index] = read_written(str(asked["segments"]))


def edit_swap(interchange: Interchange, argument: object) -> None:
    assert isinstance(argument, list)
    one, other = (indexes(interchange, read_path(str(text)), str(text))[0] for text in argument)
    segments = interchange.segments
    segments[one], segments[other] = segments[other], segments[one]


def edit_repeat(interchange: Interchange, argument: object) -> None:
    asked = as_mapping(argument)
    text, times = str(asked["segment"]), asked["times"]
    assert isinstance(times, int)
    index = indexes(interchange, read_path(text), text)[0]
    interchange.segments[index:index] = [list(interchange.segments[index]) for _ in range(times - 1)]


EDITS: Mapping[str, Callable[[Interchange, object], None]] = {
    "set": edit_set,
    "drop": edit_drop,
    "drop-level": edit_drop_level,
    "insert": edit_insert,
    "swap": edit_swap,
    "repeat": edit_repeat,
}


def indexes(interchange: Interchange, path: Path, text: str) -> Sequence[int]:
    found = [place.index for place in interchange.find(path)]
    if not found:
        raise PathFault(f"there is no {text} in the message")
    return found


def as_mapping(argument: object) -> Mapping[str, object]:
    if not isinstance(argument, dict):
        raise PathFault("an edit wants a mapping here")
    return argument
