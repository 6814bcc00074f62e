"""What a case can expect of an answer. A new kind is a class in a file of this folder, imported here."""

from priorauth.conformance.expectations import acknowledgments, http, pas_answers, pas_bundles, reviews, x12
from priorauth.conformance.expectations.kinds import KINDS, Check, Expectation, Scalar, expectation, read_expectation

__all__ = [
    "KINDS",
    "Check",
    "Expectation",
    "Scalar",
    "acknowledgments",
    "expectation",
    "http",
    "pas_answers",
    "pas_bundles",
    "read_expectation",
    "reviews",
    "x12",
]
