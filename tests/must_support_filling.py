"""Samples with the must-support elements that they leave out, so that together they have every one of a version."""

from __future__ import annotations

import json
from typing import Any

from crosswalk_tables import CROSSWALKS
from fhir_bundles import REQUESTS, decoded, read
from priorauth.domain.reviews import Format
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.translate.fhir_request import review_to_fhir

PAS = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
X12 = "https://codesystem.x12.org/005010/"
CODES = "http://hl7.org/fhir/us/davinci-pas/CodeSystem/PASTempCodes"
NPI = {"system": "http://hl7.org/fhir/sid/us-npi", "value": "1200000036"}
TIN = {"system": "http://terminology.hl7.org/NamingSystem/USEIN", "value": "010000001"}
PHONE = [{"system": "phone", "value": "6175550100", "use": "home"}]
ADDRESS = {
    "line": ["1 Main Street"],
    "city": "BOSTON",
    "district": "SUFFOLK",
    "state": "MA",
    "postalCode": "02110",
    "country": "US",
}
DAYS = {"start": "2026-03-01", "end": "2026-03-04"}


def concept(system: str, code: str) -> Any:
    return {"coding": [{"system": system, "code": code}]}


def extension(name: str, **value: Any) -> Any:
    return {"url": PAS + name, **value}


PAYER_ID = {
    "type": concept("http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBIdentifierType", "payerid"),
    "system": "urn:priorauth:payer",
    "value": "BCBSMA",
}
PERSON = {
    "telecom": PHONE,
    "communication": [{"language": concept("urn:ietf:bcp:47", "es")}],
}
CLAIM = {
    "extension": [
        extension("extension-authorizationNumber", valueString="AUTH-1"),
        extension("extension-administrationReferenceNumber", valueString="CASE-1"),
        extension(
            "extension-conditionCode",
            extension=[
                {"url": "category", "valueCodeableConcept": concept(f"{X12}1136", "07")},
                {"url": "indicator", "valueBoolean": True},
                {"url": "code", "valueCodeableConcept": concept(f"{X12}1321", "01")},
            ],
        ),
        extension(
            "extension-homeHealthCareInformation",
            extension=[
                {"url": "prognosis", "valueCodeableConcept": concept(f"{X12}923", "3")},
                {"url": "date", "valueDate": "2026-03-01"},
            ],
        ),
    ],
    "accident": {
        "date": "2026-02-01",
        "type": concept(f"{X12}1362", "AA"),
        "locationAddress": {"state": "MA", "country": "US"},
    },
    "supportingInfo": [
        {"sequence": 91, "category": concept(CODES, "patientEvent"), "timingDate": "2026-03-01"},
        {"sequence": 92, "category": concept(CODES, "admissionDates"), "timingPeriod": DAYS},
        {"sequence": 93, "category": concept(CODES, "dischargeDates"), "timingDate": "2026-03-09"},
    ],
}
ITEM = {
    "extension": [
        extension("extension-authorizationNumber", valueString="AUTH-2"),
        extension("extension-administrationReferenceNumber", valueString="CASE-2"),
        extension("extension-epsdtIndicator", valueBoolean=True),
        extension("extension-nursingHomeResidentialStatus", valueCodeableConcept=concept(f"{X12}1345", "2")),
        extension("extension-nursingHomeLevelOfCare", valueCodeableConcept=concept(f"{X12}1337", "2")),
        extension("extension-revenueUnitRateLimit", valueDecimal=100.5),
        extension(
            "extension-productOrServiceCodeEnd",
            valueCodeableConcept=concept("http://www.ama-assn.org/go/cpt", "99499"),
        ),
    ],
    "unitPrice": {"value": 12.5, "currency": "USD"},
}
ORDER = {"extension": [{"url": "http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-coverage-information"}]}
LOCATION = {
    "resourceType": "Location",
    "id": "filled-location",
    "identifier": [NPI],
    "status": "active",
    "name": "CLINIC",
    "type": [concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "HOSP")],
    "telecom": PHONE,
    "address": ADDRESS,
    "managingOrganization": {"display": "CLINIC"},
}
FILLING: dict[str, Any] = {
    "Patient": {
        **PERSON,
        "name": [{"family": "X", "given": ["Y"], "prefix": ["DR"], "suffix": ["JR"]}],
        "address": [ADDRESS],
    },
    "Coverage": {
        "type": concept("https://nahdo.org/sopt", "5"),
        "period": DAYS,
        "relationship": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/subscriber-relationship", "code": "child"},
                {"system": f"{X12}1069", "code": "19"},
            ]
        },
        "class": [
            {
                "type": concept("http://terminology.hl7.org/CodeSystem/coverage-class", "group"),
                "value": "G1",
                "name": "GROUP",
            },
            {
                "type": concept("http://terminology.hl7.org/CodeSystem/coverage-class", "plan"),
                "value": "P1",
                "name": "PLAN",
            },
        ],
    },
    "Organization": {
        "identifier": [NPI, TIN, PAYER_ID],
        "telecom": PHONE,
        "address": [ADDRESS],
        "contact": [{"name": {"text": "DESK"}, "telecom": PHONE}],
    },
    "Practitioner": {"telecom": PHONE, "address": [ADDRESS]},
    "PractitionerRole": {
        "code": [concept("http://nucc.org/provider-taxonomy", "207X00000X")],
        "location": [{"reference": "urn:uuid:7b2c3f0e-0000-4000-8000-000000000001"}],
        "endpoint": [{"display": "DIRECT"}],
        "organization": {"display": "CLINIC"},
    },
    "Encounter": {
        "meta": {"lastUpdated": "2026-03-01T00:00:00Z"},
        "extension": [
            extension("extension-nursingHomeResidentialStatus", valueCodeableConcept=concept(f"{X12}1345", "2"))
        ],
        "identifier": [{"system": "urn:x", "value": "E1"}],
        "participant": [{"type": [concept("urn:x", "ATND")], "period": DAYS, "individual": {"display": "X"}}],
        "period": DAYS,
        "reasonCode": [concept("urn:x", "1")],
        "reasonReference": [{"display": "X"}],
        "hospitalization": {"dischargeDisposition": concept("urn:x", "home")},
        "location": [{"location": {"display": "X"}}],
        "serviceProvider": {"display": "X"},
    },
    "ServiceRequest": {
        "extension": [
            *ORDER["extension"],
            extension("extension-serviceCodeEnd", valueCodeableConcept=concept("urn:x", "1")),
        ]
    },
    "MedicationRequest": {
        **ORDER,
        "category": [concept("http://terminology.hl7.org/CodeSystem/medicationrequest-category", "discharge")],
        "reportedBoolean": False,
        "encounter": {"display": "X"},
        "dosageInstruction": [
            {"text": "X", "doseAndRate": [{"doseQuantity": {"value": 1}}], "timing": {"repeat": {"count": 2}}}
        ],
        "dispenseRequest": {"numberOfRepeatsAllowed": 1, "quantity": {"value": 3, "unit": "UN"}},
    },
    "DeviceRequest": ORDER,
    "NutritionOrder": {**ORDER, "oralDiet": {"type": [concept("urn:x", "1")]}},
    "DocumentReference": {
        "author": [{"display": "X"}],
        "content": [
            {"attachment": {"contentType": "text/plain", "data": "WA==", "url": "urn:x"}, "format": {"code": "x"}}
        ],
        "context": {"encounter": [{"display": "X"}], "period": DAYS},
    },
}


