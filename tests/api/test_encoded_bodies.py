"""Bodies with a Content-Encoding: refused on every path, in the form that errors have there."""

from __future__ import annotations

import gzip
import re

import httpx2
import pytest

from interchanges import sample
from pas_requests import FHIR, pas_sample

MRI = sample("imaging-mri")
WHAT_TO_DO = "send it as it is, without Content-Encoding"


def test_a_compressed_body_is_refused_on_every_path_and_told_how_to_be_sent(http: httpx2.Client) -> None:
    operations = [
        (method, re.sub(r"{\w+}", "2.2.1", path))
        for path, methods in http.get("/openapi.json").json()["paths"].items()
        for method in methods.keys() & {"post", "put", "patch"}
    ]
    wrong = []
    for method, path in operations:
        answer = http.request(method, path, content=gzip.compress(MRI), headers={"Content-Encoding": "gzip"})
        said = answer.json()
        if path == "/oauth/token":
            told = (said["error"], said["error_description"])
            wanted = ("invalid_request", f"the body is encoded as gzip: {WHAT_TO_DO}")
        elif path.startswith("/fhir/"):
            (issue,) = said["issue"]
            told = (issue["details"]["text"], issue["diagnostics"])
            wanted = ("the body is encoded as gzip", WHAT_TO_DO)
        else:
            told = (said["title"], said["detail"])
            wanted = ("the body is encoded as gzip", WHAT_TO_DO)
        if (answer.status_code, answer.headers.get("accept-encoding"), told) != (415, "identity", wanted):
            wrong.append((method, path, answer.status_code, told))

    assert len(operations) > 15
    assert wrong == []


@pytest.mark.parametrize("encoding", ["s3cret", "identity, s3cret"])
def test_an_encoding_that_nobody_knows_is_not_repeated(http: httpx2.Client, encoding: str) -> None:
    answer = http.post("/x12", content=MRI, headers={"Content-Encoding": encoding})

    assert (answer.status_code, "s3cret" in answer.text) == (415, False)


@pytest.mark.parametrize("encoding", ["identity", "", "Identity, identity"])
def test_a_body_that_says_that_it_is_plain_is_read(http: httpx2.Client, encoding: str) -> None:
    answer = http.post("/validate", content=MRI, headers={"Content-Encoding": encoding})

    assert answer.status_code == 200


def test_a_compressed_bundle_that_comes_in_chunks_is_refused_too(http: httpx2.Client) -> None:
    chunks = iter([gzip.compress(pas_sample("imaging-mri"))])

    answer = http.post("/fhir/2.2.1/Claim/$submit", content=chunks, headers={**FHIR, "Content-Encoding": "gzip"})

    assert (answer.status_code, answer.json()["resourceType"]) == (415, "OperationOutcome")
