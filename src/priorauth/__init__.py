"""Open gateway for US prior authorization: X12 278 and FHIR PAS in, determinations out."""

__version__ = "0.1.0"
