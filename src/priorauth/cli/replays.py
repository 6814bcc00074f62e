"""What `replay` does: orders one from a running gateway, shows how far it comes, and cancels it on Ctrl-C."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import httpx2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from priorauth.cli.output import COULD_NOT_RUN, INVALID, fail, note, say, say_json
from priorauth.cli.running import TIMEOUT_SECONDS, At, get, why_not

LOOK_SECONDS = 0.2
INTERRUPTED = 130
"""What a shell reports of a command that Ctrl-C ended."""


def replay(gateway: At, order: Mapping[str, object], *, as_json: bool) -> int:
    """Order it, follow it to its end, and say what was done; 1 where something could not be done."""
    id = ordered(gateway, order)
    steps: list[dict[str, Any]] = []
    ended: dict[str, Any] = {}
    try:
        with progress_bar() as bar:
            task = bar.add_task("would do" if order["dry_run"] else "doing", total=None)
            for ended in followed(gateway, id):
                bar.update(task, total=ended["total"], completed=ended["done"])
                steps += ended["steps"]
                if not as_json:
                    for step in ended["steps"]:
                        show(bar, step, is_done=not order["dry_run"])
    except KeyboardInterrupt:
        return cancelled(gateway, id, as_json=as_json)
    if as_json:
        say_json({**ended, "steps": steps})
    else:
        say(summary(ended))
    return INVALID if ended["failed"] or ended["state"] == "cancelled" else 0


def ordered(gateway: At, order: Mapping[str, object]) -> str:
    """The id of the replay that was ordered."""
    try:
        response = httpx2.post(gateway.path("/replays"), json=order, headers=gateway.headers, timeout=TIMEOUT_SECONDS)
    except httpx2.HTTPError:
        fail(f"no gateway answers at {gateway.url}; start one with: priorauth serve --sandbox", COULD_NOT_RUN)
    if response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
        said = response.json()
        fail(f"{said['title']}: {said.get('detail', '')}".rstrip(": "), COULD_NOT_RUN)
    if not response.is_success:
        fail(why_not(response.status_code), COULD_NOT_RUN)
    return str(response.json()["id"])


def followed(gateway: At, id: str) -> Iterator[dict[str, Any]]:
    """The replay again and again, each time with its new steps, until it has ended and all were seen."""
    seen = 0
    while True:
        found = get(gateway, f"/replays/{id}?after={seen}", f"there is no replay {id}")
        seen += len(found["steps"])
        yield found
        if found["state"] != "running" and seen >= found["done"]:
            return
        if not found["steps"]:
            time.sleep(LOOK_SECONDS)


def cancelled(gateway: At, id: str, *, as_json: bool) -> int:
    """Cancel it, and say how far it came."""
    try:
        httpx2.delete(gateway.path(f"/replays/{id}"), headers=gateway.headers, timeout=TIMEOUT_SECONDS)
    except httpx2.HTTPError:
        fail(f"no gateway answers at {gateway.url}: replay {id} goes on there; cancel it with DELETE /replays/{id}")
    found = get(gateway, f"/replays/{id}?limit=0", f"there is no replay {id}")
    if as_json:
        say_json(found)
    else:
        note(summary(found))
    return INTERRUPTED


def progress_bar() -> Progress:
    """Drawn on standard error, and only for people."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def show(bar: Progress, step: Mapping[str, Any], *, is_done: bool) -> None:
    """What was done for one review, or would be, above the bar."""
    for effect in step["effects"]:
        outcome = "would" if effect["outcome"] == "done" and not is_done else effect["outcome"]
        line = f"{step['review_id']}  {effect['what']:<12} {outcome:<6} {effect['subject']}: {effect['detail']}"
        if sys.stdout.isatty():
            bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            say(line)


def summary(replay: Mapping[str, Any]) -> str:
    """How far a replay came, in one line."""
    changed = f"{replay['changed']} {'would change' if replay['dry_run'] else 'changed'}"
    counts = f"{replay['done']} of {replay['total']} reviews, {changed}, {replay['failed']} with failures"
    hint = "; nothing was done: add --yes to do it" if replay["dry_run"] else ""
    return f"replay {replay['id']} {replay['state']}: {counts}{hint}"
