"""The urls of PAS and of its code systems, and the small elements that everything is written with.

The systems of X12 codes are named for the data element (`https://codesystem.x12.org/005010/1525` holds UM01).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from priorauth.fhir.elements import Element, Value

Written = dict[str, Value]
"""An element that we build."""

PAS = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/"
PAS_CODES = "http://hl7.org/fhir/us/davinci-pas/CodeSystem/PASTempCodes"
_X12 = "https://codesystem.x12.org/005010/"
_HL7 = "http://terminology.hl7.org/CodeSystem/"

# Systems of X12 codes, by data element.
ENTITY_ROLE = f"{_X12}98"
ACTION = f"{_X12}306"
MILITARY_STATUS = f"{_X12}584"
QUANTITY = f"{_X12}673"
CALENDAR_PATTERN = f"{_X12}678"
DELIVERY_PATTERN = f"{_X12}679"
REPORT_TYPE = f"{_X12}755"
REPORT_TRANSMISSION = f"{_X12}756"
FOLLOW_UP = f"{_X12}889"
REJECTION = f"{_X12}901"
PROGNOSIS = f"{_X12}923"
RELATIONSHIP = f"{_X12}1069"
CONDITION_CATEGORY = f"{_X12}1136"
CONDITION = f"{_X12}1321"
CERTIFICATION = f"{_X12}1322"
NURSING_HOME_LEVEL = f"{_X12}1337"
LEVEL_OF_SERVICE = f"{_X12}1338"
NURSING_HOME_STATUS = f"{_X12}1345"
ACCIDENT = f"{_X12}1362"
SERVICE_TYPE = f"{_X12}1365"
REQUEST_CATEGORY = f"{_X12}1525"
DECISION_REASON = "https://codesystem.x12.org/external/886"

# Other systems.
NPI = "http://hl7.org/fhir/sid/us-npi"
TAXONOMY = "http://nucc.org/provider-taxonomy"
LOINC = "http://loinc.org"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
NDC = "http://hl7.org/fhir/sid/ndc"
REVENUE = "https://www.nubc.org/CodeSystem/RevenueCodes"
REVENUE_2_0_1 = "https://www.nubc.org/revenue-code"
"""The same codes, as the value set of 2.0.1 names their system."""
ADMISSION_TYPE = "https://www.nubc.org/CodeSystem/PriorityTypeOfAdmitOrVisit"
ADMISSION_SOURCE = "https://www.nubc.org/CodeSystem/PointOfOrigin"
PATIENT_STATUS = "https://www.nubc.org/CodeSystem/PatDischargeStatus"
STATE = "https://www.usps.com/"
UCUM = "http://unitsofmeasure.org"
IDENTIFIER_TYPE = f"{_HL7}v2-0203"
PAYER_IDENTIFIER_TYPE = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBIdentifierType"
SUBSCRIBER_RELATIONSHIP = f"{_HL7}subscriber-relationship"
COVERAGE_CLASS = f"{_HL7}coverage-class"
CLAIM_TYPE = f"{_HL7}claim-type"
PROCESS_PRIORITY = f"{_HL7}processpriority"
CARE_TEAM_ROLE = f"{_HL7}claimcareteamrole"
RELATED_CLAIM = f"{_HL7}ex-relatedclaimrelationship"
ADJUDICATION = f"{_HL7}adjudication"
ABSENT = f"{_HL7}data-absent-reason"

# Our own names, where neither standard has one.
PAYER_SYSTEM = "urn:priorauth:payer"
MEMBER_SYSTEM = "urn:priorauth:member"
REFERENCE_SYSTEM = "urn:priorauth:x12:128:"
TRACE_SYSTEM = "urn:trnorg:"
"""PAS: the system of a trace number is this and TRN03."""

# Extensions.
ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ENCOUNTER = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Claim.encounter"
ADMINISTRATION_NUMBER = f"{PAS}extension-administrationReferenceNumber"
AUTHORIZATION_NUMBER = f"{PAS}extension-authorizationNumber"
CARE_TEAM_SCOPE = f"{PAS}extension-careTeamClaimScope"
CERTIFICATION_TYPE = f"{PAS}extension-certificationType"
CONDITION_CODE = f"{PAS}extension-conditionCode"
DIAGNOSED = f"{PAS}extension-diagnosisRecordedDate"
DOCUMENT_INFORMATION = f"{PAS}extension-documentInformation"
EPSDT = f"{PAS}extension-epsdtIndicator"
HOME_HEALTH = f"{PAS}extension-homeHealthCareInformation"
INFO_CANCELLED = f"{PAS}modifierextension-infoCancelled"
INFO_CHANGED = f"{PAS}extension-infoChanged"
JURISDICTION = f"{PAS}extension-identifierJurisdiction"
LEVEL_OF_SERVICE_CODE = f"{PAS}extension-levelOfServiceCode"
MILITARY = f"{PAS}extension-militaryStatus"
NURSING_LEVEL = f"{PAS}extension-nursingHomeLevelOfCare"
NURSING_STATUS = f"{PAS}extension-nursingHomeResidentialStatus"
PATIENT_STATUS_EXTENSION = f"{PAS}extension-patientStatus"
PRODUCT_CODE_END = f"{PAS}extension-productOrServiceCodeEnd"
REQUEST_TYPE = f"{PAS}extension-serviceItemRequestType"
REQUESTED_SERVICE = f"{PAS}extension-requestedService"
REVENUE_RATE = f"{PAS}extension-revenueUnitRateLimit"
SUB_DEPARTMENT = f"{PAS}extension-identifierSubDepartment"
TIMING_CALENDAR = f"{PAS}extension-timingcalendarpattern"
TIMING_DELIVERY = f"{PAS}extension-timingdeliverypattern"
TRACE_NUMBER = f"{PAS}extension-itemTraceNumber"
TRANSMISSION = f"{PAS}extension-TransmissionIdentifiers"

# Extensions of responses.
ADMISSION_DATES = f"{PAS}extension-admissionDates"
AUTHORIZED_DETAIL = f"{PAS}extension-itemAuthorizedDetail"
AUTHORIZED_PROVIDER = f"{PAS}extension-itemAuthorizedProvider"
COMMUNICATED_DIAGNOSIS = f"{PAS}extension-communicatedDiagnosis"
DISCHARGE_DATE = f"{PAS}extension-dischargeDate"
ERROR_ELEMENT = f"{PAS}extension-errorElement"
ERROR_FOLLOW_UP = f"{PAS}extension-errorFollowupAction"
ERROR_PATH = f"{PAS}extension-errorPath"
ITEM_CATEGORY = f"{PAS}extension-itemCategory"
ISSUE_DATE = f"{PAS}extension-itemPreAuthIssueDate"
LINE_NUMBER = f"{PAS}extension-serviceLineNumber"
PA_LINE_NUMBER = f"{PAS}extension-paLineNumber"
"""Of 2.0.1 only."""
PERIOD_OF_ITEM = f"{PAS}extension-itemPreAuthPeriod"
PROVIDER_TYPE = f"{PAS}extension-authorizedProviderType"
REQUESTED_DATE = f"{PAS}extension-itemRequestedServiceDate"
REVENUE_CODE = f"{PAS}extension-revenueCode"
REVIEW_ACTION = f"{PAS}extension-reviewAction"
REVIEW_ACTION_CODE = f"{PAS}extension-reviewActionCode"
REVIEWER = f"{PAS}extension-claimResponseReviewer"


def concept(system: str, code: str) -> Written:
    """A CodeableConcept of one code."""
    return {"coding": [{"system": system, "code": code}]}


def coded(url: str, system: str, code: str) -> Written:
    """An extension whose value is one code."""
    return {"url": url, "valueCodeableConcept": concept(system, code)}


def valued(url: str, kind: str, value: Value) -> Written:
    """An extension with a value of another kind (`String`, `Boolean`, `Reference`)."""
    return {"url": url, f"value{kind}": value}


def complex_extension(url: str, parts: Iterable[Written | None]) -> Written:
    """An extension made of extensions; a part that is None is not there."""
    return {"extension": [part for part in parts if part], "url": url}


def reference(url: str) -> Written:
    """A Reference to a resource of the Bundle."""
    return {"reference": url}


def absent(reason: str = "unknown") -> Written:
    """An element that must be there and of which nothing is known."""
    return {"extension": [{"url": ABSENT_REASON, "valueCode": reason}]}


def compact(element: Mapping[str, Value | None]) -> Written:
    """The element without members that say nothing."""
    return {name: value for name, value in element.items() if value not in (None, "", [], {})}


def entry(url: str, resource: Element) -> Written:
    """An entry of a Bundle."""
    return {"fullUrl": url, "resource": resource}
