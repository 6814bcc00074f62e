"""The cohorts of BCBSM, FPLIC and MercyOne. One row of keywords says all that is particular to a cohort."""

from __future__ import annotations

from priorauth.sandbox.traffic.cohorts import (
    Cohort,
    Extra,
    Patients,
    coded,
    days,
    dental,
    institutional,
    professional,
)
from priorauth.sandbox.traffic.eastern import FEDERAL, OUTSIDE

# fmt: off
_SPINE  = professional("22551 22612 22630 63030 63047", modifiers="62 80 AS")
_JOINTS = professional("23472 27130 27447 29827 29881", modifiers="RT LT 50")
_PAIN   = professional("62321 62323 64483 64493", "UN", 3, modifiers="RT LT")
_BACK   = ("M5416", "M5126", "M4806", "M4316", "G8929")
_JOINT  = ("M1711", "M1612", "M75101", "S83241A")


def _bcbsm(**own: object) -> Cohort:
    base = {"programme": "MSK", "payer": "BCBSM", "places": ("B:22", "B:24"), "service_types": ("2", "")}
    return Cohort(**{**base, **own})  # type: ignore[arg-type]


BCBSM = (
    _bcbsm(name="spine", title="spine surgery, Blue Cross commercial", goes_to=("turningpoint",), lines=(_SPINE,),
           diagnoses=_BACK, extras=frozenset({Extra.SPINE, Extra.LIMITS}), levels=("E", "U", "")),
    _bcbsm(name="joints", title="joint surgery, Blue Cross commercial", goes_to=("turningpoint",), lines=(_JOINTS,),
           diagnoses=_JOINT, extras=frozenset({Extra.LIMITS, Extra.ACTIVITIES})),
    _bcbsm(name="pain", title="injections against pain", goes_to=("turningpoint",), lines=(_PAIN,), diagnoses=_BACK,
           places=("B:11", "B:22"), extras=frozenset({Extra.DELIVERY})),
    _bcbsm(name="knee-of-accident", title="a knee after an accident", goes_to=("turningpoint",), lines=(_JOINTS,),
           diagnoses=_JOINT, levels=("U", "E"), extras=frozenset({Extra.ACCIDENT})),
    _bcbsm(name="bcn-commercial", title="BCN commercial, all three kinds", goes_to=("turningpoint",), members=(17,),
           lines=(_SPINE, _JOINTS, _PAIN), diagnoses=_BACK),
    _bcbsm(name="bcn-advantage", title="BCN Advantage, spine and joints", goes_to=("turningpoint",), members=(14,),
           lines=(_SPINE, _JOINTS), diagnoses=_BACK, patients=Patients.SENIOR),
    _bcbsm(name="medicare-plus-blue", title="Medicare Plus Blue, spine and joints", goes_to=("turningpoint",),
           members=(15,), lines=(_SPINE, _JOINTS), diagnoses=_JOINT, patients=Patients.SENIOR),
    _bcbsm(name="medicare-plus-blue-pain", title="Medicare Plus Blue, pain: not with TurningPoint",
           goes_to=("manual bcn-um",), members=(15,), lines=(_PAIN,), diagnoses=_BACK, patients=Patients.SENIOR),
    _bcbsm(name="unlisted", title="spine procedures without a code of their own, in words", goes_to=("turningpoint",),
           lines=(professional("22899", described=True),), diagnoses=_BACK, most=1),
    _bcbsm(name="uaw-trust", title="UAW trust, not on Medicare", goes_to=("turningpoint",), members=(18,),
           lines=(_SPINE, _JOINTS), diagnoses=_BACK),
    _bcbsm(name="uaw-trust-medicare", title="UAW trust on Medicare", goes_to=("manual bcbsm-um",), members=(19,),
           lines=(_SPINE, _JOINTS), diagnoses=_BACK, patients=Patients.SENIOR),
    _bcbsm(name="messa", title="MESSA, excluded", goes_to=("manual bcbsm-um",), members=(13,), lines=(_SPINE, _JOINTS),
           diagnoses=_JOINT),
    _bcbsm(name="federal", title="Federal Employee Program, elective outpatient", goes_to=("bcbsm-um",),
           members=FEDERAL, lines=(_SPINE, _JOINTS, _PAIN), diagnoses=_BACK, levels=("E",)),
    _bcbsm(name="revision", title="a procedure told anew under its number", goes_to=("turningpoint",),
           lines=(_JOINTS,), certifications=("S", "4"), has_prior_number=True, diagnoses=_JOINT),
    _bcbsm(name="cancellation", title="a procedure cancelled under its number", goes_to=("turningpoint",),
           lines=(_SPINE,), certifications=("3",), has_prior_number=True, is_cancelled=True, diagnoses=_BACK),
)

