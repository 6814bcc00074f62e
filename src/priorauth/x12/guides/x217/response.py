"""005010X217, response: what a utilization management organization (UMO) answers to a request.

Ids, order, usage, counts, codes and conditions only. The guide's text is X12's and stays in the guide.
Loops are written from the innermost out. Usage letters: R required, S situational, N not used.

The loops below the requester may be missing: a response to a request that could not be reviewed ends at the level
whose AAA says why. 2010EB is the contact here and the transport location in the request; 2010EC is the transport
location here and the other UMO in the request.
"""

from __future__ import annotations

from ..shapes import namesakes, siblings
from ..spec import UNBOUNDED, Choice, Guide, Loop, Usage

# fmt: off
# isort: off
from .shared import (
    AAA, BHT, C022, CERTIFICATION_TYPES, CL1, CONTACT, CR1, CR2, CR5, CR6, DENTAL, DMG, DTP, EVENT_PROVIDERS,
    EVENT_PROVIDER_ROLES, HCR, HI, HL, HSD, INS, INSTITUTION, LOCATION, MEMBER_REFERENCES, MSG, N3, N4, NM1,
    NURSING_HOME_CARE, ORAL_CAVITY, OXYGEN_EQUIPMENT, PER, PROFESSIONAL, PROGNOSES, PROVIDER_IDS,
    PROVIDER_REFERENCES, PRV, PWK, REF, REPORT_TYPES, REQUESTER_REFERENCES, REQUESTER_ROLES, SERVICE_PROVIDERS,
    SERVICE_ROLES, SERVICE_TYPES, SUBLUXATIONS, SURFACES, SV1, SV2, SV3, TIME_PATTERNS, TOO, TRANSPORT_LOCATIONS,
    TRN, UM, WEEK_PATTERNS, diagnosis,
)
# isort: on

R, S = Usage.REQUIRED, Usage.SITUATIONAL

REPORT         = {1: REPORT_TYPES, 2: "BM EL EM FX VO", 5: "AC"}
REPLY_CONTACTS = {1: "L5", 2: "1 2", 8: "24 34 46 PI XV XX"}
REQUESTED      = C022("RRNNNNNNN", {1: "LOI"})
"""One kind of information that is asked for, by LOINC."""

# What a request is rejected for (AAA03), by the level that says so.
PROVIDER_REJECTIONS = "15 33 35 41 43 44 45 46 47 49 51 52 79 97 IP"

SERVICE_PROVIDER = Loop("2010FA", "service provider", S, 12, (
    NM1("provider name",          R, 1, "RRSSSSSSSNNN", {1: SERVICE_PROVIDERS, 2: "1 2", 8: PROVIDER_IDS}),
    REF("provider identifier",    S, 8, "RRSN", {1: PROVIDER_REFERENCES + " G5"}),
    N3( "provider address",       S, 1, "RS"),
    N4( "provider city",          S, 1, "RSSSNNS"),
    PER("provider contact",       S, 1, "RSSSSSSSN", CONTACT),
    AAA("provider rejection",     S, 9, "RNRR", {1: "N", 3: PROVIDER_REJECTIONS, 4: "C N"}),
    PRV("provider role",          S, 1, "RRRNNN", {1: SERVICE_ROLES, 2: "PXC"}),
))

SERVICE_CONTACT = Loop("2010FB", "contact for service information", S, 1, (
    NM1("contact name",           R, 1, "RRSSSNSSSNNN", REPLY_CONTACTS),
    N3( "contact address",        S, 1, "RS"),
    N4( "contact city",           R, 1, "RSSSNNS"),
    PER("contact numbers",        S, 1, "RSSSSSSSN", CONTACT),
))

