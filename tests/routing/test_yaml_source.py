"""YAML is read as its version 1.2 says, with the place of each part."""

from __future__ import annotations

import datetime

import pytest

from priorauth.routing.yaml_source import YamlNotReadable, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("~", None),
        ("''", ""),
        ("0174", 174),
        ("'0174'", "0174"),
        ("0o17", 15),
        ("12:30", "12:30"),
        ("-1.5", -1.5),
        ("2026-01-31", datetime.date(2026, 1, 31)),
        ("2026-02-31", "2026-02-31"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_a_plain_scalar_means_what_the_core_schema_says(text: str, value: object) -> None:
    data = read_yaml("file.yaml", f"key: {text}").data

    assert data == {"key": value}
    assert type(data["key"]) is type(value)


def test_a_mapping_takes_over_what_it_names_and_keeps_its_own() -> None:
    text = "one: &one {a: 1, b: 1}\ntwo: &two {b: 2, c: 2}\nboth: {<<: [*one, *two], c: 3}\n"

    assert read_yaml("file.yaml", text).data["both"] == {"a": 1, "b": 1, "c": 3}


def test_a_part_is_found_where_it_stands() -> None:
    source = read_yaml("file.yaml", "rules:\n  - id: one\n  - id: two\n    when: {age: 3}\n")

    assert source.position(["rules", 1, "when", "age"]) == (4, 12)
    assert source.position(["rules", 1, "when", "sex"]) == (4, 5)
    assert source.position(["other"]) == (1, 1)


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: {b: 1, b: 2}", "1:11"), ("a: 1\n? [b]\n: 2\n", "2:3"), ("a: [1\nb: 2", "2:2"), ("a: &a [*a]", "1:1")],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, place: str) -> None:
    with pytest.raises(YamlNotReadable) as caught:
        read_yaml("file.yaml", text)

    assert str(caught.value).startswith(f"file.yaml:{place}: ")