_MIND = ("F329", "F200", "F1020", "F319")


def _fplic(**own: object) -> Cohort:
    return Cohort(**{"payer": "FPLIC", "most": 1, **own})  # type: ignore[arg-type]


FPLIC = (
    _fplic(name="psychiatric-admission", programme="behavioral", title="a psychiatric stay", goes_to=("cbhnp",),
           is_admission=True, category="AR", lines=(days("0114 0124 0134"),), places=("A:11", "B:21"),
           service_types=("A4", "MH"), diagnoses=_MIND, levels=("U", "03", "E"), days=(0, 3),
           extras=frozenset({Extra.MENTAL})),
    _fplic(name="psychiatric-days", programme="behavioral", title="further days of a psychiatric stay",
           goes_to=("cbhnp",), is_admission=True, category="AR", lines=(days("0114 0124 0134"),), places=("A:11",),
           service_types=("A4",), certifications=("4",), has_prior_number=True, diagnoses=_MIND, days=(0, 3)),
    _fplic(name="chemical-recovery", programme="behavioral", title="recovery of outpatients", goes_to=("cbhnp",),
           most=2, lines=(professional("H0001 H0005 H0015 H0020", "UN", 12),), service_types=("AI", "AJ"),
           places=("B:11", "B:22"), diagnoses=("F1020", "F1120"), extras=frozenset({Extra.MENTAL, Extra.DELIVERY})),
    _fplic(name="home-infusion", programme="drugs", title="home infusion, whose list the payer has yet to give",
           goes_to=("manual fplic-pharmacy",), lines=(professional("S9325 S9365 S9379 S9500", "UN", 30),),
           places=("B:12",), extras=frozenset({Extra.DELIVERY})),
    _fplic(name="infused-drug", programme="drugs", title="a drug at home by its package code", places=("B:12",),
           goes_to=("manual fplic-um",), lines=(coded("N4", "00777310502 50242004062", "F2", 500),),
           service_types=("88",)),
    _fplic(name="obesity-surgery", programme="surgery", title="surgery for morbid obesity", goes_to=("fplic-um",),
           lines=(professional("43644 43645 43846 43848"),), places=("B:22", "B:24"), diagnoses=("E6601",),
           levels=("E",)),
    _fplic(name="transplant", programme="surgery", title="a transplant", goes_to=("fplic-um",),
           service_types=("70", ""), lines=(professional("50360 47135 33945"),), places=("B:22",),
           diagnoses=("N186", "K7460")),
    _fplic(name="wisdom-teeth", programme="dental", title="bony impacted wisdom teeth at a facility",
           goes_to=("fplic-um",),
           lines=(dental("D7230 D7240 D7241"), dental("D7240", modifiers="E1 FA LT RT", described=True)),
           places=("B:24",), service_types=("40", ""), diagnoses=("K011", "K010"), levels=("E",)),
    _fplic(name="nursing-facility", programme="SNF", title="a stay in a nursing facility", goes_to=("fplic-um",),
           is_admission=True, category="AR", lines=(days("0191 0192 0193", 30),), places=("B:31", "A:21"),
           service_types=("AG",), patients=Patients.SENIOR, levels=("E", ""), extras=frozenset({Extra.LIMITS}),
           days=(2, 5)),
    _fplic(name="home-health", programme="home health", title="nursing and therapy at home", goes_to=("fplic-um",),
           most=3, lines=(professional("G0151 G0152 G0299 G0300", "UN", 24),), places=("B:12",), service_types=("42",),
           patients=Patients.SENIOR,
           extras=frozenset({Extra.HOME_HEALTH, Extra.LIMITS, Extra.ACTIVITIES, Extra.DELIVERY})),
    _fplic(name="rehabilitation", programme="hospital", title="a stay in a rehabilitation hospital",
           goes_to=("fplic-um",), is_admission=True, category="AR", lines=(days("0128 0118", 14),), places=("B:61",),
           levels=("E",), diagnoses=("I639", "S72001D"), patients=Patients.SENIOR,
           extras=frozenset({Extra.ACTIVITIES})),
    _fplic(name="emergency-admission", programme="hospital", title="a stay after an emergency", goes_to=("fplic-um",),
           is_admission=True, category="AR", lines=(days("0120 0200"),), places=("A:11", "B:21"), levels=("03", "U"),
           service_types=("1",), diagnoses=("I214", "J189", "K3580"), days=(-1, 0)),
    _fplic(name="oxygen-and-equipment", programme="DME and oxygen", title="oxygen and a hospital bed at home", most=2,
           goes_to=("no_auth_required",),
           lines=(professional("E1390 E0431 E0260 K0001", "UN", 1, modifiers="RR NU QE"),), places=("B:12",),
           service_types=("11", "18"), diagnoses=("J449", "J9611"), patients=Patients.SENIOR,
           extras=frozenset({Extra.OXYGEN, Extra.EQUIPMENT, Extra.DELIVERY})),
    _fplic(name="ambulance", programme="ambulance", title="transport between facilities",
           goes_to=("no_auth_required",),
           lines=(professional("A0426 A0428", modifiers="HN NH RH GM"), professional("A0425", "UN", 60)),
           places=("B:41", "B:42"), service_types=("56",), most=2, extras=frozenset({Extra.AMBULANCE})),
    _fplic(name="maternity", programme="hospital", title="a maternity stay", goes_to=("no_auth_required",),
           is_admission=True, category="AR", lines=(days("0112 0122", 3),), places=("A:11",), service_types=("69",),
           diagnoses=("O80", "O480"), levels=("E", "U"), days=(0, 10)),
    _fplic(name="secondary-coverage", programme="surgery", title="another group insurer pays first", members=(20,),
           goes_to=("no_auth_required",), lines=(professional("29881 47562"),), places=("B:22", "B:24")),
    _fplic(name="focus-list-of-2014", programme="hospital", title="a listed procedure of 2014, reviewed afterwards",
           goes_to=("fplic-um",), lines=(institutional("0360", "2161 2188 2231 2612 282", "ID"),),
           places=("A:11", "B:21"), diagnoses=("4730", "470", "27651", "V103", "E8490"), days=(-4500, -4300),
           levels=("E",), service_types=("2",), is_admission=True, category="AR", extras=frozenset({Extra.ICD_9})),
)


