"""005010X217, request: what a requester asks a utilization management organization (UMO) to review.

Ids, order, usage, counts, codes and conditions only. The guide's text is X12's and stays in the guide.
Loops are written from the innermost out. Usage letters: R required, S situational, N not used.
"""

from __future__ import annotations

from dataclasses import replace

from ..shapes import namesakes, siblings
from ..spec import UNBOUNDED, Choice, Guide, Loop, Usage

# fmt: off
# isort: off
from .shared import (
    BHT, C004, C024, C040, CERTIFICATION_TYPES, CL1, CONTACT, CR1, CR2, CR5, CR6, CRC, DENTAL, DMG, DTP,
    EVENT_PROVIDERS, EVENT_PROVIDER_ROLES, HI, HL, HSD, INS, INSTITUTION, LOCATION, MEMBER_REFERENCES, MSG, N3, N4,
    NM1, NURSING_HOME_CARE, ORAL_CAVITY, OXYGEN_EQUIPMENT, PER, PROFESSIONAL, PROGNOSES, PROVIDER_IDS,
    PROVIDER_REFERENCES, PRV, PWK, REF, REPORT_TYPES, REQUESTER_REFERENCES, REQUESTER_ROLES, SERVICE_PROVIDERS,
    SERVICE_ROLES, SERVICE_TYPES, SUBLUXATIONS, SURFACES, SV1, SV2, SV3, TIME_PATTERNS, TOO, TRANSPORT_LOCATIONS,
    TRN, UM, WEEK_PATTERNS, conditions, diagnosis,
)
# isort: on

R, S = Usage.REQUIRED, Usage.SITUATIONAL

DELIVERY = {1: "DY FL HS MN VS", 3: "DA MO WK", 5: "21 26 27 34 35 6 7", 7: WEEK_PATTERNS, 8: TIME_PATTERNS}
REPORT   = {1: REPORT_TYPES, 2: "AA BM EL EM FX VO", 5: "AC"}

# What a patient's condition is said with, by CRC category.
AMBULANCE    = "01 02 03 04 05 06 07 08 09 41 43 5A 60 9D"
CHIROPRACTIC = "11 12 14 24 25 27 30"
EQUIPMENT    = "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 29 30 31 32 33 35 37 38 40 41 42 43 44 45 46 58 59 60 9D 9H 9J 9K IH LB SL"
OXYGEN       = "06 16 17 25 33 37 39 5A 9J 9K DY"
LIMITATIONS  = "02 03 04 05 06 11 12 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 30 31 32 35 37 39 40 41 42 43 44 45 46 5A 68 69 9E 9F 9H AA AL BL BPD BTD CA CB CNJ CO DY EL EP HL LB LE OL PA PW SL TNJ WA WR"
ACTIVITIES   = "10 13 19 21 22 27 31 40 BR CA CB CR EL EP IH NR PA PW TR UT WA WR"
MENTAL       = "01 05 07 13 20 22 23 26 33 34 5A 68 69 9E 9F 9J 9K AG BPD BTD CB CM DI DP FO HO LE MC OT UN"

SERVICE_PROVIDER = Loop("2010F", "service provider", S, 10, (
    NM1("provider name",          R, 1, "RRSSSSSSSNNN", {1: "1T " + SERVICE_PROVIDERS, 2: "1 2", 8: PROVIDER_IDS}),
    REF("provider identifier",    S, 8, "RRSN", {1: PROVIDER_REFERENCES}),
    N3( "provider address",       S, 1, "RS"),
    N4( "provider city",          S, 1, "RSSSNNS"),
    PER("provider contact",       S, 1, "RSSSSSSSN", CONTACT),
    PRV("provider role",          S, 1, "RRRNNN", {1: SERVICE_ROLES, 2: "PXC"}),
))

SERVICE = Loop("2000F", "service", S, UNBOUNDED, (
    HL( "service level",          R, 1, "RRRR", {3: "SS", 4: "0"}),
    TRN("service trace",          S, 2, "RRRS", {1: "1"}),
    UM( "service review",         S, 1, "RSSSNNNNNN", {1: "HS SC", 2: CERTIFICATION_TYPES, 3: SERVICE_TYPES, 4: LOCATION}),
    *namesakes(
        REF("previous authorization number",   S, 1, "RRNN", {1: "BB"}),
        REF("previous administrative number",  S, 1, "RRNN", {1: "NT"}),
    ),
    DTP("service date",           S, 1, "RRR", {1: "472", 2: "D8 RD8"}),
    SV1("professional service",   S, 1, "RSSSNNSNNNSNNNNNNNNSN", {1: PROFESSIONAL, 3: "F2 MJ UN", 7: C004("RSSS"), 11: "N Y", 20: NURSING_HOME_CARE}),
    SV2("institutional service",  S, 1, "SSSSSSNNSS", {2: INSTITUTION, 4: "DA F2 UN", 9: "1 2 3 4 5 6 7 8", 10: NURSING_HOME_CARE}),
    SV3("dental service",         S, 1, "RSNSSRSNNNN", {1: DENTAL, 4: ORAL_CAVITY, 5: "I R"}),
    TOO("tooth",                  S, 32, "RRS", {1: "JP", 3: SURFACES}),
    HSD("service delivery",       S, 1, "SSSSSSSS", DELIVERY),
    PWK("service report",         S, 10, "RRNNSSSNN", REPORT),
    MSG("service message",        S, 1, "RNN"),
), (SERVICE_PROVIDER,))

