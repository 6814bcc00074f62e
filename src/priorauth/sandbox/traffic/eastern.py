"""The cohorts of BCBSMA and AllWays. One row of keywords says all that is particular to a cohort."""

from __future__ import annotations

from priorauth.sandbox.traffic.cohorts import (
    Cohort,
    Extra,
    Patients,
    days,
    institutional,
    professional,
)

OUTSIDE = "1999999984"
"""The facility that the demonstration directory knows to be out of network and area at every payer."""
FEDERAL = (12,)
UNKNOWN = (9001, 9002, 9003)
"""Numbers that no directory has."""

_NICU = days("0172 0173 0174")
_NEONATE = ("P0726", "P220", "P590", "P0714", "P369", "P2811")
_STAY = {"is_admission": True, "category": "AR", "places": ("A:11", "B:21"), "service_types": ("NI",), "days": (0, 2)}
_NICU_STAY: dict[str, object] = {
    "programme": "NICU",
    "payer": "BCBSMA",
    "lines": (_NICU,),
    "patients": Patients.NEWBORN,
    "most": 3,
    "levels": ("03", "U", ""),
    "diagnoses": _NEONATE,
    **_STAY,
}


def _nicu(**own: object) -> Cohort:
    return Cohort(**{**_NICU_STAY, **own})  # type: ignore[arg-type]


# fmt: off
BCBSMA = (
    _nicu(name="nicu-admission", title="a newborn's first days in intensive care", goes_to=("progenyhealth",)),
    _nicu(name="nicu-dependent", title="a newborn under a parent's number", goes_to=("progenyhealth",),
          patients=Patients.NEWBORN_DEPENDENT),
    _nicu(name="nicu-notice", title="notice of a birth admission, without days yet", goes_to=("progenyhealth",),
          lines=()),
    _nicu(name="nicu-extension", title="further days of a stay", goes_to=("progenyhealth",), certifications=("4", "R"),
          has_prior_number=True),
    _nicu(name="nicu-revision", title="a stay told anew under its number", goes_to=("progenyhealth",),
          certifications=("S",), has_prior_number=True),
    _nicu(name="nicu-cancellation", title="a stay cancelled under its number", goes_to=("progenyhealth",),
          certifications=("3",), has_prior_number=True, is_cancelled=True),
    _nicu(name="nicu-appeal", title="an appeal, which stays with the plan", goes_to=("bcbsma-um",),
          certifications=("1", "2"), has_prior_number=True, levels=("U", "E")),
    _nicu(name="nicu-not-contracted", title="a stay at a facility without a contract", goes_to=("manual bcbsma-um",),
          facility=OUTSIDE),
    _nicu(name="nicu-federal", title="a newborn of the Federal Employee Program", goes_to=("bcbsma-um",),
          members=FEDERAL),
    Cohort(name="discharge-needs", programme="DME and home health", payer="BCBSMA", goes_to=("bcbsma-um",),
           title="equipment and nursing after a discharge", patients=Patients.CHILD, service_types=("12", "42"),
           lines=(professional("E0445 E0465 E0570", "UN", 2, modifiers="RR NU"), professional("G0154 G0299", "UN", 12)),
           places=("B:12",), diagnoses=_NEONATE, extras=frozenset({Extra.EQUIPMENT, Extra.DELIVERY})),
    Cohort(name="adult-imaging", programme="imaging", payer="BCBSMA", goes_to=("bcbsma-um",),
           title="a scan, which the plan decides", lines=(professional("70551 72148 73721", modifiers="26 TC RT LT"),),
           service_types=("62",)),
)

_ALLWAYS: dict[str, object] = {"payer": "ALLWAYS"}


def _allways(**own: object) -> Cohort:
    return Cohort(**{**_ALLWAYS, **own})  # type: ignore[arg-type]


_SCAN    = professional("70450 70551 70553 71260 72148 72195 73221 73721 74177", modifiers="26 TC RT LT")
_HEART   = professional("93303 93306 93351")
_GENE    = professional("81162 81211 81408")
_BEAM    = professional("77263 77301 77385", most=30)
_SLEEP   = professional("95800 95806 95810 95811 G0399 E0601", modifiers="52")
_THERAPY = professional("90791 90834 90837 H0035 H2019", "UN", 20, modifiers="HO HN")
_BEHAVIORAL = ("F329", "F411", "F4310", "F200", "F1020")

