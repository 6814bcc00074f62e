"""`priorauth sandbox traffic`: making, writing, checking and sending synthetic requests."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec

from priorauth.cli.output import INVALID, note, say, say_json, write_document
from priorauth.sandbox.traffic.running import Made, Order, Rail, Tally, run
from priorauth.sandbox.traffic.sending import send_all
from priorauth.sandbox.traffic.twins import COHORTS, DAY

_PAUSE = 5.0  # seconds between lines of progress
_SHOWN = 20  # problems


class NotOrdered(Exception):
    """The traffic that was asked for is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What becomes of the traffic."""

    jobs: int = 1
    out: Path | None = None
    stdout: bool = False
    send: str = ""
    rate: float = 10.0
    token: str = field(default="", repr=False)


def ordered(*, count: int, seed: int, payer: str, cohort: str, rail: str, day: str, check: bool) -> Order:
    """The order that the options make. Raises NotOrdered where they make none."""
    try:
        order = Order(
            count=count,
            seed=seed,
            payer=payer.upper(),
            cohort=cohort,
            rail=Rail(rail),
            day=date.fromisoformat(day) if day else DAY,
            checked=check,
        )
    except ValueError:
        raise NotOrdered("--rail wants x12, fhir or both, and --day a date like 2026-11-02") from None
    if count < 1:
        raise NotOrdered("--count wants a number from 1")
    if not order.cohorts:
        raise NotOrdered("there is no such cohort; --list-cohorts names all of them")
    return order


def list_cohorts(*, payer: str, as_json: bool) -> None:
    """Every cohort with its programme and where its requests go."""
    found = [each for each in COHORTS if payer.upper() in ("", each.payer)]
    if as_json:
        say_json(
            [
                {
                    "payer": each.payer,
                    "cohort": each.name,
                    "programme": each.programme,
                    "goes_to": each.goes_to,
                    "title": each.title,
                }
                for each in found
            ]
        )
        return
    for each in found:
        say(f"{each.payer:<9} {each.name:<26} {', '.join(each.goes_to):<44} {each.title}")


def make(order: Order, delivery: Delivery, *, as_json: bool) -> int:
    """Make the traffic; the exit code."""
    started = shown = time.monotonic()
    to_send: list[Made] = []
    take = _taker(delivery, order, to_send)
    tally = Tally()
    for tally in run(order, jobs=delivery.jobs, take=take):
        if time.monotonic() - shown > _PAUSE:
            shown = time.monotonic()
            note(f"{tally.count:,} of {order.count:,}, {tally.count / (shown - started):.0f} a second")
    seconds = time.monotonic() - started
    answers = Counter(send_all(delivery.send, to_send, rate=delivery.rate, token=delivery.token) if to_send else ())
    _report(order, tally, answers, seconds, as_json=as_json)
    return INVALID if tally.problems else 0


def _taker(delivery: Delivery, order: Order, to_send: list[Made]) -> Callable[[Made], None]:
    if delivery.out:
        for name, rail in (("x12", Rail.X12), ("fhir", Rail.FHIR)):
            if order.rail in (rail, Rail.BOTH):
                (delivery.out / name).mkdir(parents=True, exist_ok=True)

    def take(made: Made) -> None:
        if delivery.out:
            if made.x12:
                (delivery.out / "x12" / f"{made.name}.edi").write_bytes(made.x12)
            if made.fhir:
                (delivery.out / "fhir" / f"{made.name}.json").write_bytes(made.fhir)
        if delivery.stdout:
            write_document(_line(made))
        if delivery.send:
            to_send.append(made)

    return take


def _line(made: Made) -> bytes:
    """A twin on one line: the 278 or the Bundle as it is, and both of them as JSON."""
    if not made.x12 or not made.fhir:
        return (made.x12 or made.fhir) + b"\n"
    twin = {"name": made.name, "x12": made.x12.decode(), "fhir": msgspec.Raw(made.fhir)}
    return msgspec.json.encode(twin) + b"\n"


def _report(order: Order, tally: Tally, answers: Mapping[str, int], seconds: float, *, as_json: bool) -> None:
    """What was made, on standard error: standard output is for the traffic. With `--json` on standard output."""
    if as_json:
        say_json(
            {
                "count": tally.count,
                "seed": order.seed,
                "day": order.day.isoformat(),
                "rail": order.rail,
                "sha256": tally.digest,
                "checked": order.checked,
                "problems": [{"twin": each.twin, "what": each.what} for each in tally.problems],
                "cohorts": {f"{payer}/{name}": count for (payer, name), count in tally.twins.items()},
                "answers": dict(answers),
                "seconds": round(seconds, 1),
            }
        )
        return
    for each in tally.problems[:_SHOWN]:
        note(f"{each.twin}: {each.what}")
    said = f"{len(tally.problems):,} problems" if order.checked else "not checked"
    note(f"{tally.count:,} requests of {len(tally.twins)} cohorts in {seconds:.1f} s, {said}, sha256 {tally.digest}")
    for answer, count in sorted(answers.items()):
        note(f"{count:>8,}  {answer}")