SERVICE = Loop("2000F", "service", S, UNBOUNDED, (
    HL( "service level",          R, 1, "RRRR", {3: "SS", 4: "0"}),
    TRN("service trace",          S, 3, "RRRS", {1: "1 2"}),
    AAA("service rejection",      S, 9, "RNRR", {1: "N", 3: "15 33 52 57 60 61 62 AA AG T5", 4: "C N"}),
    UM( "service review",         S, 1, "RSSSNNNNNN", {1: "HS SC", 2: CERTIFICATION_TYPES, 3: SERVICE_TYPES, 4: LOCATION}),
    HCR("service decision",       S, 1, "RSSS", {1: "A1 A3 A4 A6 C CT NA", 4: "N Y"}),
    *namesakes(
        REF("administrative number",           S, 1, "RRNN", {1: "NT"}),
        REF("previous authorization number",   S, 1, "RRNN", {1: "BB"}),
    ),
    *namesakes(
        DTP("service date",                    S, 1, "RRR", {1: "472", 2: "D8 RD8"}),
        DTP("certification issue date",        S, 1, "RRR", {1: "102", 2: "D8"}),
        DTP("certification expiration date",   S, 1, "RRR", {1: "036", 2: "D8"}),
        DTP("certification effective date",    S, 1, "RRR", {1: "007", 2: "D8 RD8"}),
    ),
    HI( "information asked for",  S, 1, "RSSSSSSSSSSS", dict.fromkeys(range(1, 13), REQUESTED)),
    SV1("professional service",   S, 1, "RSSSNNNNNNSNNNNNNNNSN", {1: PROFESSIONAL, 3: "F2 MJ UN", 11: "N Y", 20: NURSING_HOME_CARE}),
    SV2("institutional service",  S, 1, "SSSSSSNNNS", {2: INSTITUTION, 4: "DA F2 UN", 10: NURSING_HOME_CARE}),
    SV3("dental service",         S, 1, "RSNSSRNNNNN", {1: DENTAL, 4: ORAL_CAVITY, 5: "I R"}),
    TOO("tooth",                  S, 32, "RRS", {1: "JP", 3: SURFACES}),
    HSD("service delivery",       S, 1, "SSSSSSSS", {1: "DY FL HS MN VS", 3: "DA MO WK", 5: "21 26 27 29 34 35 6 7", 7: WEEK_PATTERNS, 8: TIME_PATTERNS}),
    PWK("service report",         S, 10, "RRNNSSSNN", REPORT),
    MSG("service message",        S, 1, "RNN"),
), siblings(SERVICE_PROVIDER, SERVICE_CONTACT))

EVENT_PROVIDER = Loop("2010EA", "event provider", S, 14, (
    NM1("provider name",          R, 1, "RRSSSSSSSNNN", {1: EVENT_PROVIDERS, 2: "1 2", 8: PROVIDER_IDS}),
    REF("provider identifier",    S, 7, "RRSN", {1: PROVIDER_REFERENCES}),
    N3( "provider address",       S, 1, "RS"),
    N4( "provider city",          S, 1, "RSSSNNS"),
    PER("provider contact",       S, 1, "RSSSSSSSN", CONTACT),
    AAA("provider rejection",     S, 9, "RNRR", {1: "N", 3: PROVIDER_REJECTIONS, 4: "C N"}),
    PRV("provider role",          S, 1, "RRRNNN", {1: EVENT_PROVIDER_ROLES, 2: "PXC"}),
))

EVENT_CONTACT = Loop("2010EB", "contact for event information", S, 1, (
    NM1("contact name",           R, 1, "RRSSSNSSSNNN", REPLY_CONTACTS),
    N3( "contact address",        S, 1, "RS"),
    N4( "contact city",           S, 1, "RSSSNNS"),
    PER("contact numbers",        S, 1, "RSSSSSSSN", {1: "IC", 3: "EM FX TE UR", 5: "EM EX FX TE", 7: "EM EX FX TE"}),
))

TRANSPORT_LOCATION = Loop("2010EC", "transport location", S, 5, (
    NM1("location name",          R, 1, "RRRNNNNNNNNN", {1: TRANSPORT_LOCATIONS, 2: "2"}),
    N3( "location address",       R, 1, "RS"),
    N4( "location city",          R, 1, "SSSNNNN"),
    AAA("location rejection",     S, 9, "RNRR", {1: "N", 3: "15 33 47 97", 4: "C N"}),
))