EVENT_PROVIDER = Loop("2010EA", "event provider", S, 14, (
    NM1("provider name",          R, 1, "RRSSSSSSSNNN", {1: EVENT_PROVIDERS, 2: "1 2", 8: PROVIDER_IDS}),
    REF("provider identifier",    S, 7, "RRSN", {1: PROVIDER_REFERENCES}),
    N3( "provider address",       S, 1, "RS"),
    N4( "provider city",          S, 1, "RSSSNNS"),
    PER("provider contact",       S, 1, "RSSSSSSSN", CONTACT),
    PRV("provider role",          S, 1, "RRRNNN", {1: EVENT_PROVIDER_ROLES, 2: "PXC"}),
))

TRANSPORT_LOCATION = Loop("2010EB", "transport location", S, 5, (
    NM1("location name",          R, 1, "RRSNNNNNNNNN", {1: TRANSPORT_LOCATIONS, 2: "2"}),
    N3( "location address",       R, 1, "RS"),
    N4( "location city",          R, 1, "SSSNNNN"),
))

OTHER_UMO = Loop("2010EC", "other UMO", S, 3, (
    NM1("other UMO name",         R, 1, "RRSNNNNNNNNN", {1: "00 CA GG", 2: "2"}),
    REF("denial reason",          R, 1, "RSNS", {1: "ZZ", 4: C040("RRSSSS", {1: "ZZ", 3: "ZZ", 5: "ZZ"})}),
    DTP("denial date",            R, 1, "RRR", {1: "598", 2: "D8"}),
))

PATIENT_EVENT = Loop("2000E", "patient event", R, 1, (
    HL( "event level",            R, 1, "RRRR", {3: "EV", 4: "0 1"}),
    TRN("event trace",            S, 2, "RRRS", {1: "1"}),
    UM( "event review",           R, 1, "RRSSSSSSSS", {
        1: "AR HS IN SC",
        2: CERTIFICATION_TYPES,
        3: SERVICE_TYPES,
        4: LOCATION,
        5: C024("RSSSS", {1: "AA AP EM", 2: "AP EM", 3: "AP"}),
        6: "03 E U",
        7: "1 2 3 4 5 6 7 8 9 E F G P",
        8: PROGNOSES,
        9: "M Y",
        10: "1 10 11 15 16 17 2 3 4 7 8",
    }),
    *namesakes(
        REF("previous authorization number",   S, 1, "RRNN", {1: "BB"}),
        REF("previous administrative number",  S, 1, "RRNN", {1: "NT"}),
    ),
    *namesakes(
        DTP("accident date",                   S, 1, "RRR", {1: "439", 2: "D8"}),
        DTP("last menstrual period",           S, 1, "RRR", {1: "484", 2: "D8"}),
        DTP("expected birth date",             S, 1, "RRR", {1: "ABC", 2: "D8"}),
        DTP("onset date",                      S, 1, "RRR", {1: "431", 2: "D8"}),
        DTP("event date",                      S, 1, "RRR", {1: "AAH", 2: "D8 RD8"}),
        DTP("admission date",                  S, 1, "RRR", {1: "435", 2: "D8 RD8"}),
        DTP("discharge date",                  S, 1, "RRR", {1: "096", 2: "D8"}),
    ),
    HI( "diagnoses",              S, 1, "RSSSSSSSSSSS", {
        1: diagnosis("ABF ABJ ABK APR BF BJ BK DR PR"),
        2: diagnosis("ABF ABJ APR BF BJ DR PR"),
        **dict.fromkeys(range(3, 13), diagnosis("ABF APR BF DR PR")),
    }),
    HSD("event delivery",         S, 1, "SSSSSSSS", DELIVERY),
    *namesakes(
        CRC("ambulance certification",         S, 1, "RRRSSSS", conditions("07", AMBULANCE)),
        CRC("chiropractic certification",      S, 1, "RRRSSSS", conditions("08", CHIROPRACTIC)),
        CRC("medical equipment certification", S, 1, "RRRSSSS", conditions("09", EQUIPMENT)),
        CRC("oxygen certification",            S, 1, "RRRSSSS", conditions("11", OXYGEN)),
        CRC("functional limitations",          S, 1, "RRRSSSS", conditions("75", LIMITATIONS)),
        CRC("activities permitted",            S, 1, "RRRSSSS", conditions("76", ACTIVITIES)),
        CRC("mental status",                   S, 1, "RRRSSSS", conditions("77", MENTAL)),
    ),
    CL1("admission",              S, 1, "SSSS", {4: "1 2 3 4 5 6 7 8 9"}),
    CR1("ambulance transport",    S, 1, "SSRSSSNNSS", {1: "KG LB", 3: "I R T X", 4: "A B C D E F", 5: "DH DK"}),
    CR2("spinal manipulation",    S, 1, "SSSSNNNRRSSS", {3: SUBLUXATIONS, 4: SUBLUXATIONS, 8: "A C D E F G M", 9: "N Y", 12: "N Y"}),
    CR5("home oxygen",            S, 1, "NNRSSRSSSSSSSSSSRS", {
        3: OXYGEN_EQUIPMENT,
        4: OXYGEN_EQUIPMENT,
        12: "E N O R S W X",
        13: "1 2 3",
        14: "1 2 3",
        15: "1 2 3",
        17: "A B C D E",
        18: OXYGEN_EQUIPMENT,
    }),
    CR6("home health care",       S, 1, "RRSSNNRRSSSSSSSSSNNNN", {
        1: PROGNOSES,
        3: "RD8",
        7: "W",
        8: "1 2 3 4 6 I R S",
        10: "HC ID",
        15: "RD8",
        17: "A B C D E F G H L M O P R S T",
    }),
    PWK("event report",           S, 10, "RRNNSSSNN", REPORT),
    MSG("event message",          S, 1, "RNN"),
), (*siblings(EVENT_PROVIDER, TRANSPORT_LOCATION, OTHER_UMO), SERVICE))

