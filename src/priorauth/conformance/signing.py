"""Ed25519 signatures over a JSON document: keys as PEM files, bytes in one canonical form."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)


class UnusableKey(Exception):
    """A key file cannot be read, or holds another kind of key."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")


class NotCanonical(ValueError):
    """A text is no JSON document that can be signed: not JSON, a name twice, or a number that is not whole."""


def make_keys(private: Path) -> Path:
    """Write a new private key, readable by its owner only, and beside it the public one; never over another key."""
    public = private.with_name(f"{private.name}.pub")
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for path, content, mode in ((private, pem, 0o600), (public, _public_pem(key.public_key()), 0o644)):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        except FileExistsError:
            raise UnusableKey(path, "is there already, and keys are not written over") from None
        except OSError as problem:
            raise UnusableKey(path, problem.strerror or "cannot be written") from None
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    return public


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """The key that signs."""
    try:
        key = load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UnusableKey(path, "is no private key in PEM without a password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UnusableKey(path, "is no Ed25519 key")
    return key


def read_public_key(path: Path) -> Ed25519PublicKey:
    """The key that verifies."""
    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm):
        raise UnusableKey(path, "is no public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise UnusableKey(path, "is no Ed25519 key")
    return key


def written_key(key: Ed25519PublicKey) -> str:
    """A public key as it stands in documents: its 32 bytes in base64."""
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def signature(key: Ed25519PrivateKey, document: object) -> str:
    """The signature over the canonical bytes of a document, in base64."""
    return base64.b64encode(key.sign(canonical(document))).decode()


def is_signed_by(key: str, signed: str, document: object) -> bool:
    """Whether a written key made this signature over this document."""
    try:
        public = Ed25519PublicKey.from_public_bytes(_exact(key))
        public.verify(_exact(signed), canonical(document))
    except (ValueError, InvalidSignature):
        return False
    return True


def canonical(document: object) -> bytes:
    """The one way to write a document: names in order, no spaces, UTF-8 (as RFC 8785 writes JSON without fractions)."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise NotCanonical("a text holds half a character") from None


def read_canonical(text: str) -> Any:
    """A document that means one thing only: every name once, every number whole."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse)
    except RecursionError:
        raise NotCanonical("it is nested too deeply") from None
    except NotCanonical:
        raise
    except ValueError:
        raise NotCanonical("it is no JSON") from None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise NotCanonical("a name stands twice in one object")
    return dict(pairs)


def _refuse(_: str) -> Any:
    raise NotCanonical("a number is not whole")


def _exact(text: str) -> bytes:
    """Bytes from base64 that is written as it would be written, so that no character of it can change unseen."""
    try:
        read = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("no base64") from None
    if base64.b64encode(read).decode() != text:
        raise ValueError("not the base64 of these bytes")
    return read


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise UnusableKey(path, problem.strerror or "cannot be read") from None


def _public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