PATIENT_EVENT = Loop("2000E", "patient event", S, UNBOUNDED, (
    HL( "event level",            R, 1, "RRRR", {3: "EV", 4: "0 1"}),
    TRN("event trace",            S, 3, "RRRS", {1: "1 2"}),
    AAA("event rejection",        S, 9, "RNRR", {1: "N", 3: "15 33 52 56 57 60 61 62 AA AF AH AI AJ AK AM AN T5", 4: "C N"}),
    UM( "event review",           R, 1, "RRSSNSNNNN", {1: "AR HS IN SC", 2: CERTIFICATION_TYPES, 3: SERVICE_TYPES, 4: LOCATION, 6: "03 E U"}),
    HCR("event decision",         S, 1, "RSSS", {1: "A1 A2 A3 A4 A6 C CT NA", 4: "N Y"}),
    *namesakes(
        REF("administrative number",           S, 1, "RRNN", {1: "NT"}),
        REF("previous authorization number",   S, 1, "RRNN", {1: "BB"}),
    ),
    *namesakes(
        DTP("accident date",                   S, 1, "RRR", {1: "439", 2: "D8"}),
        DTP("last menstrual period",           S, 1, "RRR", {1: "484", 2: "D8"}),
        DTP("expected birth date",             S, 1, "RRR", {1: "ABC", 2: "D8"}),
        DTP("onset date",                      S, 1, "RRR", {1: "431", 2: "D8"}),
        DTP("event date",                      S, 1, "RRR", {1: "AAH", 2: "D8 RD8"}),
        DTP("admission date",                  S, 1, "RRR", {1: "435", 2: "D8 RD8"}),
        DTP("discharge date",                  S, 1, "RRR", {1: "096", 2: "D8"}),
        DTP("certification issue date",        S, 1, "RRR", {1: "102", 2: "D8"}),
        DTP("certification expiration date",   S, 1, "RRR", {1: "036", 2: "D8"}),
        DTP("certification effective date",    S, 1, "RRR", {1: "007", 2: "D8 RD8"}),
    ),
    HI( "diagnoses",              S, 1, "RSSSSSSSSSSS", {
        1: diagnosis("ABF ABJ ABK APR BF BJ BK DR LOI PR"),
        2: diagnosis("ABF ABJ APR BF BJ DR LOI PR"),
        **dict.fromkeys(range(3, 13), diagnosis("ABF APR BF DR LOI PR")),
    }),
    HSD("event delivery",         S, 1, "SSSSSSSS", {1: "DY FL HS MN VS", 3: "DA MO WK", 5: "21 26 27 34 35 6 7", 7: WEEK_PATTERNS + " WE", 8: TIME_PATTERNS}),
    CL1("admission",              S, 1, "SSSN"),
    CR1("ambulance transport",    S, 1, "NNRNSSNNNN", {3: "I R T X", 5: "DH DK"}),
    CR2("spinal manipulation",    S, 1, "SSSSNNNNNNNN", {3: SUBLUXATIONS, 4: SUBLUXATIONS}),
    CR5("home oxygen",            S, 1, "NNSSNRSSSNNNNNNSRS", {3: OXYGEN_EQUIPMENT, 4: OXYGEN_EQUIPMENT, 17: "A B C D E", 18: OXYGEN_EQUIPMENT}),
    CR6("home health care",       S, 1, "RRSSNNRRNNNNNNNNNNNNN", {1: PROGNOSES, 3: "RD8", 7: "W", 8: "1 2 3 4 5 6 I R S"}),
    PWK("event report",           S, 10, "RRNNSSSNN", REPORT),
    MSG("event message",          S, 1, "RNN"),
), (*siblings(EVENT_PROVIDER, EVENT_CONTACT, TRANSPORT_LOCATION), SERVICE))

