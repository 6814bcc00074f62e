"""Reports as PDF. The same report gives the same bytes: the time in the file is that of the last event."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import TableCellFillMode, XPos, YPos
from fpdf.fonts import FontFace

from priorauth.reports.sheets import Sheet, heading_of, sheets_of

FONT = "Helvetica"
GREY, DARK, WARN = (233, 237, 240), (26, 26, 26), (138, 59, 0)
MARGIN = 14
LABEL_WIDTH = 78
PATIENT_HEIGHT, LINE_HEIGHT, LARGEST_KEPT_WHOLE = 70, 6.5, 160  # mm: a patient stays on one page where that can be
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
SPAN_COLUMNS = ("Days", "From", "To", "Requested", "Decision", "Approved", "Reasons")
SPAN_WIDTHS = (12, 24, 24, 26, 60, 24, 26)


class _Print(FPDF):
    """Pages with a foot: what the report is, and which page of how many."""

    def __init__(self, heading: str, *, wide: bool) -> None:
        super().__init__(orientation="landscape" if wide else "portrait", unit="mm", format="Letter")
        self.heading = heading
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN + 4)
        self.set_title(printable(heading))
        self.set_creator("priorauth")

    def footer(self) -> None:
        self.set_y(-MARGIN)
        self.set_font(FONT, size=8)
        self.set_text_color(90, 90, 90)
        self.cell(0, 5, printable(self.heading))
        self.set_x(-MARGIN - 30)
        self.cell(30, 5, f"Page {self.page_no()} of {{nb}}", align="R")
        self.set_text_color(*DARK)

    def line_of(self, text: str, *, size: float, bold: bool = False, gap: float = 0) -> None:
        self.set_font(FONT, "B" if bold else "", size)
        self.multi_cell(0, size * 0.48, printable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if gap:
            self.ln(gap)

    def pair(self, label: str, value: str) -> None:
        self.set_font(FONT, size=9.5)
        self.set_text_color(74, 85, 96)
        self.cell(LABEL_WIDTH, 5, printable(label))
        self.set_text_color(*DARK)
        self.multi_cell(0, 5, printable(value), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def grid(self, columns: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float] | None) -> None:
        self.set_font(FONT, size=8.5)
        with self.table(
            col_widths=tuple(widths) if widths else None,
            headings_style=FontFace(emphasis="BOLD", fill_color=GREY),
            cell_fill_mode=TableCellFillMode.NONE,
            line_height=4.6,
            text_align="LEFT",
            padding=0.8,
        ) as table:
            for cells in (columns, *rows):
                row = table.row()
                for cell in cells:
                    row.cell(printable(cell))


def as_pdf(report: Mapping[str, Any]) -> bytes:
    """The report on paper."""
    is_log = report["report"] == "daily-log"
    page = _Print(heading_of(report), wide=not is_log)
    last = report["log"]["last"]
    page.set_creation_date(datetime.fromisoformat(last) if last else EPOCH)
    if is_log:
        _log(page, report)
    else:
        _tables(page, report, sheets_of(report))
    return bytes(page.output())


def _log(page: _Print, report: Mapping[str, Any]) -> None:
    if not report["facilities"]:
        page.add_page()
        page.line_of(report["title"], size=15, bold=True, gap=2)
        page.line_of(f"No decisions from {report['from']} to {report['to']}.", size=10)
    for log in report["facilities"]:
        page.add_page()
        page.line_of(report["title"], size=15, bold=True, gap=2)
        page.pair("Payer", report["name"])
        page.pair("Day", log["day"])
        page.pair("Hospital", log["hospital"] + (f" (NPI {log['npi']})" if log["npi"] else ""))
        page.pair("Hospital phone", log["hospital_phone"])
        page.pair("Nurse", log["reviewer"])
        page.pair("Nurse phone", log["reviewer_phone"])
        page.pair("Fax", log["fax"])
        for row in log["rows"]:
            _patient(page, report, row)
        page.ln(3)
        page.line_of(report["reconsideration"], size=8.5, gap=1)
        page.line_of(report["disclaimer"], size=8.5)


def _patient(page: _Print, report: Mapping[str, Any], row: Mapping[str, Any]) -> None:
    lines_below = len(row["spans"]) + len(row["remarks"])
    if page.will_page_break(min(PATIENT_HEIGHT + lines_below * LINE_HEIGHT, LARGEST_KEPT_WHOLE)):
        page.add_page()
    page.ln(3)
    page.set_draw_color(154, 164, 173)
    page.line(MARGIN, page.get_y(), page.w - MARGIN, page.get_y())
    page.ln(2)
    page.line_of(row["patient"], size=11.5, bold=True, gap=1)
    page.pair("Born", row["born"])
    page.pair(report["case_number_is"], row["case_number"])
    page.pair("Hospital record number", row["record_number"])
    page.pair("Client authorization number", row["client_number"])
    page.pair("Admitted / discharged", f"{row['admitted']} / {row['discharged'] or 'still a patient'}")
    page.pair("Next review date", row["next_review"])
    page.pair("Next review notes", row["next_review_notes"])
    page.ln(1)
    page.grid(
        SPAN_COLUMNS,
        [
            (
                "" if span["days"] is None else str(span["days"]),
                span["from"],
                span["to"],
                span["requested"],
                span["decision"],
                span["approved"],
                " ".join(span["reasons"]),
            )
            for span in row["spans"]
        ],
        SPAN_WIDTHS,
    )
    page.ln(1)
    page.set_text_color(*WARN)
    for remark in row["remarks"]:
        page.line_of(f"To be checked: {remark}", size=8.5)
    page.set_text_color(*DARK)
    reviewer = f", {row['reviewer']}" if row["reviewer"] else ""
    page.line_of(f"Decided by {row['decided_by']}{reviewer}", size=8.5)


def _tables(page: _Print, report: Mapping[str, Any], sheets: Sequence[Sheet]) -> None:
    page.add_page()
    page.line_of(heading_of(report), size=15, bold=True, gap=2)
    for sheet in sheets:
        page.line_of(sheet.title, size=11.5, bold=True, gap=1)
        page.grid(sheet.columns, sheet.rows or [[""] * len(sheet.columns)], None)
        page.ln(3)
    page.line_of("How it is counted", size=11.5, bold=True, gap=1)
    for each in report["conventions"]:
        page.line_of(each, size=8.5)
    page.line_of(f"From {report['log']['events']} events; pack {report['pack_version']}.", size=8.5)


def printable(text: str) -> str:
    """The text in what the built-in fonts have: letters they lack without their marks, else a question mark."""
    return "".join(map(_printable, text))


def _printable(letter: str) -> str:
    if ord(letter) < 256:
        return letter
    plain = unicodedata.normalize("NFKD", letter)[0]
    return plain if ord(plain) < 256 else "?"
