"""The check of a long Bundle takes as long as the Bundle is, not its square."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from checked_json import checker, decoded, findings_in, sample
from growth import AT_MOST, growth_of
from priorauth.domain.findings import FindingCode as Code
from priorauth.fhir.bundles import Bundle, StrictBundle
from priorauth.fhir.locating import Locator
from priorauth.fhir.profiles import BundleProfile
from priorauth.fhir.references import check_entries

LENGTH = 100
DEVICE = "DeviceRequest/dme1-devicerequest-1"


class Number(int):
    """A number that is compared by calls that can be counted."""

    def __eq__(self, other: object) -> bool:
        return int(self) == other

    def __hash__(self) -> int:
        return hash(int(self))


def with_orders(times: int, *, alike: bool) -> Any:
    """A sample with so many items, and an order of each of them."""
    document = sample("home-oxygen-device")
    entries, claim = document["entry"], document["entry"][0]["resource"]
    order = next(each for each in entries if each["fullUrl"].endswith(DEVICE))
    item = claim["item"][0]
    entries.remove(order)
    claim["item"] = []
    for number in range(1, times + 1):
        own = json.loads(json.dumps(order).replace("dme1-devicerequest-1", f"order-{number}"))
        if not alike:
            own["resource"]["occurrenceTiming"]["repeat"]["boundsDuration"]["value"] = number
        entries.append(own)
        named = json.dumps(item).replace(DEVICE, f"DeviceRequest/order-{number}")
        claim["item"].append({**json.loads(named.replace("RIM-DME", f"RIM-{number}")), "sequence": number})
    return document


@pytest.mark.parametrize("times", [2, LENGTH])
def test_a_request_of_many_orders_is_accepted(times: int) -> None:
    assert findings_in(with_orders(times, alike=False)) == ()


@pytest.mark.parametrize("times", [2, LENGTH])
def test_every_order_that_says_the_same_as_one_before_it_is_found(times: int) -> None:
    found = findings_in(with_orders(times, alike=True))

    assert [each.code for each in found] == [Code.PAS_RESOURCE_ALIKE] * (times - 1)


def test_an_order_that_stands_twice_among_many_is_found() -> None:
    document = with_orders(LENGTH, alike=False)
    again = deepcopy(document["entry"][-LENGTH])
    again["fullUrl"], again["resource"]["id"] = f"{again['fullUrl']}-again", f"{again['resource']['id']}-again"
    document["entry"].append(again)

    assert [each.code for each in findings_in(document)] == [Code.PAS_RESOURCE_ALIKE]


@pytest.mark.parametrize("alike", [False, True], ids=["each its own", "all alike"])
@pytest.mark.parametrize("read", [checker().read, lambda data: decoded(json.loads(data))], ids=["quick", "in full"])
def test_checking_grows_with_the_number_of_resources(alike: bool, read: Callable[[bytes], Bundle]) -> None:
    def checking(times: int) -> Callable[[], object]:
        bundle = read(json.dumps(with_orders(times, alike=alike)).encode())
        if isinstance(bundle, StrictBundle):
            assert bundle.entries  # decoded before it is counted
        return lambda: checker().check_bundle(bundle, BundleProfile.REQUEST)

    assert growth_of(checking, LENGTH) < AT_MOST


def test_checking_sequences_grows_with_the_number_of_items() -> None:
    def checking(times: int) -> Callable[[], object]:
        document = sample("imaging-mri")
        numbers = [Number(number) for number in range(1, times + 1)]
        document["entry"][0]["resource"] |= {
            "item": [{"sequence": number, "diagnosisSequence": [number]} for number in numbers],
            "diagnosis": [{"sequence": number} for number in numbers],
        }
        bundle = Bundle(document)
        return lambda: list(check_entries(bundle, BundleProfile.REQUEST))

    assert growth_of(checking, LENGTH) < AT_MOST


class Text(str):
    """A text whose parts are counted in characters when they are taken."""

    taken = 0

    def __getitem__(self, part: Any) -> str:
        found = super().__getitem__(part)
        Text.taken += len(found)
        return found


def test_placing_a_finding_looks_at_no_more_of_a_longer_body(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(times: int) -> int:
        locator = Locator(json.dumps({"resourceType": "Bundle", "entry": ["x" * 50] * times}).encode())
        monkeypatch.setattr(locator, "_text", Text(locator._text))
        Text.taken = 0
        place = locator.find(f"Bundle.entry[{times - 1}]")
        assert place is not None
        assert place.offset > 50 * times
        return Text.taken

    assert taken(4000) < 2 * 4096
    assert taken(1000) < 2 * 4096
