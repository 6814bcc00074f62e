"""The request examples of the published PAS packages, where those are."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

from left_out import material
from pas_requests import claim_in

WHAT = "the request examples of the PAS packages"
OPEN = {(version, "Bundle-SurgicalRequestBundleExample") for version in ("2.2.1", "2.0.1")}
"""The examples whose references lead out of the Bundle (PAS spec-18)."""
PROFILE = "profile-pas-request-bundle"


def examples() -> Iterator[tuple[str, str, bytes]]:
    """Version, name and bytes of each request example of the packages."""
    for path in material("PRIORAUTH_IG_DIR", "hl7.fhir.us.davinci-pas-*.tgz", what=WHAT):
        version = path.stem.rpartition("-")[2]
        with tarfile.open(fileobj=io.BytesIO(path.read_bytes())) as package:
            for member in package.getmembers():
                file = package.extractfile(member) if "example/Bundle-" in member.name else None
                body = file.read() if file else b"{}"
                if any(each.endswith(PROFILE) for each in json.loads(body).get("meta", {}).get("profile", [])):
                    yield version, Path(member.name).stem, body


def with_our_payer(body: bytes) -> bytes:
    """The example, to a payer of ours."""
    bundle = json.loads(body)
    insurer = claim_in(bundle)["insurer"]["reference"]
    for entry in bundle["entry"]:
        if entry["fullUrl"].endswith(insurer):
            entry["resource"]["identifier"] = [{"system": "urn:priorauth:payer", "value": "BCBSM"}]
    return json.dumps(bundle).encode()
