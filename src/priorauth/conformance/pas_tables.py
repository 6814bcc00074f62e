"""Facts of the PAS profiles that answers are held to: what is required, what is fixed, which extensions there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ADJUDICATION = "http://terminology.hl7.org/CodeSystem/adjudication"
PAS_CODES = "http://hl7.org/fhir/us/davinci-pas/CodeSystem/PASTempCodes"

# fmt: off
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "ClaimResponse": (
        "status", "type", "use", "patient.reference", "created", "insurer.reference", "outcome",
        "identifier[*].system", "identifier[*].value",
        "item[*].itemSequence", "item[*].adjudication", "item[*].adjudication[*].category",
        "addItem[*].productOrService", "addItem[*].adjudication", "processNote[*].text", "error[*].code",
    ),
    "CommunicationRequest": ("status",),
    "Task": (
        "identifier", "status", "intent", "code", "for", "requester.identifier", "owner.identifier",
        "reasonCode", "reasonReference", "input", "input[*].type",
    ),
}
"""Elements of each type that an answer has; after `[*]`, of each repetition that there is."""
REQUIRED_2_2_1: Mapping[str, tuple[str, ...]] = {
    "ClaimResponse": ("request", "addItem[*].itemSequence", "processNote[*].number"),
}

FIXED: Mapping[str, Mapping[str, Any]] = {
    "ClaimResponse": {
        "status": "active",
        "use": "preauthorization",
        "item[*].adjudication[*].category.coding[0].system": ADJUDICATION,
        "item[*].adjudication[*].category.coding[0].code": "submitted",
    },
    "CommunicationRequest": {"status": "active"},
    "Task": {
        "intent": "order",
        "reasonCode.coding[0].system": PAS_CODES,
        "reasonCode.coding[0].code": "priorAuthorization",
    },
}

BOTH = frozenset((
    "administrationReferenceNumber", "authorizationNumber", "careTeamClaimScope", "certificationType",
    "communicatedDiagnosis", "conditionCode", "contentModifier", "diagnosisRecordedDate", "epsdtIndicator",
    "errorElement", "errorFollowupAction", "errorPath", "homeHealthCareInformation", "identifierJurisdiction",
    "identifierSubDepartment", "infoChanged", "itemAuthorizedDetail", "itemAuthorizedProvider",
    "itemCertificationEffectiveDate", "itemCertificationExpirationDate", "itemCertificationIssueDate",
    "itemPreAuthIssueDate", "itemPreAuthPeriod", "itemRequestedServiceDate", "itemTraceNumber", "levelOfServiceCode",
    "militaryStatus", "nursingHomeLevelOfCare", "nursingHomeResidentialStatus", "patientStatus",
    "productOrServiceCodeEnd", "requestedService", "revenueUnitRateLimit", "reviewAction", "reviewActionCode",
    "serviceItemRequestType", "serviceLineNumber", "timingcalendarpattern", "timingdeliverypattern",
))
EXTENSIONS: Mapping[str, frozenset[str]] = {
    "2.0.1": BOTH | {"paLineNumber"},
    "2.2.1": BOTH | {
        "TransmissionIdentifiers", "admissionDates", "authorizedProviderType", "claimResponseReviewer", "dischargeDate",
        "documentInformation", "itemCategory", "revenueCode",
    },
}
"""The extensions of each version, by the end of their URL."""
# fmt: on