FILLING_2_0_1: dict[str, Any] = {
    "Patient": {
        "extension": [
            {"url": f"{US_CORE}us-core-race", "extension": [{"url": "text", "valueString": "X"}]},
            {"url": f"{US_CORE}us-core-ethnicity", "extension": [{"url": "text", "valueString": "X"}]},
            {"url": f"{US_CORE}us-core-birthsex", "valueCode": "F"},
        ],
        "address": [{"period": DAYS}],
    }
}
"""What 2.0.1 supports beyond 2.2.1."""


def filled(version: Format) -> list[tuple[str, Bundle]]:
    """Each sample, as it is and with what it leaves out; the samples are of 2.2.1, so for 2.0.1 they are rewritten."""
    found = []
    for path in REQUESTS:
        sample = Bundle(read_resource(path.read_bytes()))
        if version is Format.PAS_2_0_1:
            sample = decoded(review_to_fhir(read(sample), crosswalks=CROSSWALKS, version=version))
        found.append((path.stem, sample))
        found.append((f"{path.stem}, filled", _filled(sample, version)))
    return found


def _filled(sample: Bundle, version: Format) -> Bundle:
    document = json.loads(write_resource(sample.root.element))
    claim = document["entry"][0]["resource"]
    is_update = "related" in claim
    for entry in document["entry"]:
        resource = entry["resource"]
        _merge(resource, FILLING.get(resource["resourceType"], {}))
        if version is Format.PAS_2_0_1:
            _merge(resource, FILLING_2_0_1.get(resource["resourceType"], {}))
    _merge(claim, CLAIM)
    if is_update and version is Format.PAS_2_2_1:
        change = extension("extension-infoChanged", valueCode="changed")
        cancel = {"url": f"{PAS}modifierextension-infoCancelled", "valueBoolean": True}
        document_info = {"sequence": 94, "category": concept(CODES, "freeFormMessage"), "valueString": "X"}
        claim["supportingInfo"] += [
            {**document_info, "extension": [change]},
            {**document_info, "sequence": 95, "extension": [change], "modifierExtension": [cancel]},
        ]
    claim["identifier"][0].setdefault("extension", []).append(
        extension("extension-identifierJurisdiction", valueCodeableConcept=concept("https://www.usps.com/", "MA"))
    )
    for item in claim["item"]:
        _merge(item, ITEM)
    document["entry"].append({"fullUrl": "urn:uuid:7b2c3f0e-0000-4000-8000-000000000001", "resource": LOCATION})
    return Bundle(read_resource(json.dumps(document).encode()))


def _merge(resource: Any, more: Any) -> None:
    """Add members; lists grow by what they do not have of the same url, other members that are there stay."""
    for name, value in more.items():
        if name not in resource:
            resource[name] = json.loads(json.dumps(value))
        elif isinstance(value, list) and name in ("extension", "identifier", "supportingInfo", "class"):
            had = {
                json.dumps(
                    [
                        each.get("url"),
                        each.get("system"),
                        each.get("category"),
                        each.get("type") if name == "class" else 0,
                    ]
                )
                for each in resource[name]
            }
            resource[name] += [
                each
                for each in value
                if json.dumps(
                    [
                        each.get("url"),
                        each.get("system"),
                        each.get("category"),
                        each.get("type") if name == "class" else 0,
                    ]
                )
                not in had
            ]
        elif isinstance(value, list) and isinstance(value[0], dict) and resource[name]:
            _merge(resource[name][0], value[0])
        elif isinstance(value, dict) and "coding" not in value and isinstance(resource[name], dict):
            _merge(resource[name], value)
        elif isinstance(value, dict) and "coding" in value:
            resource[name] = value
