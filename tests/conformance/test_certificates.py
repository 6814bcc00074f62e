"""Certificates: what they say, that every change of one is seen, and what a key adds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance_runs import mixed_run, passing_run, run_of
from priorauth.conformance.certificate import NotACertificate, flaws_of, read_certificate, write_certificate
from priorauth.conformance.certificate_page import certificate_page
from priorauth.conformance.results import RunResult
from priorauth.conformance.signing import (
    UnusableKey,
    make_keys,
    read_private_key,
    read_public_key,
    signature,
)


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "signer.pem"
    make_keys(path)
    return path


@pytest.fixture(scope="module")
def written(private: Path) -> str:
    return write_certificate(mixed_run(), read_private_key(private), selection="every case")


def public(private: Path) -> Path:
    return private.with_name("signer.pem.pub")


def test_a_certificate_as_written_is_valid(private: Path, written: str) -> None:
    certificate = read_certificate(written)

    assert flaws_of(certificate) == []
    assert flaws_of(certificate, read_public_key(public(private))) == []


def test_it_says_what_was_tested_and_how_each_case_ended(written: str) -> None:
    content = read_certificate(written).content

    assert content.target.name == "Harbor test gateway"
    assert content.started == "2026-11-28T10:30:00+00:00"
    assert content.cases_digest == mixed_run().cases_digest
    assert content.summary == {"pass": 1, "fail": 1, "error": 1, "skip": 2, "not applicable": 1}
    assert {case.name: case.verdict for case in content.cases}["x12-278/echo/bht03-comes-back"] == "fail"
    assert [row.standing for row in content.coverage] == ["not met", "no case", "undecided", "not seen from outside"]


@pytest.mark.parametrize(
    ("run", "conformant"),
    [
        pytest.param(passing_run(), True, id="all pass"),
        pytest.param(mixed_run(), False, id="one fails"),
        pytest.param(run_of(), False, id="nothing ran"),
    ],
)
def test_only_a_run_that_passed_is_called_conformant(private: Path, run: RunResult, conformant: bool) -> None:
    certificate = read_certificate(write_certificate(run, read_private_key(private), selection="every case"))

    assert certificate.content.conformant is conformant
    assert ("Conformance certificate" in certificate_page(certificate)) is conformant


def test_it_holds_no_message(written: str) -> None:
    assert "ISA*" not in written
    assert "HARBORGENERAL" not in written
    assert "very-secret" not in written


def test_every_changed_value_is_seen(written: str) -> None:
    document = json.loads(written)
    unseen = [place for place, changed in changes(document) if is_believed(json.dumps(changed))]

    assert len(list(changes(document))) > 80
    assert unseen == []


def test_every_changed_byte_is_seen_unless_it_is_layout(private: Path) -> None:
    short = write_certificate(run_of(passing_run(1).cases[0]), read_private_key(private), selection="every case")

    for place, byte in enumerate(short.encode()):
        changed = bytearray(short.encode())
        changed[place] = byte ^ 1
        text = changed.decode("utf-8", "replace")
        assert not is_believed(text) or json.loads(text) == json.loads(short), short[place - 30 : place + 1]


@pytest.mark.parametrize("part", ["content", "signature"])
def test_a_field_that_is_added_or_missing_is_seen(written: str, part: str) -> None:
    document = json.loads(written)
    added = document | {part: document[part] | {"more": "words"}}
    missing = document | {part: dict(list(document[part].items())[1:])}

    assert not is_believed(json.dumps(added))
    assert not is_believed(json.dumps(missing))
    assert not is_believed(json.dumps(document | {"more": "words"}))


def test_a_name_that_stands_twice_is_seen(written: str) -> None:
    doubled = written.replace('"conformant": false', '"conformant": true, "conformant": false')

    assert doubled != written
    assert not is_believed(doubled)


def test_other_layout_and_order_of_names_change_nothing(written: str) -> None:
    document = json.loads(written)
    turned = {name: document[name] for name in reversed(document)}

    assert is_believed(json.dumps(turned, separators=(",", ":")))


def test_somebody_else_who_signs_the_same_content_is_told_apart_by_the_key(private: Path, tmp_path: Path) -> None:
    make_keys(tmp_path / "other.pem")
    forged = read_certificate(write_certificate(passing_run(), read_private_key(tmp_path / "other.pem"), selection=""))

    assert flaws_of(forged) == []
    assert flaws_of(forged, read_public_key(public(private))) == ["it is signed with another key than the one given"]


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"summary": {"pass": 6, "fail": 0, "error": 0, "skip": 0, "not applicable": 0}}, "totals"),
        ({"conformant": True}, "another outcome"),
        ({"suites": []}, "counts of the suites"),
    ],
    ids=["totals", "outcome", "suites"],
)  # fmt: skip
def test_a_signer_who_contradicts_the_cases_is_not_believed(
    private: Path, written: str, change: dict[str, object], flaw: str
) -> None:
    content = json.loads(written)["content"] | change
    signed = {"algorithm": "Ed25519", "value": signature(read_private_key(private), content)}

    flaws = flaws_of(read_certificate(json.dumps({"content": content, "signature": signed})))

    assert len(flaws) == 1
    assert flaw in flaws[0]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"content": 1.5}', "[" * 100_000, '{"content": {}}'])
def test_what_is_no_certificate_says_why(text: str) -> None:
    with pytest.raises(NotACertificate):
        read_certificate(text)


def test_the_page_shows_what_did_not_pass_and_how_to_check_the_file(written: str) -> None:
    page = certificate_page(read_certificate(written))

    for told in (
        "Record of a conformance run",
        "x12-278/echo/bht03-comes-back",
        "the target did not answer",
        "conformance verify",
    ):
        assert told in page
    assert read_certificate(written).signature.value in page.replace("&#43;", "+")


def test_the_private_key_is_its_owners_and_never_written_over(private: Path) -> None:
    assert private.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UnusableKey, match="is there already"):
        make_keys(private)


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_is_no_key_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key.pem").write_bytes(content)

    for read in (read_private_key, read_public_key):
        with pytest.raises(UnusableKey, match=r"key\.pem"):
            read(tmp_path / "key.pem")


def is_believed(text: str) -> bool:
    """Whether a certificate would pass for unchanged."""
    try:
        return not flaws_of(read_certificate(text))
    except NotACertificate:
        return False


def changes(document: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """The document with one value changed, for each value in it; and with one part left out, for each part."""
    if isinstance(document, dict | list):
        for key in list(document) if isinstance(document, dict) else range(len(document)):
            for where, changed in changes(document[key], f"{place}.{key}"):
                yield where, replaced(document, key, changed)
            yield f"{place}.{key} left out", replaced(document, key)
    elif isinstance(document, bool):
        yield place, not document
    elif isinstance(document, int):
        yield place, document + 1
    else:
        yield place, f"{document}x"


def replaced(document: Any, key: Any, *value: Any) -> Any:
    if isinstance(document, dict):
        return {name: value[0] if name == key else each for name, each in document.items() if value or name != key}
    return [*document[:key], *value, *document[key + 1 :]]
