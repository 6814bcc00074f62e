"""The stories by their names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Story = Callable[..., Awaitable[None]]
STORIES: dict[str, Story] = {}


def story(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function the story of this name. It is given the run, and what the case says under `with`."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        if name in STORIES:
            raise ValueError(f"two stories are called {name}")
        STORIES[name] = function
        return function

    return register
