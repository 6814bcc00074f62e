"""Which report is made by what, and how it is written: one table each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from priorauth.domain.events import Event
from priorauth.reports.cases import gather
from priorauth.reports.daily_log import daily_logs
from priorauth.reports.metrics import metrics
from priorauth.reports.oversight import oversight
from priorauth.reports.pages import as_html
from priorauth.reports.prints import as_pdf
from priorauth.reports.setting import PayerSetting, Period
from priorauth.reports.sheets import as_csv, as_text


class ReportKind(StrEnum):
    """What can be reported."""

    DAILY_LOG = "daily-log"
    METRICS = "metrics"
    DELEGATES = "delegates"


class ReportFormat(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"
    PDF = "pdf"


MEDIA_TYPES: Mapping[ReportFormat, str] = {
    ReportFormat.TEXT: "text/plain; charset=utf-8",
    ReportFormat.JSON: "application/json",
    ReportFormat.CSV: "text/csv; charset=utf-8",
    ReportFormat.HTML: "text/html; charset=utf-8",
    ReportFormat.PDF: "application/pdf",
}


def make_report(
    kind: ReportKind, events: Iterable[Event], setting: PayerSetting, period: Period, facility: str = ""
) -> dict[str, Any]:
    """The report of one payer from its events: the same events give the same report."""
    gathered = gather(setting.payer, events)
    if kind is ReportKind.DAILY_LOG:
        return daily_logs(gathered, setting, period, facility)
    return metrics(gathered, setting, period) if kind is ReportKind.METRICS else oversight(gathered, setting, period)


def written(report: Mapping[str, Any], format: ReportFormat) -> bytes:
    """The report in a format."""
    match format:
        case ReportFormat.PDF:
            return as_pdf(report)
        case ReportFormat.HTML:
            return as_html(report).encode()
        case ReportFormat.CSV:
            return as_csv(report).encode()
        case ReportFormat.JSON:
            return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"
    return ("\n".join(as_text(report)) + "\n").encode()
