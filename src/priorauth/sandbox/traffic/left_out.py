"""What a 278 request may carry and no twin has, and why. A test holds that twins have everything else.
`docs/sandbox.md` says which requests are left out though each of their elements stands in some twin.

A position is that of the guide, by the loop, the key of the segment and the element; `*` stands for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping

_NO_PLACE = "PAS has no element for it: told as a loss on the way to FHIR, and kept beside the review"
_AS_STATE = "a FHIR address has one state: told as a loss, and crosses as the state"

# fmt: off
LEFT_OUT: Mapping[str, str] = {
    "header/BHT 06":   "PAS has no word for a reservation of services: told as a loss",
    "2010A/NM1 04":    "the insurer of a Claim is an organization",
    "2010A/NM1 05":    "the insurer of a Claim is an organization",
    "2010A/NM1 07":    "the insurer of a Claim is an organization",
    "2010B/N4 07":     _AS_STATE,
    "2010C/N4 07":     _AS_STATE,
    "2010D/N4 07":     _AS_STATE,
    "2010EA/N4 07":    _AS_STATE,
    "2010F/N4 07":     _AS_STATE,
    "2000E/UM 05-2":   "a Claim has one type of accident: told as a loss",
    "2000E/UM 05-3":   "a Claim has one type of accident: told as a loss",
    "2000E/UM 07":     _NO_PLACE,
    "2000E/UM 08":     _NO_PLACE,
    "2000E/UM 09":     _NO_PLACE,
    "2000E/UM 10":     _NO_PLACE,
    "2000E/DTP/484 *": _NO_PLACE,
    "2000E/DTP/ABC *": _NO_PLACE,
    "2000E/DTP/431 *": _NO_PLACE,
    "2000E/HSD *":     "PAS has how much and how often with an item only: told as a loss",
    "2000E/CR1 *":     _NO_PLACE,
    "2000E/CR2 *":     _NO_PLACE,
    "2000E/CR5 *":     _NO_PLACE,
    "2000E/CR6 03":    "PAS has the prognosis and the start of home health care only: told as a loss",
    "2000E/CR6 04":    "PAS has the prognosis and the start of home health care only: told as a loss",
    "2000E/CR6 09":    _NO_PLACE,
    "2000E/CR6 1*":    _NO_PLACE,
    "2010EB/*":        _NO_PLACE,
    "2010EC/*":        _NO_PLACE,
    "2000F/SV3 04-*":  _NO_PLACE,
    "2000F/SV3 05":    _NO_PLACE,
    "2000F/SV3 07":    _NO_PLACE,
    "2000F/TOO *":     _NO_PLACE,
}
# fmt: on
