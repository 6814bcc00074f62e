"""An EHR that sends synthetic requests to a gateway over real HTTP: what it tells, and how it ends."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from counterparts import Counterpart
from interchanges import forcing
from pas_requests import pas_forcing
from priorauth.sandbox.counterparts.ehr import Ehr, GatewayAway
from priorauth.sandbox.counterparts.telling import read_answer, shown
from priorauth.sandbox.traffic.twins import TwinMaker
from priorauth.settings import load_settings
from priorauth.tools import build_tools
from served import Served

MAPPINGS = Path(__file__).parents[2] / "mappings"
EVERYTHING_LATER = "rules:\n  - {id: cancellation, cancels: true, answer: cancel}\n  - {id: otherwise, answer: later}\n"
COUNT, SEED = 12, 278
RAILS = ("fhir", "x12")
each_rail = pytest.mark.parametrize("rail", RAILS)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A gateway whose destinations decide everything, each a second later."""
    folder = tmp_path_factory.mktemp("gateway")
    mappings = folder / "mappings"
    shutil.copytree(MAPPINGS, mappings)
    table = mappings / "sandbox" / "behaviours.yaml"
    text = table.read_text().replace("later_after_seconds: 3", "later_after_seconds: 1")
    table.write_text(text.partition("rules:\n")[0] + EVERYTHING_LATER)
    with Served(folder, mappings=str(mappings)) as gateway:
        yield gateway


def subscriptions(served: Served) -> int:
    found = httpx2.get(f"{served.url}/fhir/2.2.1/Subscription").json()
    return len(found.get("entry", ()))


def sent_bodies() -> list[bytes]:
    """The requests that are sent as FHIR today."""
    crosswalks = build_tools(load_settings(sandbox=True)).knowledge.crosswalks
    maker = TwinMaker(crosswalks=crosswalks, seed=SEED, day=datetime.now(UTC).date())
    return [maker.twin(number).fhir for number in range(1, COUNT + 1)]


@each_rail
def test_synthetic_requests_are_sent_and_each_is_told_until_none_is_pended(
    served: Served, tmp_path: Path, rail: str
) -> None:
    seed = str(SEED + RAILS.index(rail))
    asked = ("ehr", "--rail", rail, "--traffic", str(COUNT), "--seed", seed, "--gateway", served.url)

    with Counterpart(tmp_path, "ehr", *asked) as ehr:
        assert ehr.process.wait(timeout=90) == 0

    answered = re.findall(r"(?m)^\d{6}-[a-z-]+: 200 (?:278|ClaimResponse): (.*)  \[(rev-\w+)\]$", ehr.said)
    later = re.findall(r"(?m)^(?:mailbox: 200 278|notified: .*, ClaimResponse): (.*)  \[(rev-\w+)\]$", ehr.said)
    pended = {review for codes, review in answered if "A4" in codes.split()}
    assert len(answered) == COUNT
    assert pended
    assert pended <= {review for codes, review in later if "A4" not in codes.split()}


def test_nobody_who_is_asked_about_is_told(served: Served, tmp_path: Path) -> None:
    asked = ("ehr", "--traffic", str(COUNT), "--seed", str(SEED), "--wait", "0", "--gateway", served.url)

    with Counterpart(tmp_path, "ehr", *asked) as ehr:
        ehr.process.wait(timeout=90)

    families = {name.decode() for body in sent_bodies() for name in re.findall(rb'"family": ?"(\w+)"', body)}
    assert len(families) > COUNT
    assert not {name for name in families if re.search(rf"\b{name}\b", ehr.said)}


def test_the_same_seed_sends_the_same_requests_which_are_answered_as_resends(served: Served, tmp_path: Path) -> None:
    asked = ("ehr", "--rail", "x12", "--traffic", "3", "--seed", "99", "--wait", "0", "--gateway", served.url)
    reviews = []

    for name in ("first", "again"):
        with Counterpart(tmp_path, name, *asked) as ehr:
            ehr.process.wait(timeout=90)
        reviews.append(re.findall(r"rev-\w+", ehr.said))

    assert len(set(reviews[0])) == 3, ehr.said
    assert reviews[0] == reviews[1]


def test_it_leaves_no_subscription_behind(served: Served, tmp_path: Path) -> None:
    before = subscriptions(served)

    with Counterpart(tmp_path, "ehr", "ehr", "--traffic", "1", "--seed", "7", "--gateway", served.url) as ehr:
        assert ehr.process.wait(timeout=90) == 0

    assert "subscribed: sub-" in ehr.said
    assert subscriptions(served) == before


@each_rail
def test_it_ends_with_2_where_no_gateway_is(tmp_path: Path, rail: str) -> None:
    asked = ("ehr", "--rail", rail, "--traffic", "2", "--gateway", "http://127.0.0.1:9")

    with Counterpart(tmp_path, "ehr", *asked) as ehr:
        assert ehr.process.wait(timeout=60) == 2

    assert ehr.said == "priorauth: no gateway answers there\n"


