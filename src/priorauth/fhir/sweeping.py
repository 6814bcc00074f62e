"""Written sweeps: for each type and each way that profiles narrow it, what its struct does not ensure already.

A sweep is a function of the struct and a list to which it appends the references that it meets; it says whether all is
right. It may refuse what is right, and never takes what is wrong: tests hold it to that. The sources are kept where
tracebacks and debuggers look for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from .compiling import Compiler, Narrowings
from .invariants import FULL_DATE, INVARIANTS, TYPE_INVARIANTS, Mostly, Presence
from .primitives import GRAMMARS, PRIMITIVES, can_be_written_out
from .roles import Nameable
from .strict import Shape, Structs, property_of
from .sweep_extensions import Arrangements, Extensions, known_extensions
from .sweep_source import Names, Sweep, builtins_of, has, matches
from .tables import UNBOUNDED, ElementDefinition, Kind
from .terminology import bound_codes

_SIGNS_OF_CONTENT = 4
_IT = "it__"  # what a sweep looks at
_SHORT = 3
_SINGLE_LINES = frozenset(("code", "uri", "url", "canonical"))
_ASKED = frozenset(("base64Binary", "xhtml"))
_NUMBERS = frozenset((Decimal, int, type(None)))


class Sweeper:
    """Writes the sweeps of one version. Where texts are plain, the only white space in them is the space."""

    def __init__(self, compiler: Compiler, structs: Structs, *, plain: bool) -> None:
        self._compiler, self._tables, self._structs = compiler, compiler.tables, structs
        self._is_not_visible = "' ' in {0}" if plain else "(' ' in {0} or not {0}.isprintable())"
        self._names = Names()
        self._short: dict[str, list[str]] = {}  # what is rather written out than called
        self._functions: dict[tuple[str, str, tuple[int, ...]], str] = {}
        self.sweeps = Sweeps(self._resource)

    def _resource(self, resource_type: str, profile: str) -> Sweep:
        narrowings = (self._tables.profiles[profile].root,) if profile else ()
        name = self._function(self._structs.shapes[resource_type], resource_type, narrowings)
        return self._names.scope[name] if name else _takes_all

    def _function(self, shape: Shape, type_name: str, narrowings: Narrowings) -> str:
        """The name of the sweep of a type, written when first asked for; empty where there is nothing to look at."""
        key = shape.name, type_name, tuple(map(id, narrowings))
        if key not in self._functions:
            name = self._functions[key] = f"sweep_{shape.name}_{len(self._functions)}"
            body = list(self._body(shape, type_name, narrowings, _IT))
            if len(body) <= _SHORT:
                self._short[name] = body
            if body:
                lines = [f"def sweep({_IT}, met):", *(f"    {line}" for line in body), "    return True\n"]
                self._names.write(name, "\n".join(lines))
            else:
                self._functions[key] = ""
        return self._functions[key]

    def _body(self, shape: Shape, type_name: str, own: Narrowings, x: str) -> Iterator[str]:
        """The statements that leave with False unless everything in the struct named `x` is right."""
        if len(shape.absent) == len(shape.attributes):
            yield from self._is_not_empty(shape, x)
        for definition in self._tables.types[type_name].values():
            if not self._is_seen_to(type_name, definition.name):
                narrowed = tuple(each.children[definition.name] for each in own if definition.name in each.children)
                yield from self._element(shape, type_name, definition, narrowed, x)
        keys = dict.fromkeys(key for each in own for key in each.invariants)
        for invariant in (*TYPE_INVARIANTS.get(type_name, ()), *(INVARIANTS[key] for key in keys if key in INVARIANTS)):
            if isinstance(invariant.holds, Presence):
                holds = invariant.holds.written(lambda name: self._is_there(shape, x, name))
            else:
                holds = f"{self._names.of(invariant.holds)}({self._names.of(builtins_of)}({x}))"
                if isinstance(invariant.holds, Mostly):
                    seen = invariant.holds.seen(lambda name: self._is_there(shape, x, name), x)
                    holds = f"{seen} or {holds}"
            yield f"if not ({holds}): return False"

    def _is_seen_to(self, type_name: str, name: str) -> bool:
        """True for what decoding has told apart already, and for what is looked at for all resources at once."""
        return name == "url" if type_name == "Extension" else name == "id" and type_name in self._tables.resources

    def _is_not_empty(self, shape: Shape, x: str) -> Iterator[str]:
        """An object must have something in it; a look at what it mostly has saves a comparison."""
        names = [name for name in shape.attributes if name not in ("id", "meta", "extension", "use")]
        signs = " or ".join(self._is_there(shape, x, name) for name in names[:_SIGNS_OF_CONTENT])
        nothing = self._names.of(self._structs.nothing(shape))
        yield f"if not ({signs}) and {x} == {nothing}: return False"

    def _is_there(self, shape: Shape, x: str, name: str) -> str:
        """The condition that a member is there."""
        if name not in shape.attributes:
            return "False"
        attribute = shape.attributes[name]
        if attribute not in shape.absent:
            return "True"
        absent = shape.absent[attribute]
        if absent is None:
            return f"{x}.{attribute} is not None"
        if absent == "" or absent == ():
            return f"{x}.{attribute}"
        return f"{x}.{attribute} is not {self._names.of(absent)}"

    def _element(
        self, shape: Shape, owner: str, definition: ElementDefinition, own: Narrowings, x: str
    ) -> Iterator[str]:
        kinds = {property_of(definition, kind): kind for kind in definition.kinds}
        here = {name: kind for name, kind in kinds.items() if name in shape.attributes}
        forbidden = min((each.most for each in own), default=UNBOUNDED) == 0
        allowed = [each.types for each in own if each.types is not None]
        for name, kind in list(here.items()):
            if forbidden or not all(kind.name in types for types in allowed):
                yield f"if {self._is_there(shape, x, name)}: return False"
                del here[name]
        least = max((each.least for each in own), default=0)
        yield from self._presence(shape, owner, definition, here, x, is_required=bool(definition.least or least))
        for name, kind in here.items():
            typed = tuple(each.slices[name] for each in own if definition.is_choice and name in each.slices)
            yield from self._member(shape, owner, definition, name, kind, own + typed, x)
            if f"_{name}" in shape.attributes and definition.most == 1:
                element = self._function(self._structs.shapes["Element"], "Element", ())
                beside = f"{x}.{shape.attributes[f'_{name}']}"
                yield f"if {beside} is not None and not {element}({beside}, met): return False"

    def _presence(
        self,
        shape: Shape,
        owner: str,
        definition: ElementDefinition,
        here: dict[str, Kind],
        x: str,
        *,
        is_required: bool,
    ) -> Iterator[str]:
        """That the element is there where it must be, and a choice no more than once."""
        there = [self._is_there(shape, x, name) for name in here]
        instead = owner == "Extension" and definition.is_choice
        if instead:
            there.append(self._is_there(shape, x, "extension"))
        if definition.is_choice:
            there = [each for each in there if each != "False"]
            if len(there) > 1:
                found = " + ".join(f"({each})" if " is " in each else f"(not not {each})" for each in there)
                yield f"if {found} {'!= 1' if is_required or instead else '> 1'}: return False"
                return
        if (is_required or instead) and "True" not in there:
            beside = [] if definition.is_choice else [self._is_there(shape, x, f"_{name}") for name in here]
            found = " or ".join(each for each in (*there, *beside) if each != "False") or "False"
            yield f"if not ({found}): return False"

    def _member(
        self,
        shape: Shape,
        owner: str,
        definition: ElementDefinition,
        name: str,
        kind: Kind,
        own: Narrowings,
        x: str,
    ) -> Iterator[str]:
        """One property: its value, or its values."""
        attribute = shape.attributes[name]
        value, path = f"{x}.{attribute}", f"{owner}.{definition.name}"
        if kind.name == "Resource":
            return  # each is swept by itself, in its role
        if definition.most == 1:
            is_simple = kind.name in PRIMITIVES
            v = value if is_simple else self._names.variable()
            lines = list(self._single(path, definition, kind, own, v))
            if not lines:
                return
            there = self._is_there(shape, x, name).replace(value, v)
            if not is_simple:
                yield f"{v} = {value}"
            if there == "True" or lines == [self._line_of_visible(v)]:
                yield from lines
            elif is_simple and len(lines) == 1:
                yield f"if {there} and {lines[0].removeprefix('if ')}"
            else:
                yield f"if {there}:"
                yield from (f"    {line}" for line in lines)
            return
        least = max((each.least for each in own), default=0)
        most = min((each.most for each in own), default=UNBOUNDED)
        if least > 1:
            yield f"if len({value}) < {least}: return False"
        if most < UNBOUNDED:
            yield f"if len({value}) > {most}: return False"
        if kind.name == "Extension":
            yield from self._extensions(shape, name, own, value)
        else:
            yield from self._items(path, definition, kind, own, value)

    def _items(
        self, path: str, definition: ElementDefinition, kind: Kind, own: Narrowings, value: str
    ) -> Iterator[str]:
        """The items of a list, of each slice as its own narrowing says."""
        item = self._names.variable()
        slices = list(self._slices(own, item))
        base = list(self._single(path, definition, kind, own, item))
        if not slices:
            if base:
                yield f"if {value}:"
                yield f"    for {item} in {value}:"
                yield from (f"        {line}" for line in base)
            return
        counts = [_counts(narrowings) for _, narrowings in slices]
        counted = {at: self._names.variable() for at, (least, most) in enumerate(counts) if least or most < UNBOUNDED}
        for counter in counted.values():
            yield f"{counter} = 0"
        yield f"for {item} in {value}:"
        for at, (condition, narrowings) in enumerate(slices):
            yield f"    {'elif' if at else 'if'} {condition}:"
            yield f"        {counted[at]} += 1" if at in counted else "        pass"
            lines = self._single(path, definition, kind, own + narrowings, item)
            yield from (f"        {line}" for line in lines)
        if base:
            yield "    else:"
            yield from (f"        {line}" for line in base)
        for at, counter in counted.items():
            yield f"if not {counts[at][0]} <= {counter} <= {counts[at][1]}: return False"

    def _slices(self, own: Narrowings, item: str) -> Iterator[tuple[str, Narrowings]]:
        """The condition of each slice that can be told, and its narrowings."""
        discriminator = next((each.discriminator for each in own if each.discriminator), "")
        named: dict[str, Narrowings] = {}
        for each in own:
            for name, narrowing in each.slices.items():
                named[name] = (*named.get(name, ()), narrowing)
        for narrowings in named.values():
            condition = matches(self._names, discriminator, narrowings, item)
            if condition:
                yield condition, narrowings

    def _single(self, path: str, definition: ElementDefinition, kind: Kind, own: Narrowings, v: str) -> Iterator[str]:
        """One value: its datatype, then whatever profiles say of it."""
        if kind.name in PRIMITIVES:
            yield from self._primitive(kind.name, definition, own, v)
            return
        profiles = {name: None for each in own for name in each.profiles if name in self._tables.profiles}
        roots = tuple(self._tables.profiles[name].root for name in profiles)
        narrowings = tuple(
            each for each in own + (roots if len(roots) == 1 else ()) if each.children or each.invariants
        )
        shape = self._structs.shapes[kind.name]
        if kind.name == "Coding":  # the most frequent one
            yield from self._body(shape, kind.name, narrowings, v)
        elif kind.name == "Reference" and not narrowings:  # the next: nearly all are a literal and no more
            yield f"if {v}.reference and {v}.identifier is None and not {v}.type: {self._meeting(path, kind, own, v)}"
            yield f"elif not {self._function(shape, kind.name, narrowings)}({v}, met): return False"
            yield f"elif {v}.reference: {self._meeting(path, kind, own, v)}"
        else:
            name = self._function(shape, kind.name, narrowings)
            if name in self._short:
                yield from (line.replace(_IT, v) for line in self._short[name])
            elif name:
                yield f"if not {name}({v}, met): return False"
            if kind.name == "Reference":
                yield f"if {v}.reference: {self._meeting(path, kind, own, v)}"
        for each in own:
            for wanted in (each.fixed, each.pattern):
                if wanted is not None:
                    yield f"if not ({has(self._names, v, wanted)}): return False"
            if each.binding in self._tables.value_sets:
                yield from self._bound(kind, self._names.of(self._tables.value_sets[each.binding]), v)

    def _meeting(self, path: str, kind: Kind, own: Narrowings, v: str) -> str:
        """The statement that remembers a literal reference, and what it may lead to."""
        named = [each.targets for each in own if each.targets]
        targets = self._compiler.targets(path, kind, named[-1] if named else ())
        return f"met.append(({v}.reference, {self._names.of(Nameable(self._tables, targets))}))"

    def _bound(self, kind: Kind, systems: str, v: str) -> Iterator[str]:
        """One coding is of a value set."""
        all_codes = all(codes is None for codes in self._names.scope[systems].values())
        coding = v if kind.name == "Coding" else self._names.variable()
        met = f"{coding}.system in {systems}"
        if not all_codes:
            codes = self._names.variable()
            met = f"({codes} := {systems}.get({coding}.system, ())) is None or {coding}.code in {codes}"
        if kind.name == "Coding":
            yield f"if not ({met}): return False"
        elif kind.name == "CodeableConcept":
            yield f"for {coding} in {v}.coding:"
            yield f"    if {met}: break"
            yield "else: return False"
        else:
            yield "return False"

    def _primitive(self, type: str, definition: ElementDefinition, own: Narrowings, v: str) -> Iterator[str]:
        allowed: frozenset[str] | None = None
        for each in own:
            if codes := bound_codes(self._tables.value_sets.get(each.binding, {})):
                allowed = codes
        wanted = [value for each in own for value in (each.fixed, each.pattern) if value is not None]
        if texts := frozenset(value for value in wanted if isinstance(value, str)):
            allowed = texts
        if allowed is not None:
            yield f"if {v} not in {self._names.of(allowed)}: return False"
        elif type in _SINGLE_LINES and not definition.codes:
            yield self._line_of_visible(v)
        elif type in GRAMMARS:
            yield f"if not {self._names.of(GRAMMARS[type])}({v}): return False"
        elif type in _ASKED:
            yield f"if {self._names.of(PRIMITIVES[type].check)}({v}) is not None: return False"
        elif type == "decimal":
            yield f"if {v}.__class__ not in {self._names.of(_NUMBERS)}: return False"
            is_decimal = f"{v}.__class__ is {self._names.of(Decimal)}"
            yield f"if {is_decimal} and not {self._names.of(can_be_written_out)}({v}): return False"
        if wanted and not texts:
            yield f"if {v} is not {wanted[0]!r}: return False"
        if any(FULL_DATE in each.invariants for each in own):
            yield f"if len({v}) != 10: return False"

    def _line_of_visible(self, v: str) -> str:
        """A text without white space; so is an absent one."""
        return f"if {self._is_not_visible.format(v)}: return False"

    def _extensions(self, shape: Shape, name: str, own: Narrowings, value: str) -> Iterator[str]:
        """Each extension by its url: how many there may be, and what is in it."""
        known = known_extensions(self._tables, own)
        counted = {url: (least, most) for url, (_, least, most) in known.items() if least or most < UNBOUNDED}
        is_modifier = name == "modifierExtension"
        table = Extensions(self.extension, shape.parts or self._structs.extensions, known, is_modifier=is_modifier)
        each, sweep = self._names.variable(), self._names.variable()
        loop = [
            f"for {each} in {value}:",
            f"    {sweep} = {self._names.of(table)}[{each}.url]",
            f"    if {sweep} is not None and not {sweep}({each}, met): return False",
        ]
        if counted:
            arrangements = self._names.of(Arrangements(counted))
            are_counted = f"not {arrangements}[tuple([{each}.url for {each} in {value}])]"
            if any(least or not most for least, most in counted.values()):
                yield from loop
                yield f"if {are_counted}: return False"
                return
            loop.append(f"if len({value}) > 1 and {are_counted}: return False")
        yield f"if {value}:"
        yield from (f"    {line}" for line in loop)

    def extension(self, shape: Shape, narrowings: Narrowings) -> Sweep | None:
        """The sweep of an extension."""
        name = self._function(shape, "Extension", narrowings)
        return self._names.scope[name] if name else None


class Sweeps(dict[tuple[str, str], Sweep]):
    """The sweep of a type of resource as a profile of the guide narrows it, or plain where that is empty."""

    def __init__(self, write: Callable[[str, str], Sweep]) -> None:
        self._write = write

    def __missing__(self, key: tuple[str, str]) -> Sweep:
        found = self[key] = self._write(*key)
        return found


def _takes_all(value: Any, met: list[tuple[str, Nameable]]) -> bool:  # noqa: ARG001
    return True


def _counts(narrowings: Narrowings) -> tuple[int, int]:
    """How few and how many of a slice there may be."""
    return max(each.least for each in narrowings), min(each.most for each in narrowings)
