"""A report as titled tables of text: what CSV, HTML, PDF and the terminal show alike."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ALL_FIGURES = (
    ("2_standard_approved", "2. Standard requests approved"),
    ("3_standard_denied", "3. Standard requests denied"),
    ("4_standard_approved_after_appeal", "4. Standard requests approved after appeal"),
    ("5_extended_and_approved", "5. Requests with an extended time frame that were approved"),
    ("6_expedited_approved", "6. Expedited requests approved"),
    ("7_expedited_denied", "7. Expedited requests denied"),
)
BUCKETS = ("approved", "partial", "denied", "other", "open")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A titled table. Cells are text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sheets_of(report: Mapping[str, Any]) -> tuple[Sheet, ...]:
    """The tables of a report, whichever it is."""
    makers = {"metrics": _metrics, "delegates": _delegates, "daily-log": _daily_log}
    return tuple(makers[report["report"]](report))


def heading_of(report: Mapping[str, Any]) -> str:
    """The first line of a report."""
    titles = {
        "metrics": "Prior authorization metrics",
        "delegates": "Delegate oversight report",
        "daily-log": report.get("title", ""),
    }
    first, last = report["from"], report["to"]
    when = first if first == last else f"{first} to {last}"
    return f"{report['name']}: {titles[report['report']]}, {when}"


def _metrics(report: Mapping[str, Any]) -> Iterator[Sheet]:
    counts = report["counts"]
    left_out = [(f"left out: {why}", str(number)) for why, number in counts["left_out"].items()]
    yield Sheet(
        "Requests",
        ("what", "number"),
        (
            ("received", str(counts["received"])),
            *left_out,
            ("counted, standard", str(counts["standard"])),
            ("counted, expedited", str(counts["expedited"])),
            ("counted, both", str(counts["counted"])),
        ),
    )
    figures = [(title, _text(report[key]["number"]), _text(report[key]["of"]), _text(report[key]["percent"]))
               for key, title in ALL_FIGURES]  # fmt: skip
    yield Sheet("Shares", ("metric", "number", "of", "percent"), tuple(figures))
    yield Sheet(
        "Time from submission to decision",
        ("metric", "decided", "average", "median"),
        tuple(
            (title, *(_text(report[key][name]) for name in ("decided", "average", "median")))
            for key, title in (("8_standard_days", "8. Standard, days"), ("9_expedited_hours", "9. Expedited, hours"))
        ),
    )
    yield Sheet(
        "How they were decided",
        ("priority", *BUCKETS),
        tuple((priority, *(str(found[bucket]) for bucket in BUCKETS)) for priority, found in report["buckets"].items()),
    )
    timeliness = report["timeliness"]
    yield Sheet(
        "In time",
        ("what", "number"),
        (
            ("decided in time", str(timeliness["decided_in_time"])),
            ("decided late", str(timeliness["decided_late"])),
            ("open and overdue", str(timeliness["open_and_overdue"])),
            ("percent of decided in time", _text(timeliness["in_time_percent"])),
            *((f"missed {row['clock']} ({row['kind']})", str(row["requests"])) for row in timeliness["missed_clocks"]),
        ),
    )
    yield Sheet(
        "By decider",
        ("decider", "kind", "requests", *BUCKETS),
        tuple(
            (row["name"], "desk" if row["desk"] else "delegate", str(row["requests"]), *(str(row[b]) for b in BUCKETS))
            for row in report["by_decider"]
        ),
    )
    yield Sheet(
        "1. Services that need authorization",
        ("list", "title", "codes", "cited from"),
        tuple(
            (row["list"], row["title"], " ".join(row["codes"]) or "not supplied by the payer", row["citation"])
            for row in report["1_services_that_need_authorization"]
        ),
    )


def _delegates(report: Mapping[str, Any]) -> Iterator[Sheet]:
    yield Sheet(
        "Delegates",
        ("delegate", "report", "parts", "lines", "declined", *BUCKETS, "approved %", "peer-to-peer", "appeals",
         "overturned"),
        tuple(
            (
                row["name"],
                "owed" if row["report_owed"] else "not owed: accredited",
                str(row["parts"]),
                str(row["lines"]),
                str(row["declined"]),
                *(str(row[bucket]) for bucket in BUCKETS),
                _text(row["approved_percent"]),
                str(row["peer_to_peer"]),
                str(row["appeals"]),
                str(row["overturned"]),
            )
            for row in report["delegates"]
        ),
    )  # fmt: skip
    yield Sheet(
        "In time",
        ("delegate", "kind", "parts", "decided", "in time", "percent", "meets", "average hours", "median hours"),
        tuple(
            (
                row["name"],
                kind["kind"],
                str(kind["parts"]),
                str(kind["decided"]),
                str(kind["in_time"]),
                _text(kind["in_time_percent"]),
                {True: "yes", False: "no", None: ""}[kind["meets"]],
                _text(kind["average_hours"]),
                _text(kind["median_hours"]),
            )
            for row in report["delegates"]
            for kind in row["kinds"]
        ),
    )


LOG_COLUMNS = (
    "hospital", "npi", "hospital phone", "day", "reviewer", "reviewer phone", "fax", "patient", "born", "case number",
    "record number", "client number", "admitted", "discharged", "days", "from", "to", "requested", "decision",
    "approved", "reasons", "next review", "next review notes", "decided by", "decided at", "remarks",
)  # fmt: skip


def _daily_log(report: Mapping[str, Any]) -> Iterator[Sheet]:
    """One row for each span."""
    rows = []
    for log in report["facilities"]:
        head = (log["hospital"], log["npi"], log["hospital_phone"], log["day"])
        reviewer = (log["reviewer"], log["reviewer_phone"], log["fax"])
        for row in log["rows"]:
            patient = (row["patient"], row["born"], row["case_number"], row["record_number"], row["client_number"])
            for span in row["spans"]:
                rows.append(
                    (
                        *head,
                        *reviewer,
                        *patient,
                        row["admitted"],
                        row["discharged"],
                        _text(span["days"]),
                        span["from"],
                        span["to"],
                        span["requested"],
                        span["decision"],
                        span["approved"],
                        " ".join(span["reasons"]),
                        row["next_review"],
                        row["next_review_notes"],
                        row["decided_by"],
                        row["decided_at"],
                        "; ".join(row["remarks"]),
                    )
                )
    yield Sheet(report["title"], LOG_COLUMNS, tuple(rows))


def as_csv(report: Mapping[str, Any]) -> str:
    """The tables one after another, each under its title where there are several."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    sheets = sheets_of(report)
    for place, sheet in enumerate(sheets):
        if len(sheets) > 1:
            writer.writerows([[]] * (place > 0) + [[sheet.title]])
        writer.writerow(sheet.columns)
        writer.writerows([[_safe(cell) for cell in row] for row in sheet.rows])
    return text.getvalue()


def _safe(cell: str) -> str:
    """A cell that a spreadsheet takes for text, though it may begin as a formula does."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t"} and not cell[1:2].isdigit() else cell


def as_text(report: Mapping[str, Any]) -> Iterator[str]:
    """The tables for a terminal."""
    yield heading_of(report)
    for sheet in sheets_of(report):
        yield ""
        yield sheet.title
        yield from (f"  {line}" for line in _aligned(sheet))


def _aligned(sheet: Sheet) -> Iterator[str]:
    table: Sequence[tuple[str, ...]] = (sheet.columns, *sheet.rows)
    widths = [max(len(row[column]) for row in table) for column in range(len(sheet.columns))]
    for place, row in enumerate(table):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        if place == 0:
            yield "  ".join("-" * width for width in widths)


def _text(value: float | None) -> str:
    return "" if value is None else str(value)
