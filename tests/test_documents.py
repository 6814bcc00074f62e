"""Whether the documents tell the truth: what they name exists, and their examples work."""

from __future__ import annotations

import re
from pathlib import Path

from priorauth.routing.facts import facts_given
from priorauth.routing.packs import Pack, load_pack
from priorauth.routing.router import choose_item
from priorauth.settings import Settings
from priorauth.translate.delegate_answers import PostedDecline, PostedDetermination, read_answer
from priorauth.translate.events import EVENT_TYPES

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
FOLDERS_NAMED = ("src", "mappings", "schemas", "samples", "docs", "tests", "benchmarks", "scripts")

SET_BEFORE_SETTINGS = {"PRIORAUTH_SETTINGS"}
OF_COMMANDS = {"PRIORAUTH_URL", "PRIORAUTH_TOKEN", "PRIORAUTH_CONFORMANCE", "PRIORAUTH_CASE_SALT"}
MATERIAL_OF_TESTS = {"PRIORAUTH_SAMPLES", "PRIORAUTH_IG_DIR", "PRIORAUTH_REFERENCE", "PRIORAUTH_REGENERATE"}
HOW_MUCH_OF_TESTS = {"PRIORAUTH_ALL_MUTANTS"}
SERVERS_OF_TESTS = {"PRIORAUTH_TEST_POSTGRES_URL", "PRIORAUTH_TEST_KAFKA"}


def test_documents_name_make_targets_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))

    named = found_in_code(r"\bmake ([a-z]+)")

    assert named
    assert not {(document, target) for document, target in named if target not in targets}


def test_documents_name_settings_that_exist() -> None:
    settings = {f"PRIORAUTH_{name.upper()}" for name in Settings.model_fields} | SET_BEFORE_SETTINGS

    named = found_in_code(r"PRIORAUTH_[A-Z_]+")

    assert named
    known = settings | OF_COMMANDS | MATERIAL_OF_TESTS | HOW_MUCH_OF_TESTS | SERVERS_OF_TESTS
    assert not {(document, name) for document, name in named if name not in known}


def test_documents_name_files_that_exist() -> None:
    named = found_in_code(rf"(?<![\w/.<-])(?:{'|'.join(FOLDERS_NAMED)})/[\w./-]*(?![\w/<*{{])")

    assert named
    assert not {(document, found) for document, found in named if not (ROOT / found).exists()}


def test_links_in_documents_lead_somewhere() -> None:
    links = {
        (path, link)
        for path in DOCUMENTS
        for link in re.findall(r"\]\(([^)\s]+)", path.read_text(encoding="utf-8"))
        if not re.match(r"[a-z]+:", link)
    }

    assert not {(name_of(path), link) for path, link in links if not leads_somewhere(path, link)}


def test_the_example_of_a_pack_is_one() -> None:
    pack = example_pack()

    assert [rule.id for rule in pack.rules] == ["RTE-LAKE-01", "RTE-LAKE-02", "RTE-LAKE-03"]


def test_the_examples_of_the_example_go_where_they_say() -> None:
    pack = example_pack()
    examples = pack.sources.examples

    went = {
        example.name: (choose_item(pack, 1, facts_given({**examples.base, **example.facts})).rule, example.to or rule)
        for rule, cases in examples.examples.items()
        for example in (*cases.takes, *cases.leaves)
    }

    assert len(went) == 4
    assert not {name: (found, said) for name, (found, said) in went.items() if found != said}


def test_the_catalogue_of_events_is_complete() -> None:
    catalogue = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")

    assert set(re.findall(r"`(priorauth\.[a-z.]+\.v1)`", catalogue)) == set(EVENT_TYPES)


def test_the_examples_for_delegates_can_be_read() -> None:
    guide = (ROOT / "docs" / "delegate-guide.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```json\n(.*?)^```", guide, flags=re.MULTILINE | re.DOTALL)

    determination, decline = [read_answer(example.encode()) for example in examples]

    assert isinstance(determination, PostedDetermination)
    assert [len(item.spans) for item in determination.items] == [2, 0]
    assert isinstance(decline, PostedDecline)


def example_pack() -> Pack:
    """The pack that docs/add-a-payer-pack.md shows."""
    text = (ROOT / "docs" / "add-a-payer-pack.md").read_text(encoding="utf-8")
    files = dict(re.findall(r"^```yaml\n# (\w+\.yaml)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL))
    [codes] = re.findall(r"^```csv\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return load_pack({**files, "codes/imaging.csv": codes})


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def found_in_code(pattern: str) -> set[tuple[str, str]]:
    """What matches in what the documents set in code, with the document."""
    return {
        (name_of(path), found)
        for path in DOCUMENTS
        for code in code_in(path.read_text(encoding="utf-8"))
        for found in re.findall(pattern, code)
    }


def code_in(text: str) -> list[str]:
    """Fenced blocks and spans."""
    fences = re.compile(r"^```.*?^```", flags=re.MULTILINE | re.DOTALL)
    return fences.findall(text) + re.findall(r"`([^`\n]+)`", fences.sub("", text))


def leads_somewhere(path: Path, link: str) -> bool:
    """True where the file exists, and the heading in it where the link names one."""
    file, _, anchor = link.partition("#")
    target = path.parent / file if file else path
    if not anchor:
        return target.exists()
    return target.exists() and anchor in {anchor_of(line) for line in target.read_text(encoding="utf-8").splitlines()}


def anchor_of(heading: str) -> str:
    """The anchor that a heading gets: lower case, spaces as hyphens, no punctuation; empty for other lines."""
    if not heading.startswith("#"):
        return ""
    return re.sub(r"[^\w -]", "", heading.lstrip("#").strip().lower()).replace(" ", "-")
