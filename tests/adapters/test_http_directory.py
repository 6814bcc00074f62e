"""A directory over HTTP: what is asked and kept, and that nobody counts as known where it does not answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import httpx2
import pytest

from priorauth.adapters.http_directory import HttpDirectory, Limits
from priorauth.domain.reviews import ReviewId
from priorauth.services.circuits import Circuits
from sandbox_requests import NOW, REQUESTER_NPI, procedure, review

ACTIVE = {"known": True, "facts": {"member_active": True, "line_of_business": "qhp"}}


SOME = Limits()


class Answering:
    """A directory that answers so, counts how often and remembers what it was asked; and a clock."""

    def __init__(self, *answers: httpx2.Response | type[Exception]) -> None:
        self.answers = list(answers)
        self.asked: list[httpx2.Request] = []
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, httpx2.Response):
            return answer
        raise answer("gone")

    def directory(self, limits: Limits = SOME) -> HttpDirectory:
        return HttpDirectory(
            http=httpx2.AsyncClient(transport=httpx2.MockTransport(self)),
            url="https://directory.example/facts",
            circuits=Circuits(now=self.now),
            now=self.now,
            token="secret-token",
            limits=limits,
        )


def says(document: object, status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, content=json.dumps(document).encode())


async def test_it_is_asked_by_post_about_member_facility_and_requester_and_the_answer_is_kept() -> None:
    answering = Answering(says(ACTIVE))
    directory = answering.directory()

    found = [await directory.facts(review(procedure("70551"), payer="ALLWAYS", member="mem1")) for _ in range(3)]

    assert found == [ACTIVE["facts"]] * 3
    (request,) = answering.asked
    assert (request.method, str(request.url)) == ("POST", "https://directory.example/facts")
    assert request.headers["Authorization"] == "Bearer secret-token"
    assert json.loads(request.content) == {
        "payer": "ALLWAYS", "member": "MEM1", "facility_npi": REQUESTER_NPI, "requester_npi": REQUESTER_NPI
    }  # fmt: skip
    assert "secret-token" not in repr(directory)


@pytest.mark.parametrize(
    ("answer", "calls"),
    [
        pytest.param(says({"known": False}), 1, id="the member is not known"),
        pytest.param(says({}, 404), 1, id="404"),
        pytest.param(says({"facts": {}}), 1, id="not what was agreed"),
        pytest.param(says({}, 403), 1, id="refused"),
        pytest.param(says({}, 500), 2, id="an error, twice"),
        pytest.param(httpx2.ConnectError, 2, id="away, twice"),
        pytest.param(httpx2.ReadTimeout, 2, id="no answer in time, twice"),
    ],
)
async def test_who_is_not_said_to_be_known_is_not_known(answer: httpx2.Response | type[Exception], calls: int) -> None:
    answering = Answering(answer)

    assert await answering.directory().facts(review(payer="ALLWAYS")) is None
    assert len(answering.asked) == calls


async def test_one_failure_is_repeated_and_no_failure_is_kept() -> None:
    answering = Answering(httpx2.ConnectError, says(ACTIVE))

    assert await answering.directory().facts(review(payer="ALLWAYS")) == ACTIVE["facts"]


async def test_what_is_no_fact_is_as_if_it_were_not_said() -> None:
    said: Mapping[str, object] = {"colour": "red", "line_of_business": "moon", "member_active": True, "product": None}
    answering = Answering(says({"known": True, "facts": said}))

    assert await answering.directory().facts(review(payer="ALLWAYS")) == {"member_active": True}


@pytest.mark.parametrize(
    ("later", "calls"),
    [
        pytest.param(timedelta(0), 2, id="the last is kept"),
        pytest.param(timedelta(minutes=6), 3, id="but not for so long"),
    ],
)
async def test_answers_are_kept_within_limits(later: timedelta, calls: int) -> None:
    answering = Answering(says(ACTIVE))
    directory = answering.directory(Limits(entries=1))

    await directory.facts(review(payer="ALLWAYS", member="MEM1"))
    await directory.facts(review(payer="ALLWAYS", member="MEM2"))
    answering.time = NOW + later
    await directory.facts(review(payer="ALLWAYS", member="MEM2"))
    assert len(answering.asked) == calls

    await directory.facts(review(payer="ALLWAYS", member="MEM1"))
    assert len(answering.asked) == calls + 1  # there was room for one answer only


async def test_a_directory_that_fails_again_and_again_is_left_alone_for_a_while() -> None:
    answering = Answering(httpx2.ConnectError)
    directory = answering.directory()

    for number in range(10):
        asked = review(payer="ALLWAYS", member=f"MEM{number}")
        await directory.facts(replace(asked, id=ReviewId(f"rev-{number}")))

    assert len(answering.asked) < 10
