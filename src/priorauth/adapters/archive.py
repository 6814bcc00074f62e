"""What is kept as evidence, sealed: message bodies are hashed, and everything with PHI in it is encrypted at rest.

Sealed with AES-256-GCM, each value under its own nonce and bound to the row it belongs to: the bodies of archived
messages, and every JSON document of the store (reviews, routes, determinations, replies, received sets, the bodies of
events). Numbers that a sender or decider chose and that are looked up by (resend keys, certification numbers) are
stored as a keyed hash. In clear, and left to the encryption of the disk: our own ids, payer, partner, destination,
states, times, interchange control numbers, SHA-256 of messages, digests, and the kind and fixed text of failures.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
FORMAT = b"\x01"
"""The first byte of everything sealed: which key and cipher it is under. There is one so far."""


class BadKey(Exception):
    """The archive key is not 32 bytes in base64."""


class Damaged(Exception):
    """A stored value is not what was stored: it was changed, moved to another row, or sealed under another key."""


class Seal:
    """Encrypts and opens what the store keeps. Opening proves that the value is the one sealed for that row."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise BadKey("the archive key needs 32 bytes in base64")
        self._cipher = AESGCM(derived(key, b"priorauth seal"))
        self._lookup_key = derived(key, b"priorauth lookup")

    def close(self, value: bytes, row: str) -> bytes:
        """The value encrypted for this row."""
        nonce = os.urandom(NONCE_BYTES)
        return FORMAT + nonce + self._cipher.encrypt(nonce, value, row.encode())

    def open(self, sealed: bytes, row: str) -> bytes:
        """The value as it was before; Damaged where it is not what was sealed for this row."""
        nonce, encrypted = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if sealed[:1] != FORMAT or len(nonce) < NONCE_BYTES:
            raise Damaged(f"the value stored as {row} is not sealed")
        try:
            return self._cipher.decrypt(nonce, encrypted, row.encode())
        except InvalidTag:
            raise Damaged(f"the value stored as {row} was changed or is sealed under another key") from None

    def lookup(self, value: str) -> str:
        """What a value is found by without being stored: the same for the same value and key, and not reversible."""
        return hmac.digest(self._lookup_key, value.encode(), "sha256").hex()


def derived(key: bytes, purpose: bytes) -> bytes:
    """A key of its own for each purpose."""
    return hmac.digest(key, purpose, "sha256")


def fingerprint(body: bytes) -> str:
    """The SHA-256 of a message's exact bytes."""
    return hashlib.sha256(body).hexdigest()


def read_key(text: str) -> bytes:
    """The archive key from its setting (base64 of 32 bytes)."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadKey("the archive key needs 32 bytes in base64") from None
    if len(key) != KEY_BYTES:
        raise BadKey("the archive key needs 32 bytes in base64")
    return key


def sandbox_key(path: Path) -> bytes:
    """The key in this file, made on first use, readable by its owner only. For the sandbox: a key beside its data."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_key(path.read_text().strip())
    with os.fdopen(descriptor, "w") as file:
        file.write(base64.b64encode(os.urandom(KEY_BYTES)).decode())
        file.flush()
        os.fsync(file.fileno())
    return read_key(path.read_text())
