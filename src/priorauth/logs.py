"""Logs are events with named fields; a value that may be PHI has no field to go into."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED_FIELDS = frozenset(
    {
        "event", "level", "timestamp", "exception", "review_id", "leg_id", "message_id", "event_id", "event_type",
        "partner", "payer", "delegate", "destination", "rule", "pack_version", "outcome", "state", "status", "route",
        "count", "attempts", "seconds", "topic", "group", "position", "reason", "error_type", "port", "host", "finding",
        "sets", "origin", "instance", "sandbox", "database", "version", "task", "type", "client", "scope",
        "subscription_id", "replay_id",
    }
)  # fmt: skip
"""The only fields that a log line may have."""


def keep_allowed_fields(_logger: Any, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list, so that no value can slip into a log under a new name."""
    for name in [name for name in fields if name not in ALLOWED_FIELDS]:
        del fields[name]
    return fields


def without_message(_logger: Any, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep of an exception its type and where it was raised; its text may quote a value."""
    error = fields.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, BaseException):
        error = (type(error), error, error.__traceback__)
    if error:
        frames = []
        trace = error[2]
        while trace is not None:
            frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
            trace = trace.tb_next
        fields["error_type"] = error[0].__name__
        fields["exception"] = " ".join(frames[-6:])
    return fields


def set_up_logs(level: str, form: str) -> None:
    """One line per event to standard error, JSON or for people; the standard library's loggers are kept silent."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_message,
            keep_allowed_fields,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),  # whatever standard error is at that moment
    )
    logging.basicConfig(level=logging.CRITICAL, force=True)
