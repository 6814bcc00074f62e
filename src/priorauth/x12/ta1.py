"""The interchange acknowledgment (TA1): whether the envelope as a whole could be read and may be worked with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from .datatypes import is_short_date, is_time
from .segments import Element, Segment
from .verdicts import InterchangeVerdict

_CONTROL_NUMBER = re.compile(r"[0-9]{1,9}")


def ta1_segment(isa: Segment, verdict: InterchangeVerdict, sent_at: datetime) -> Sequence[Element]:
    """The TA1 for an interchange with this header.

    TA101 to TA103 repeat ISA13, ISA09 and ISA10. What is not valid there would not be valid here either: a date or time
    is then that of the TA1 itself and a number zero, and TA105 says what was wrong.
    """
    number, date, time = isa[13].strip(), isa[9].strip(), isa[10].strip()
    return (
        "TA1",
        number.zfill(9) if _CONTROL_NUMBER.fullmatch(number) else "000000000",
        date if len(date) == 6 and is_short_date(date) else f"{sent_at:%y%m%d}",
        time if len(time) == 4 and is_time(time) else f"{sent_at:%H%M}",
        verdict.verdict,
        verdict.note,
    )