ALLWAYS = (
    _allways(name="imaging", programme="imaging", title="elective high-tech imaging", goes_to=("evicore",),
             lines=(_SCAN,), service_types=("62", ""), places=("B:11", "B:22", "A:13")),
    _allways(name="cardiac", programme="imaging", title="echocardiography", goes_to=("evicore",), lines=(_HEART,),
             service_types=("62", ""), diagnoses=("I10", "I509", "I480", "R079")),
    _allways(name="genetic", programme="imaging", title="molecular and genetic tests", goes_to=("evicore",),
             lines=(_GENE,), service_types=("5", ""), diagnoses=("Z8041", "C50911", "D689")),
    _allways(name="radiation", programme="imaging", title="radiation therapy", goes_to=("evicore",), lines=(_BEAM,),
             service_types=("6",), diagnoses=("C50911", "C61", "C3490")),
    _allways(name="imaging-renewal", programme="imaging", title="imaging asked for once more under its number",
             goes_to=("evicore",), lines=(_SCAN,), certifications=("R", "S"), has_prior_number=True),
    _allways(name="imaging-cancellation", programme="imaging", title="imaging cancelled under its number",
             goes_to=("evicore",), lines=(_SCAN,), certifications=("3",), has_prior_number=True, is_cancelled=True),
    _allways(name="sleep", programme="sleep", title="sleep studies and devices",
             goes_to=("sleep-management-solutions",), lines=(_SLEEP,), service_types=("", "12"),
             places=("B:11", "B:12", "B:22"), diagnoses=("G4733", "G4719"), levels=("E", "U", "")),
    _allways(name="behavioral", programme="behavioral", title="outpatient behavioral health", goes_to=("optum",),
             lines=(_THERAPY,), service_types=("MH", "A6"), diagnoses=_BEHAVIORAL, levels=("E", "U", ""),
             extras=frozenset({Extra.MENTAL, Extra.DELIVERY})),
    _allways(name="behavioral-ward", programme="behavioral", title="partial days on a psychiatric ward",
             goes_to=("optum",), lines=(days("0114 0124 0134"),), service_types=("A4",), places=("B:52",),
             diagnoses=_BEHAVIORAL, levels=("E", "U"), extras=frozenset({Extra.MENTAL})),
    _allways(name="spine", programme="MSK", title="spinal surgery, which the plan decides", goes_to=("allways-um",),
             lines=(professional("22612 22630 63030 63047", modifiers="62 80"),), places=("B:22", "B:24"),
             extras=frozenset({Extra.SPINE, Extra.LIMITS})),
    _allways(name="enteral", programme="DME and home health", title="enteral products", goes_to=("allways-um",),
             lines=(professional("B4150 B4152 B4160", "UN", 300, modifiers="BA BO"),), places=("B:12",),
             extras=frozenset({Extra.EQUIPMENT, Extra.DELIVERY})),
    _allways(name="drug", programme="drugs", title="an injected drug, whose list the payer has yet to give",
             goes_to=("manual allways-um",), lines=(professional("J0585 J1745 J3380", "UN", 40, modifiers="JW JZ"),),
             service_types=("88", "")),
    _allways(name="elective-admission", programme="hospital", title="an elective stay", goes_to=("allways-um",),
             is_admission=True, category="AR", lines=(days("0120 0110"),), places=("A:11", "B:21"),
             service_types=("1", ""), levels=("E",)),
    _allways(name="emergent-admission", programme="hospital", title="notice of an emergent stay",
             goes_to=("notify_required allways-um",), is_admission=True, category="AR", lines=(days("0120 0200"),),
             places=("A:11", "B:21"), service_types=("1", ""), levels=("03",), days=(-1, 0)),
    _allways(name="emergency-room", programme="hospital", title="emergency room care", goes_to=("no_auth_required",),
             lines=(institutional("0450 0456", "99284 99285"),), places=("B:23",), levels=("03",), days=(-2, 0),
             extras=frozenset({Extra.ACCIDENT})),
    _allways(name="observation", programme="hospital", title="hours of observation",
             goes_to=("notify_required allways-um",), lines=(institutional("0762", "G0378"),), places=("B:22",),
             levels=("U",), days=(-1, 0)),
    _allways(name="nicu", programme="NICU", title="notice of a sick newborn", goes_to=("notify_required allways-um",),
             is_admission=True, category="AR", lines=(days("0172 0173 0174"),), patients=Patients.NEWBORN_DEPENDENT,
             places=("A:11", "B:21"), service_types=("NI",), levels=("03", "U"), diagnoses=_NEONATE, days=(0, 2)),
    _allways(name="referral", programme="referral",
             title="a specialist's visit that the primary care provider refers to", goes_to=("referral_required",),
             category="SC", lines=(professional("99204 99214 99244"),), places=("B:11",),
             diagnoses=("R079", "M5416", "I10"), service_types=("3", "")),
    _allways(name="out-of-network", programme="MSK", title="a procedure outside the network", goes_to=("allways-um",),
             lines=(professional("29881 27447", modifiers="RT LT"),), places=("B:22",), facility=OUTSIDE,
             levels=("E", "U")),
    _allways(name="imaging-afterwards", programme="imaging", title="inpatient imaging, which needs no authorization",
             goes_to=("no_auth_required",), lines=(_SCAN,), places=("B:21",), levels=("U", "E"), days=(-20, -2)),
    _allways(name="imaging-and-sleep", programme="split", title="one request, two delegates", splits=True,
             goes_to=("evicore", "sleep-management-solutions"), lines=(_SCAN, _SLEEP), places=("B:22",), levels=("E",),
             extras=frozenset({Extra.NEVER_SPLIT})),
    _allways(name="imaging-and-surgery", programme="split", title="one request, a delegate and the plan", splits=True,
             goes_to=("evicore", "allways-um"), lines=(_SCAN, professional("63030 22612")), places=("B:22",),
             levels=("E",), extras=frozenset({Extra.NEVER_SPLIT})),
    _allways(name="three-ways", programme="split", title="one request, three delegates", splits=True, levels=("E",),
             goes_to=("evicore", "sleep-management-solutions", "optum"), lines=(_SCAN, _SLEEP, _THERAPY),
             places=("B:11",), extras=frozenset({Extra.NEVER_SPLIT})),
    _allways(name="member-not-known", programme="imaging", title="a member whom the directory does not know",
             goes_to=("manual allways-um",), lines=(_SCAN,), members=UNKNOWN),
)
# fmt: on
