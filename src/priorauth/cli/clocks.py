"""`clock show` and `clock advance`: the clocks of a review, and the time of a sandbox."""

from __future__ import annotations

import re
from http import HTTPStatus

import httpx2

from priorauth.cli.output import COULD_NOT_RUN, fail, say, say_json
from priorauth.cli.running import TIMEOUT_SECONDS, At, get, why_not

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def show(gateway: At, review_id: str, *, as_json: bool) -> int:
    """Print the clocks of a review, and why those do not bind that do not."""
    found = get(gateway, f"/reviews/{review_id}/clocks", f"there are no clocks of a review {review_id}")
    if as_json:
        say_json(found)
        return 0
    say(f"review {found['review']} at {found['now']}, clocks of version {found['version']}")
    for one in found["clocks"]:
        items = ", ".join(str(item) for item in one["items"])
        due = f"due {one['due_at']} ({one['counted']})" if one["due_at"] else "not due yet"
        say(f"{'*' if one['binds'] else ' '} {one['clock']:<14} {one['kind']:<14} items {items}: {one['state']}, {due}")
        say(f"    {one['title']} ({one['citation']}){'; ' + one['because'] if one['because'] else ''}")
    return 0


def advance(gateway: At, span: str, *, as_json: bool) -> int:
    """Move the clock of a sandbox on, with every timer."""
    seconds = seconds_of(span)
    try:
        response = httpx2.post(
            gateway.path("/sandbox/clock"),
            json={"advance": seconds},
            headers=dict(gateway.headers),
            timeout=TIMEOUT_SECONDS,
        )
    except httpx2.HTTPError:
        fail(f"no gateway answers at {gateway.url}; start one with: priorauth serve --sandbox", COULD_NOT_RUN)
    if response.status_code == HTTPStatus.NOT_FOUND:
        fail("only a sandbox has a clock that can be moved", COULD_NOT_RUN)
    if response.status_code != HTTPStatus.OK:
        fail(why_not(response.status_code), COULD_NOT_RUN)
    now = response.json()["now"]
    if as_json:
        say_json({"now": now})
    else:
        say(f"it is now {now}")
    return 0


def seconds_of(span: str) -> int:
    """The seconds of a span such as 73h, 2d or 1d12h; another text ends the command."""
    parts = re.findall(r"(\d+)([smhd])", span)
    if not parts or "".join(number + unit for number, unit in parts) != span:
        fail("a span of time is written like 73h, 2d or 1d12h", COULD_NOT_RUN)
    return sum(int(number) * SECONDS[unit] for number, unit in parts)
