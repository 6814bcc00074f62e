"""`translate` both ways: what comes back is what was sent, or a loss names the difference; and never anything else."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from fhir_bundles import REQUESTS
from left_out import each_file, material
from priorauth.adapters.second_opinions.pyx12_check import second_opinion
from priorauth.fhir.bundles import Bundle, read_resource
from priorauth.inspection import NotReadable, Target, translate_message, validate_fhir, validate_message
from priorauth.inspection.reading import profile_of
from priorauth.settings import load_settings
from priorauth.tools import Tools, build_tools
from x12_differences import segments_of, unexplained
from x12_sets import REFUSED, SAMPLES, enclosed

ACCEPTED = [path for path in SAMPLES if path.stem not in REFUSED]
RESPONSES = sorted((Path(__file__).parents[1] / "golden").glob("*/response.edi"))
VERSIONS = ["2.2.1", "2.0.1"]


@pytest.fixture(scope="module")
def tools() -> Tools:
    return build_tools(load_settings(sandbox=True))


def there_and_back(tools: Tools, body: bytes, version: str = "2.2.1") -> list[str]:
    """What differs after a message went to FHIR and back, and no loss names."""
    there = translate_message(tools, body, Target.FHIR, version=version)
    back = translate_message(tools, there.body, Target.X12, version=version)
    assert not rejected(tools, back.body)
    return unexplained(segments_of(body), segments_of(back.body), [*there.losses, *back.losses])


def rejected(tools: Tools, body: bytes) -> list[str]:
    """What rejects an interchange that we wrote, values that cannot be right aside."""
    report = validate_message(tools, body, ask_pyx12=False).report
    found = [each for group in report.groups for one in group.sets for each in one.findings]
    return [
        f"{each.finding.code} {each.finding.at.path}"
        for each in found
        if each.finding.rejects and each.answer.reply == "999"
    ]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_a_request_comes_back_or_its_losses_name_each_segment(tools: Tools, path: Path, version: str) -> None:
    assert there_and_back(tools, path.read_bytes(), version) == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_what_is_written_as_fhir_is_a_request_by_its_version(tools: Tools, path: Path, version: str) -> None:
    bundle = translate_message(tools, path.read_bytes(), Target.FHIR, version=version)

    report = validate_fhir(tools, bundle.body, version=version).report

    assert report.is_accepted


@pytest.mark.parametrize("path", RESPONSES, ids=lambda path: path.parent.name)
def test_a_response_comes_back_or_its_losses_name_each_segment(tools: Tools, path: Path) -> None:
    body = enclosed([line.rstrip("~") for line in path.read_text().splitlines()])
    if path.parent.name == "bad-npi":
        with pytest.raises(NotReadable):
            translate_message(tools, body, Target.FHIR)
        return

    assert there_and_back(tools, body) == []
    bundle = translate_message(tools, body, Target.FHIR)
    assert validate_fhir(tools, bundle.body).is_valid


@each_file("path", "PRIORAUTH_SAMPLES", "*.edi", what="the collected 278s by way of FHIR")
def test_a_collected_278_comes_back_or_its_losses_name_each_segment(tools: Tools, path: Path) -> None:
    body = path.read_bytes()
    if not validate_message(tools, body, ask_pyx12=False).is_valid:
        pytest.skip("the sample is not valid")
    try:
        translate_message(tools, body, Target.FHIR)
    except NotReadable:
        assert "217" not in path.stem
        assert "278" not in path.stem
        return

    assert there_and_back(tools, body) == []


@pytest.mark.parametrize("to", Target)
@pytest.mark.parametrize("path", [*ACCEPTED, *REQUESTS], ids=lambda path: path.name)
def test_the_same_message_is_translated_to_the_same_bytes(tools: Tools, path: Path, to: Target) -> None:
    first = translate_message(tools, path.read_bytes(), to)

    assert translate_message(tools, path.read_bytes(), to).body == first.body
    assert all(loss.position and loss.reason and loss.parked for loss in first.losses)


def test_every_closed_request_example_of_the_guide_is_a_278_that_we_and_pyx12_accept(tools: Tools) -> None:
    pattern = "hl7.fhir.us.davinci-pas-2.2.1.tgz"
    (package,) = material("PRIORAUTH_IG_DIR", pattern, what="the request examples of the PAS package as 278s")
    translated = 0
    for name, body in _requests(package):
        if not validate_fhir(tools, body).report.is_accepted:
            with pytest.raises(NotReadable):
                translate_message(tools, body, Target.X12)
            continue

        written = translate_message(tools, body, Target.X12).body

        assert rejected(tools, written) == [], name
        opinion = second_opinion(written)
        assert opinion.accepted, name
        translated += 1
    assert translated >= 4


def _requests(package: Path) -> list[tuple[str, bytes]]:
    """The request Bundles of the package, the payer's identifier set to one of ours."""
    found: list[tuple[str, bytes]] = []
    with tarfile.open(package) as archive:
        for member in archive:
            if "/example/Bundle-" not in member.name:
                continue
            file = archive.extractfile(member)
            assert file is not None
            root: Any = json.loads(file.read())
            entries = [each["resource"] for each in root.get("entry", [])]
            if not entries or entries[0]["resourceType"] != "Claim":
                continue
            insurer = entries[0]["insurer"]["reference"].rpartition("/")[2]
            for each in entries:
                if each["resourceType"] == "Organization" and each.get("id") == insurer:
                    each["identifier"] = [{"system": "urn:priorauth:payer", "value": "BCBSMA"}]
            body = json.dumps(root).encode()
            if profile_of(Bundle(read_resource(body))).value == "profile-pas-request-bundle":
                found.append((member.name, body))
    assert found
    return found
