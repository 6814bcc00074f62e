"""A certificate as a page to print and hand on. It shows what the file says; only the file proves it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from priorauth.conformance.certificate import Certificate, Content
from priorauth.conformance.pages import rendered
from priorauth.conformance.results import Verdict
from priorauth.conformance.words import in_words, span_in_words, totals


def certificate_page(certificate: Certificate) -> str:
    """The page as HTML that needs no other file."""
    content = certificate.content
    page = {
        "title": "Conformance certificate" if content.conformant else "Record of a conformance run",
        "mark": "pass" if content.conformant else "fail",
        "content": content,
        "facts": _facts(content),
        "totals": totals(content.summary),
        "registers": _registers(content),
        "exceptions": [case for case in content.cases if case.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE)],
        "signature": [
            ("Algorithm", certificate.signature.algorithm),
            ("Public key", content.public_key),
            ("Signature", certificate.signature.value),
        ],
    }
    return rendered("certificate.html.jinja", page)


def _facts(content: Content) -> list[tuple[str, str]]:
    rows = [
        ("Address", content.target.url),
        ("Claims", ", ".join(content.target.claims)),
        *((f"Says of itself: {name}", value) for name, value in content.target.reported.items()),
        ("Date", content.started),
        ("Took", span_in_words(content.seconds)),
        ("Selected", content.selection),
        ("Cases", f"{len(content.cases)}, SHA-256 {content.cases_digest}"),
        ("Runner", f"priorauth conformance {content.runner}"),
    ]
    return [(term, value) for term, value in rows if value]


def _registers(content: Content) -> list[dict[str, Any]]:
    counted: dict[str, Counter[str]] = {}
    for row in content.coverage:
        counted.setdefault(row.registered_in, Counter())[row.standing] += 1
    return [
        {"name": name, "count": counts.total(), "sentence": in_words(counts)}
        for name, counts in sorted(counted.items())
    ]
