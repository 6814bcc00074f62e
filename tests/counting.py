"""A gateway that notes what each use case asks of the database. The nursery prepares it; the product knows nothing.

One line for each transaction of a use case goes to `transactions.jsonl` in the working folder, when it ends. What polls
ask, and how far consumers came, is not noted: that does not grow with the requests.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from priorauth.adapters.database.unit_of_work import DatabaseUnitOfWork

NOTED = Path("transactions.jsonl")
POLLS = {"catch-up", "clocks", "notifications", "replays", "forgetting"}
Opens = Callable[[DatabaseUnitOfWork], AbstractAsyncContextManager[Any]]

_asked: ContextVar[list[str] | None] = ContextVar("asked", default=None)


def prepare() -> None:
    for name in ("__call__", "reading", "glancing"):
        setattr(DatabaseUnitOfWork, name, noting(getattr(DatabaseUnitOfWork, name)))
    event.listen(Engine, "before_cursor_execute", note)


def noting(opens: Opens) -> Opens:
    """The way to open a transaction, noted."""

    @asynccontextmanager
    async def noted(unit_of_work: DatabaseUnitOfWork) -> AsyncIterator[Any]:
        asked: list[str] = []
        step, before = calling_use_case(), _asked.set(asked)
        try:
            async with opens(unit_of_work) as work:
                yield work
        finally:
            _asked.reset(before)
        task = asyncio.current_task()
        if task is not None and task.get_name() not in POLLS:
            with NOTED.open("a") as journal:
                journal.write(json.dumps({"step": step, "statements": asked}) + "\n")

    return noted


def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
    """Note a statement by its verb and table. Beginning a transaction is none."""
    asked = _asked.get()
    if asked is not None and not statement.startswith("BEGIN"):
        words = statement.split()
        verb = words[0].upper()
        after = {"SELECT": "FROM", "INSERT": "INTO", "DELETE": "FROM", "UPDATE": "UPDATE"}[verb]
        asked.append(f"{verb} {words[words.index(after) + 1]}")


def calling_use_case() -> str:
    """The function outside of this file and of the standard library that opens the transaction."""
    frame = sys._getframe(1)
    while frame.f_back and "/priorauth/" not in frame.f_code.co_filename:
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}"