DEPENDENT_NAME = Loop("2010D", "dependent", R, 1, (
    NM1("dependent name",         R, 1, "RRSSSNSSSNNN", {1: "QC", 2: "1", 8: "II MI"}),
    REF("dependent identifier",   S, 3, "RRNN", {1: "EJ SY"}),
    N3( "dependent address",      S, 1, "RS"),
    N4( "dependent city",         S, 1, "RSSSNNS"),
    AAA("dependent rejection",    S, 9, "RNRR", {1: "N", 3: "15 33 58 64 65 66 67 68 71 77 95", 4: "C N"}),
    DMG("dependent birth date",   S, 1, "RRSNNNNNNNN", {1: "D8", 3: "F M U"}),
    INS("dependent relationship", S, 1, "RRNNNNNNNNNNNNNNS", {1: "N", 2: "01 19 G8"}),
))

DEPENDENT = Loop("2000D", "dependent level", S, 1, (
    HL( "dependent level",        R, 1, "RRRR", {3: "23", 4: "0 1"}),
), (DEPENDENT_NAME, PATIENT_EVENT))

SUBSCRIBER_NAME = Loop("2010C", "subscriber", R, 1, (
    NM1("subscriber name",        R, 1, "RRSSSSSRRNNN", {1: "IL", 2: "1", 8: "II MI"}),
    REF("subscriber identifier",  S, 9, "RRNN", {1: MEMBER_REFERENCES}),
    N3( "subscriber address",     S, 1, "RS"),
    N4( "subscriber city",        S, 1, "RSSSNNS"),
    AAA("subscriber rejection",   S, 9, "RNRR", {1: "N", 3: "58 64 65 66 67 68 71 72 73 74 75 76 77 78 79 95", 4: "C N"}),
    DMG("subscriber birth date",  S, 1, "RRSNNNNNNNN", {1: "D8", 3: "F M U"}),
    INS("military status",        S, 1, "RRNNNNNRNNNNNNNNN", {1: "Y", 2: "18", 8: "AO AU DI PV RU"}),
))

# The patient event hangs from the dependent where there is one, else from the subscriber: one literal, used twice.
SUBSCRIBER = Loop("2000C", "subscriber level", S, 1, (
    HL( "subscriber level",       R, 1, "RRRR", {3: "22", 4: "0 1"}),
), (SUBSCRIBER_NAME, DEPENDENT, PATIENT_EVENT), Choice(S, ("2000D", "2000E")))

REQUESTER_NAME = Loop("2010B", "requester", R, 2, (
    NM1("requester name",         R, 1, "RRSSSNSRRNNN", {1: "1P FA", 2: "1 2", 8: "24 34 46 XX"}),
    REF("requester identifier",   S, 8, "RRNN", {1: REQUESTER_REFERENCES}),
    AAA("requester rejection",    S, 9, "RNRR", {1: "N", 3: "15 35 41 43 44 45 46 47 49 51 79 97", 4: "C N R"}),
    PRV("requester role",         S, 1, "RSSNNN", {1: REQUESTER_ROLES, 2: "PXC"}),
))

REQUESTER = Loop("2000B", "requester level", S, 1, (
    HL( "requester level",        R, 1, "RRRR", {3: "21", 4: "0 1"}),
), (REQUESTER_NAME, SUBSCRIBER))

UMO_NAME = Loop("2010A", "UMO", R, 1, (
    NM1("UMO name",               R, 1, "RRSSSNSRRNNN", {1: "2B 36 PR X3", 2: "1 2", 8: "24 34 46 PI XV"}),
    PER("UMO contact",            S, 1, "RSSSSSSSN", CONTACT),
    AAA("UMO rejection",          S, 9, "RNRR", {1: "N", 3: "42 79 80 T4", 4: "N P Y"}),
))

UMO = Loop("2000A", "UMO level", R, 1, (
    HL( "UMO level",              R, 1, "RNRR", {3: "20", 4: "0 1"}),
    AAA("request rejection",      S, 9, "RNRR", {1: "N Y", 3: "04 41 42 79", 4: "C N P Y"}),
), (UMO_NAME, REQUESTER))

X217_RESPONSE = Guide("005010X217", "278", "HI", "response", "services review, response", (
    BHT("beginning of the set",   R, 1, "RRRRRR", {1: "0007", 2: "11", 6: "18 19 AT RU"}),
), (UMO,))
# fmt: on
