"""Decoding, checking and translating a PAS request, against the models of `fhir.resources` that only validate it.

Our time is from the bytes to the review; theirs is validation alone of the same bytes, by `model_validate_json`, which
is what its users call for what they receive. Both are timed in one process, for about as long each time, and the
best round of each counts: what other work of the machine costs is left out on both sides alike. The median of all
messages is compared, and a machine that was too busy is asked again. Microseconds are printed for the curious and
asserted nowhere.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import tarfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import thread_time
from typing import NamedTuple

from fhir.resources.R4B.bundle import Bundle as BundleModel

from priorauth.adapters.fhir_profiles import load_checker
from priorauth.domain.findings import Finding
from priorauth.domain.parties import PartnerId, PayerId
from priorauth.domain.reviews import Format, ReviewId, ServiceReview
from priorauth.fhir.profiles import BundleProfile
from priorauth.translate.crosswalks import Crosswalks, read_crosswalks
from priorauth.translate.fhir_review import review_from_fhir

ROOT = Path(__file__).parent.parent
ROUNDS, REPEATS, OF_THEIRS, ATTEMPTS = 12, 40, 4, 3
LEAST_TIMES_FASTER = 10
PACKAGE = "hl7.fhir.us.davinci-pas-2.2.1.tgz"
NOON = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
CHECKER = load_checker("2.2.1")


class Work(NamedTuple):
    """One request: its name and bytes."""

    name: str
    data: bytes


def main() -> int:
    """Print the ratios per message; 1 where their median is not what is wanted, however often it is measured."""
    crosswalks = read_crosswalks(
        {path.name: path.read_text() for path in (ROOT / "mappings" / "crosswalks" / "fhir").glob("*.csv")}
    )
    requests = [*samples(), *examples()]
    for request in requests:  # the rules are compiled as they are met, on both sides
        findings, _ = read(request.data, crosswalks)
        BundleModel.model_validate_json(request.data)
        assert not any(finding.rejects for finding in findings), f"we do not accept {request.name}"
    gc.freeze()
    for _ in range(ATTEMPTS):
        ratio = statistics.median(measure(requests, crosswalks))
        print(
            f"median {ratio:.1f} times as fast as validation alone by fhir.resources, "
            f"wanted at least {LEAST_TIMES_FASTER}"
        )
        if ratio >= LEAST_TIMES_FASTER:
            return 0
    return 1


def samples() -> Iterator[Work]:
    """Our request Bundles."""
    for path in sorted((ROOT / "samples" / "fhir").glob("*.json")):
        if not path.stem.startswith("inquiry"):
            yield Work(path.stem, path.read_bytes())


def examples() -> Iterator[Work]:
    """The closed request Bundles of the guide's package, where it is at hand."""
    package = Path(os.environ.get("PRIORAUTH_IG_DIR", "")) / PACKAGE
    if not os.environ.get("PRIORAUTH_IG_DIR") or not package.exists():
        print(f"left out: the examples of {PACKAGE}, because PRIORAUTH_IG_DIR does not hold it")
        return
    with tarfile.open(package) as files:
        for name in sorted(files.getnames()):
            if name.startswith("package/example/Bundle-") and name.endswith("AuthorizationBundleExample.json"):
                found = files.extractfile(name)
                assert found is not None
                yield Work(Path(name).stem.removeprefix("Bundle-"), found.read())


def measure(requests: Sequence[Work], crosswalks: Crosswalks) -> list[float]:
    """How many times as fast as the models each request is read.

    Each side reads all requests before the other does, as in a process that does nothing else: in turns, each would
    find what the other left in the caches and all over the heap.
    """
    own = [best(partial(read, request.data, crosswalks), REPEATS) for request in requests]
    peer = [best(partial(BundleModel.model_validate_json, request.data), OF_THEIRS) for request in requests]
    ratios = [theirs / ours for ours, theirs in zip(own, peer, strict=True)]
    for request, ours, ratio in zip(requests, own, ratios, strict=True):
        print(f"{request.name:42} {len(request.data):6} bytes: ours {ours * 1e6:7.1f} us, {ratio:5.1f} times as fast")
    return ratios


def best(work: Callable[[], object], repeats: int) -> float:
    """The seconds that this process needs to do it once, in the best of several rounds."""
    return min(time(work, repeats) for _ in range(ROUNDS))


def read(data: bytes, crosswalks: Crosswalks) -> tuple[tuple[Finding, ...], ServiceReview]:
    """Decode, check against structure and profiles, and translate to the domain."""
    bundle = CHECKER.read(data)
    findings = CHECKER.check_bundle(bundle, BundleProfile.REQUEST)
    review = review_from_fhir(
        bundle,
        arrived_as=Format.PAS_2_2_1,
        review_id=ReviewId("rev-1"),
        partner=PartnerId("sandbox"),
        payer_of=PayerId,
        received_at=NOON,
        crosswalks=crosswalks,
    )
    return findings, review


def time(work: Callable[[], object], repeats: int) -> float:
    """The seconds that this process needs to do it once."""
    started = thread_time()
    for _ in range(repeats):
        work()
    return (thread_time() - started) / repeats


if __name__ == "__main__":
    sys.exit(main())
