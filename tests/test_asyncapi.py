"""The AsyncAPI document as its makers' own command line sees it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import left_out
from testbed.npm import tool
from testbed.service import Unavailable

DOCUMENT = Path(__file__).parents[1] / "schemas" / "asyncapi.yaml"
PACKAGE, VERSION = "@asyncapi/cli", "1.2.23"  # runs on Node.js 20; later ones are twice as large or need 24

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def asyncapi() -> Path:
    try:
        return tool(PACKAGE, VERSION, "asyncapi")
    except Unavailable as reason:
        left_out.skip("AsyncAPI's validator", str(reason))


def errors(asyncapi: Path, document: Path, home: Path) -> list[dict[str, object]]:
    """What is wrong with a document; advice about a newer version of the language is none."""
    (home / ".asyncapi-analytics").write_text('{"analyticsEnabled": "false", "infoMessageShown": "true"}')
    done = subprocess.run(
        [asyncapi, "validate", document, "--diagnostics-format=json", "--fail-severity=error"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "ASYNCAPI_METRICS": "false"},
    )
    printed = done.stdout + done.stderr
    found: list[dict[str, object]] = json.loads(printed[printed.index("[\n") : printed.rindex("]") + 1])
    return [each for each in found if each["severity"] == 0]


def test_the_document_is_valid(asyncapi: Path, tmp_path: Path) -> None:
    assert errors(asyncapi, DOCUMENT, tmp_path) == []


def test_the_validator_would_say_so_if_it_were_not(asyncapi: Path, tmp_path: Path) -> None:
    shutil.copytree(DOCUMENT.parent / "events", tmp_path / "events")
    broken = tmp_path / "asyncapi.yaml"
    broken.write_text(DOCUMENT.read_text().replace("action: receive", "action: swallow"))

    found = errors(asyncapi, broken, tmp_path)

    assert ["operations", "recordDeterminations", "action"] in [each["path"] for each in found]
