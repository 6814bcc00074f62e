"""`priorauth conformance keygen | verify | certificate`: keys to sign with, and what a signed file is worth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from priorauth.conformance.ending import FAILED, fail

if TYPE_CHECKING:
    from priorauth.conformance.certificate import Certificate

CertificateFile = Annotated[Path, typer.Argument(help="a certificate that `conformance run --certificate` wrote")]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]


def keygen(
    out: Annotated[Path, typer.Option(help="where to write the private key; the public one goes beside it, as .pub")],
    as_json: Json = False,
) -> None:
    """Make a pair of keys to sign certificates with. Example: priorauth conformance keygen --out signer.pem"""
    from priorauth.conformance.signing import UnusableKey, make_keys

    try:
        public = make_keys(out)
    except UnusableKey as problem:
        fail(str(problem))
    if as_json:
        typer.echo(json.dumps({"private": str(out), "public": str(public)}))
    else:
        typer.echo(f"private key: {out} (keep it to yourself)\npublic key: {public} (give it to whoever is to verify)")


def verify(
    file: CertificateFile,
    key: Annotated[Path | None, typer.Option(help="the public key of who should have signed it")] = None,
    as_json: Json = False,
) -> None:
    """Say whether a certificate is what was signed. Example: priorauth conformance verify c.json --key k.pub"""
    from priorauth.conformance.certificate import NotACertificate, flaws_of, read_certificate
    from priorauth.conformance.signing import UnusableKey, read_public_key

    text = _read(file)
    try:
        expected = read_public_key(key) if key else None
        certificate = read_certificate(text)
    except UnusableKey as problem:
        fail(str(problem))
    except NotACertificate as problem:
        _say(None, [str(problem)], signer_known=key is not None, as_json=as_json)
        raise typer.Exit(FAILED) from None
    flaws = flaws_of(certificate, expected)
    _say(certificate, flaws, signer_known=key is not None, as_json=as_json)
    raise typer.Exit(FAILED if flaws else 0)


def certificate(
    file: CertificateFile,
    html: Annotated[Path, typer.Option(help="where to write the page")],
) -> None:
    """Write a certificate as a page to print. Example: priorauth conformance certificate c.json --html c.html"""
    from priorauth.conformance.certificate import NotACertificate, flaws_of, read_certificate
    from priorauth.conformance.certificate_page import certificate_page

    try:
        read = read_certificate(_read(file))
    except NotACertificate as problem:
        fail(f"{file} is no certificate: {problem}", FAILED)
    if flaws := flaws_of(read):
        fail(f"{file} is not valid: {'; '.join(flaws)}", FAILED)
    try:
        html.write_text(certificate_page(read), encoding="utf-8")
    except OSError as problem:
        fail(f"{html}: {problem.strerror}")


def _say(certificate: Certificate | None, flaws: list[str], *, signer_known: bool, as_json: bool) -> None:
    content = certificate.content if certificate else None
    same_cases = content is not None and content.cases_digest == _digest_of_our_cases()
    if as_json:
        told: dict[str, object] = {"valid": not flaws, "flaws": flaws, "signer_checked": signer_known}
        if content:
            told |= {"public_key": content.public_key, "target": content.target.name, "outcome": content.outcome}
            told |= {"conformant": content.conformant, "same_cases": same_cases}
        typer.echo(json.dumps(told))
    elif flaws or content is None:
        typer.echo("\n".join(["invalid", *(f"  {flaw}" for flaw in flaws)]))
    else:
        signed_by = "signed with the key given" if signer_known else _UNKNOWN_SIGNER.format(key=content.public_key)
        cases = f"{content.selection}, of {'the' if same_cases else 'OTHER cases than the'} cases of this installation"
        lines = [f"valid: {signed_by}", f"{content.target.name}, {content.started}", content.outcome, cases]
        typer.echo("\n  ".join(lines))


def _digest_of_our_cases() -> str:
    """What a certificate of the cases here would name; empty where there are none."""
    from priorauth.conformance.folders import ConformanceFault, conformance_folder
    from priorauth.conformance.loading import digest_of

    try:
        return digest_of(conformance_folder())
    except ConformanceFault:
        return ""


_UNKNOWN_SIGNER = (
    "unchanged since it was signed with {key}; who that is, this does not show: give their public key as --key"
)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as problem:
        fail(f"{file}: {problem.strerror}")
    except UnicodeDecodeError:
        fail(f"{file} is no certificate: it is not UTF-8", FAILED)
