"""The client certificate of a request, as the proxy in front of us that ended its TLS passes it on."""

from __future__ import annotations

import base64
import binascii
import hashlib
from ipaddress import ip_address
from urllib.parse import unquote

from starlette.requests import Request

from priorauth.settings import Settings

PEM_BEGIN, PEM_END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def presented_thumbprint(request: Request, settings: Settings) -> str:
    """The SHA-256 of the client certificate in hexadecimal; empty where there is none.

    Only a trusted proxy is believed: it has verified the certificate, and removed the header of whoever else sent it.
    """
    header = request.headers.get(settings.client_certificate_header) if settings.client_certificate_header else None
    if not header or not from_trusted_proxy(request, settings):
        return ""
    try:
        return hashlib.sha256(certificate(header)).hexdigest()
    except (binascii.Error, ValueError):
        return ""


def certificate(header: str) -> bytes:
    """The certificate in DER: from `:base64:` (RFC 9440), or from PEM with its line breaks escaped (nginx)."""
    if header.startswith(":"):
        return base64.b64decode(header.strip().strip(":"), validate=True)
    text = unquote(header).strip()
    if not text.startswith(PEM_BEGIN) or PEM_END not in text:
        raise ValueError("it is not a certificate")
    return base64.b64decode("".join(text[len(PEM_BEGIN) : text.index(PEM_END)].split()), validate=True)


def from_trusted_proxy(request: Request, settings: Settings) -> bool:
    """Whether the connection itself comes from one of the proxies of the settings."""
    if request.client is None:
        return False
    try:
        peer = ip_address(request.client.host)
    except ValueError:
        return False
    return any(peer in network for network in settings.trusted_proxies)
