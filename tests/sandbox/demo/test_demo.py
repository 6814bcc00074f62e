"""The demonstration's parts: its cases fit their samples, its checks can fail, what it shows is what was sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from priorauth.adapters.mapping_files import shipped_folder
from priorauth.sandbox.demo import showing
from priorauth.sandbox.demo.cases import CASES, DemoCase
from priorauth.sandbox.demo.gateway import DemoFailed, running_gateway
from priorauth.sandbox.demo.run import run_demo
from priorauth.sandbox.demo.x12_run import missing, strayed

SAMPLES = shipped_folder("samples") / "x12"
ISA = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260302*1430*^*00501*000000001*0*T*:~"
RESPONSE = f"{ISA}HCR*A4~HCR*A1*X1~IEA*0*000000001~"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sample)
def test_each_case_sends_a_sample_that_is_there(case: DemoCase) -> None:
    assert (SAMPLES / case.sample).read_bytes().startswith(b"ISA*")


def test_no_two_samples_of_one_sender_have_the_same_control_number() -> None:
    numbers = [path.read_text()[90:99] for path in SAMPLES.glob("*.edi")]

    assert len(set(numbers)) == len(numbers)


def test_the_cases_show_what_the_readme_promises() -> None:
    promised = " ".join(case.promise for case in CASES)

    assert all(
        word in promised for word in ("certified in total", "modified", "denied", "pended, then", "999", "AAA 43")
    )
    assert any(len(case.legs) == 2 for case in CASES)


def test_segments_are_shown_one_a_line_with_their_terminators() -> None:
    assert showing.segments(RESPONSE)[1:3] == ["HCR*A4~", "HCR*A1*X1~"]


def test_json_is_shown_as_it_was_sent() -> None:
    text = '{"a":"' + "x  y-" * 100 + '"}'

    lines = showing.raw({"text": text, "format": "event"})

    assert "".join(lines) == text
    assert max(map(len, lines)) <= showing.WIDTH


@pytest.mark.parametrize(
    ("expected", "is_kept"),
    [
        (("HCR*A4", "HCR*A1*"), True),
        (("HCR*A1*", "HCR*A4"), False),
        (("HCR*A4", "HCR*A4"), False),
        (("HCR*A3",), False),
    ],
)
def test_expected_segments_must_follow_each_other(expected: tuple[str, ...], is_kept: bool) -> None:
    assert (not list(missing(expected, RESPONSE, "the response"))) is is_kept


def test_legs_that_went_elsewhere_are_told() -> None:
    assert not list(strayed(frozenset({"evicore"}), frozenset({"evicore"})))
    assert list(strayed(frozenset({"evicore"}), frozenset())) == ["the legs went to nobody"]


def test_a_gateway_that_does_not_start_fails_the_demonstration_with_its_last_words(tmp_path: Path) -> None:
    with (
        pytest.raises(DemoFailed, match="no such gateway"),
        running_gateway(["sh", "-c", "echo no such gateway"], tmp_path),
    ):
        pass


def test_a_failed_demonstration_says_so() -> None:
    said: list[str] = []

    kept = run_demo(said.append, serve=["false"], samples=SAMPLES)

    assert kept is False
    assert said[-1].startswith("the demonstration failed")