DEPENDENT_NAME = Loop("2010D", "dependent", R, 1, (
    NM1("dependent name",         R, 1, "RRSSSNSNNNNN", {1: "QC", 2: "1"}),
    REF("dependent identifier",   S, 3, "RRNN", {1: "EJ SY"}),
    N3( "dependent address",      S, 1, "RS"),
    N4( "dependent city",         S, 1, "RSSSNNS"),
    DMG("dependent birth date",   S, 1, "RRSNNNNNNNN", {1: "D8", 3: "F M U"}),
    INS("dependent relationship", S, 1, "RRNNNNNNNNNNNNNNS", {1: "N", 2: "01 19 G8"}),
))

DEPENDENT = Loop("2000D", "dependent level", S, 1, (
    HL( "dependent level",        R, 1, "RRRR", {3: "23", 4: "1"}),
), (DEPENDENT_NAME, PATIENT_EVENT))

SUBSCRIBER_NAME = Loop("2010C", "subscriber", R, 1, (
    NM1("subscriber name",        R, 1, "RRSSSSSRRNNN", {1: "IL", 2: "1", 8: "II MI"}),
    REF("subscriber identifier",  S, 9, "RRNN", {1: MEMBER_REFERENCES}),
    N3( "subscriber address",     S, 1, "RS"),
    N4( "subscriber city",        S, 1, "RSSSNNS"),
    DMG("subscriber birth date",  S, 1, "RRSNNNNNNNN", {1: "D8", 3: "F M U"}),
    INS("military status",        S, 1, "RRNNNNNRNNNNNNNNN", {1: "Y", 2: "18", 8: "AO AU DI PV RU"}),
))

# The patient event hangs from the dependent where there is one, else from the subscriber: one literal, used twice.
SUBSCRIBER = Loop("2000C", "subscriber level", R, 1, (
    HL( "subscriber level",       R, 1, "RRRR", {3: "22", 4: "1"}),
), (SUBSCRIBER_NAME, DEPENDENT, replace(PATIENT_EVENT, usage=S)), Choice(R, ("2000D", "2000E")))

REQUESTER_NAME = Loop("2010B", "requester", R, 1, (
    NM1("requester name",         R, 1, "RRSSSNSRRNNN", {1: "1P 2B 36 FA PR", 2: "1 2", 8: "24 34 46 XV XX"}),
    REF("requester identifier",   S, 8, "RRNN", {1: REQUESTER_REFERENCES}),
    N3( "requester address",      S, 1, "RS"),
    N4( "requester city",         S, 1, "RSSSNNS"),
    PER("requester contact",      S, 1, "RSSSSSSSN", CONTACT),
    PRV("requester role",         S, 1, "RSSNNN", {1: REQUESTER_ROLES, 2: "PXC"}),
))

REQUESTER = Loop("2000B", "requester level", R, 1, (
    HL( "requester level",        R, 1, "RRRR", {3: "21", 4: "1"}),
), (REQUESTER_NAME, SUBSCRIBER))

UMO_NAME = Loop("2010A", "UMO", R, 1, (
    NM1("UMO name",               R, 1, "RRSSSNSRRNNN", {1: "2B 36 PR X3", 2: "1 2", 8: "24 34 46 PI XV"}),
))

UMO = Loop("2000A", "UMO level", R, 1, (
    HL( "UMO level",              R, 1, "RNRR", {3: "20", 4: "1"}),
), (UMO_NAME, REQUESTER))

X217_REQUEST = Guide("005010X217", "278", "HI", "request", "services review, request", (
    BHT("beginning of the set",   R, 1, "RRRRRS", {1: "0007", 2: "01 13 36", 6: "RU"}),
), (UMO,))
# fmt: on
