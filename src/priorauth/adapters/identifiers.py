"""Our own ids: sortable by time of making, opaque, free of anything from a message."""

from __future__ import annotations

import secrets
import time

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's, without I, L, O and U


def new_id(prefix: str) -> str:
    """`rev-01J...`: the prefix, 10 characters of milliseconds and 16 at random."""
    return f"{prefix}-{_encoded(time.time_ns() // 1_000_000, 10)}{_encoded(secrets.randbits(80), 16)}"


def _encoded(number: int, length: int) -> str:
    characters = []
    for _ in range(length):
        number, remainder = divmod(number, 32)
        characters.append(ALPHABET[remainder])
    return "".join(reversed(characters))