def _mercyone(**own: object) -> Cohort:
    return Cohort(**{"payer": "MERCYONE", "patients": Patients.SENIOR, **own})  # type: ignore[arg-type]


_INPATIENT = "mercyone-um/inpatient"
_AHEAD     = "mercyone-um/preservice"

MERCYONE = (
    _mercyone(name="admission", programme="hospital", title="a hospital stay", goes_to=(_INPATIENT,),
              is_admission=True, category="AR", lines=(days("0120 0200 0206"),), places=("A:11", "B:21"),
              service_types=("1", ""), levels=("03", "U", "E"), days=(-1, 2)),
    _mercyone(name="readmission", programme="hospital", title="a stay within 30 days of a discharge", members=(20,),
              goes_to=(_INPATIENT,), is_admission=True, category="AR", lines=(days("0120"),), places=("A:11",),
              levels=("03", "U"), days=(20, 25)),
    _mercyone(name="further-days", programme="hospital", title="further days of a stay", goes_to=(_INPATIENT,),
              is_admission=True, category="AR", lines=(days("0120"),), places=("A:11", "B:21"),
              certifications=("4", "R"), has_prior_number=True, levels=("U", "E"), days=(0, 3)),
    _mercyone(name="inpatient-status", programme="hospital", title="a reconsideration of inpatient status",
              goes_to=(_INPATIENT,), is_admission=True, category="AR", lines=(days("0120"),), places=("A:11",),
              certifications=("N",), has_prior_number=True, days=(-5, -1)),
    _mercyone(name="nursing-facility", programme="SNF", title="notice of a nursing facility admission",
              goes_to=("notify_requested mercyone-um/snf",), is_admission=True, category="AR",
              lines=(days("0191 0192 0193", 20),), places=("B:31", "A:21"), service_types=("AG",), levels=("E",),
              days=(0, 2)),
    _mercyone(name="nursing-facility-review", programme="SNF", title="further days in a nursing facility",
              goes_to=("mercyone-um/snf",), is_admission=True, category="AR", lines=(days("0191 0192", 14),),
              places=("B:31",), service_types=("AG",), certifications=("4",), has_prior_number=True, levels=("E",)),
    _mercyone(name="surgery", programme="surgery", title="surgery ahead of time", goes_to=(_AHEAD,), levels=("E", ""),
              lines=(professional("47562 49505 27447", modifiers="RT LT"),), places=("B:22", "B:24"),
              service_types=("2", "")),
    _mercyone(name="oncology", programme="drugs", title="chemotherapy", goes_to=(_AHEAD,), levels=("E",),
              lines=(professional("J9035 J9271 96413", "UN", 80),), service_types=("78", "ON"),
              diagnoses=("C50911", "C3490"), places=("B:11", "B:22"), extras=frozenset({Extra.DELIVERY})),
    _mercyone(name="part-b-drug", programme="drugs", title="a drug of Part B", goes_to=(_AHEAD,), levels=("E",),
              lines=(professional("J0897 J1745 J2505", "UN", 60, modifiers="JW JZ"),), service_types=("88", "")),
    _mercyone(name="ambulance", programme="ambulance", title="a scheduled transport", goes_to=(_AHEAD,), levels=("E",),
              lines=(professional("A0426 A0428", modifiers="RH HR"),), places=("B:41",), service_types=("56",),
              extras=frozenset({Extra.AMBULANCE})),
    _mercyone(name="more-therapy", programme="therapy", title="more therapy outside a facility", goes_to=(_AHEAD,),
              lines=(professional("97110 97140 97530", "UN", 24, modifiers="GP GO KX 59"),), places=("B:11",),
              certifications=("4",), has_prior_number=True, service_types=("PT", "AE"), levels=("E",),
              extras=frozenset({Extra.DELIVERY, Extra.ACTIVITIES})),
    _mercyone(name="alternative-medicine", programme="therapy", title="alternative medicine and timed services",
              goes_to=(_AHEAD,), lines=(coded("WK", "CBAAA CBABB", "MJ", 60), coded("IV", "HIT01 HIT02")), most=1,
              places=("B:11",), levels=("E",), category="IN", service_types=("64",)),
    _mercyone(name="out-of-network", programme="surgery", title="a service outside the network", goes_to=(_AHEAD,),
              lines=(professional("47562 29881"),), places=("B:22",), facility=OUTSIDE, levels=("E",)),
    _mercyone(name="range-of-hospital-services", programme="surgery", title="one of a range, in a hospital",
              levels=("E",), goes_to=(_AHEAD,),
              lines=(institutional("0360", "11400 11440", ends=True, modifiers="22 LT RT 59"),
                     institutional("0490", "19499 17999", described=True, modifiers="22 LT RT 59")),
              places=("B:22", "A:13")),
    _mercyone(name="range-of-dental-services", programme="dental", title="a range of teeth after an injury",
              goes_to=(_AHEAD,), lines=(dental("D7110 D7140", ends=True, modifiers="LT RT 52 59"),), levels=("E",),
              places=("B:11", "B:22"), service_types=("40", ""), diagnoses=("S025XXA", "K011")),
    _mercyone(name="range-of-services", programme="surgery", title="one of a range of procedures", goes_to=(_AHEAD,),
              lines=(professional("11400 11440 17000", ends=True),), places=("B:11", "B:22"), levels=("E",)),
)
# fmt: on
