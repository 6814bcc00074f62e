"""The reports of a demonstration, made from the event log of its gateway."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from priorauth.adapters.knowledge import Knowledge, load_knowledge
from priorauth.adapters.mapping_files import shipped_folder
from priorauth.adapters.reporting import setting_of
from priorauth.domain.parties import PayerId
from priorauth.reports.making import ReportKind, make_report
from priorauth.reports.setting import Period
from priorauth.sandbox.demo.gateway import Ehr
from priorauth.translate.events import read_event


@cache
def knowledge() -> Knowledge:
    """What the gateway of the demonstration decides by."""
    return load_knowledge(shipped_folder("mappings"), sandbox=True)


def report(ehr: Ehr, kind: ReportKind, payer: str, first: date, last: date) -> dict[str, Any]:
    """A report on some days, as `priorauth report` makes it."""
    setting = setting_of(knowledge(), PayerId(payer))
    return make_report(kind, map(read_event, ehr.log_of(payer)), setting, Period(first, last))