@each_rail
@pytest.mark.parametrize("subscribe", ["--subscribe", "--no-subscribe"])
def test_it_ends_with_2_when_the_gateway_goes_away_while_it_waits(
    served: Served, tmp_path: Path, rail: str, subscribe: str
) -> None:
    request = tmp_path / "pended"
    request.write_bytes(forcing("imaging-mri", "PEND") if rail == "x12" else pas_forcing("imaging-mri", "PEND"))
    asked = ("ehr", "--rail", rail, subscribe, "--send", str(request), "--wait", "300", "--gateway", served.url)

    try:
        with Counterpart(tmp_path, "ehr", *asked) as ehr:
            ehr.wait_for(": A4")
            served.kill()
            assert ehr.process.wait(timeout=60) == 2
    finally:
        served.start()

    assert ehr.said.endswith("\npriorauth: no gateway answers there\n")


def test_it_says_how_many_are_pended_still_when_it_waits_no_longer(served: Served, tmp_path: Path) -> None:
    request = tmp_path / "pended.json"
    request.write_bytes(pas_forcing("imaging-mri", "PEND"))

    with Counterpart(tmp_path, "ehr", "ehr", "--send", str(request), "--wait", "1", "--gateway", served.url) as ehr:
        assert ehr.process.wait(timeout=60) == 1

    assert ehr.said.endswith("\n1 reviews are pended still\n")


def test_it_ends_with_2_when_its_subscription_is_gone(served: Served, tmp_path: Path) -> None:
    request = tmp_path / "pended.json"
    request.write_bytes(pas_forcing("imaging-mri", "PEND"))
    asked = ("ehr", "--send", str(request), "--wait", "300", "--gateway", served.url)

    with Counterpart(tmp_path, "ehr", *asked) as ehr:
        ehr.wait_for(": A4")
        id = re.findall(r"sub-\w+", ehr.said)[0]
        httpx2.delete(f"{served.url}/fhir/2.2.1/Subscription/{id}").raise_for_status()
        assert ehr.process.wait(timeout=60) == 2

    assert "the gateway answered 404" in ehr.said


# What is read


def gateway_of(*answers: httpx2.Response) -> httpx2.Client:
    """A gateway that answers these, one after the other, whatever it is asked."""
    left = iter(answers)
    return httpx2.Client(base_url="http://gateway.example", transport=httpx2.MockTransport(lambda _: next(left)))


X12 = (
    b"ISA*00*          *00*          *ZZ*PRIORAUTH      *ZZ*EHR            *261102*0915*^*00501*000000005*0*T*:~"
    b"ST*278*0001~HCR*A1*AUTH1~ST*278*0002~HCR*A4~"
)


def test_of_several_reviews_in_one_interchange_it_waits_for_those_that_are_pended() -> None:
    said: list[str] = []
    answer = httpx2.Response(200, content=X12, headers={"X-Review-Id": "rev-1,rev-2"})
    final, pended = ({"items": [{"is_final": final}]} for final in (True, False))
    ehr = Ehr(gateway_of(answer, *(httpx2.Response(200, json=each) for each in (final, pended))), "x12", said.append)

    ehr.send([("both.edi", b"")])

    assert said == ["both.edi: 200 278: A1 A4  [rev-1,rev-2]"]
    assert ehr.waiting in ({"rev-1"}, {"rev-2"})


@pytest.mark.parametrize("rail", RAILS)
def test_a_gateway_that_answers_otherwise_while_it_waits_is_away(rail: str) -> None:
    ehr = Ehr(gateway_of(httpx2.Response(503, json={"status": 503})), rail, lambda _: None, waiting={"rev-1"})

    with pytest.raises(GatewayAway, match="the gateway answered 503"):
        ehr.wait(10)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"TRAN"', b'{"entry": []}', b'{"entry": [{"resource": {"parameter": []}}]}']
)
def test_what_is_no_notification_is_told_as_such(body: bytes) -> None:
    said: list[str] = []
    ehr = Ehr(gateway_of(), "fhir", said.append)

    ehr.notified(body)

    assert said == ["notified: what came is no notification"]


def test_a_notification_is_of_the_review_that_it_answers_and_of_no_other_that_it_names() -> None:
    said: list[str] = []
    ehr = Ehr(gateway_of(), "fhir", said.append)

    ehr.notified(
        b'{"entry": [{"resource": {"parameter": [{"name": "type", "valueCode": "event-notification"},'
        b'{"name": "events-since-subscription-start", "valueString": "3"}]}}, {"resource": {"resourceType": "Bundle",'
        b'"entry": [{"resource": {"resourceType": "ClaimResponse", "id": "rev-2", "preAuthRef": "rev-1"}}]}}]}'
    )

    assert said == ["notified: event-notification, event 3, ClaimResponse  [rev-2]"]
    assert ehr.decided == {"rev-2"}


@pytest.mark.parametrize("body", [X12, b'{"name": "\xff"}', b"\xff\xfe", b"ISA\xff"])
def test_any_bytes_can_be_read_and_shown(body: bytes) -> None:
    assert str(read_answer(body)) in ("278: A1 A4", "unreadable answer")
    assert shown(body)


def test_an_interchange_is_shown_a_segment_a_line_whatever_ends_its_segments() -> None:
    lines = shown(X12.replace(b"~", b"|")).splitlines()

    assert [line[:3] for line in lines] == ["ISA", "ST*", "HCR", "ST*", "HCR"]
