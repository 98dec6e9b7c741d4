"""By which addresses FHIR clients know our codes, identifiers and extensions. Pure.

They are names, the same on every machine that runs the service, so that what is mapped against one holds for all; nothing needs to be found there.
"""

from typing import Final

BASE: Final = "https://shangbao.example/fhir"
FHIR_VERSION: Final = "4.0.1"
# Lists, products and drugs are named in Chinese, whoever asks.
LANGUAGE: Final = "zh-CN"
# What is worded for whoever asks.
LANGUAGES: Final = {"zh": LANGUAGE, "en": "en"}


def _code_system(name: str) -> str:
    return f"{BASE}/CodeSystem/{name}"


def _identifier(name: str) -> str:
    return f"{BASE}/identifier/{name}"


def extension_url(name: str) -> str:
    """Return the address of an extension of ours."""
    return f"{BASE}/StructureDefinition/{name}"


# --- Codes
DRUG: Final = _code_system("drug")
NATIONAL_DRUG: Final = _code_system("national-drug-code")
APPROVAL_NO: Final = _code_system("approval-number")
DRUG_CLASS: Final = _code_system("drug-class")
ENTRY: Final = _code_system("entry")
BENEFIT: Final = _code_system("benefit")
COST: Final = _code_system("cost")
CRITERION: Final = _code_system("criterion")
SETTING: Final = _code_system("setting")
SEX: Final = _code_system("sex")
INSTITUTION_LEVEL: Final = _code_system("institution-level")
ERROR: Final = _code_system("error")
ICD_10: Final = "http://hl7.org/fhir/sid/icd-10"
# The codes that China's versions have beyond it (C34.100x003); either may be asked with.
ICD_10_CN: Final = _code_system("icd-10-cn")
# By the system of a coding in a questionnaire.
ANSWERS: Final = {"setting": SETTING, "sex": SEX, "institution_level": INSTITUTION_LEVEL}

# HTEST: test data.
ACT_REASON: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"

# --- Identifiers
PRODUCT: Final = _identifier("product")
PRODUCT_VERSION: Final = _identifier("product-version")
INSURER: Final = _identifier("insurer")
CATALOG_VERSION: Final = _identifier("catalog-version")
CATALOG: Final = _identifier("catalog")
CATALOG_ENTRY: Final = _identifier("catalog-entry")

# --- Da Vinci US Drug Formulary 2.0, where its shapes fit
_DA_VINCI: Final = "http://hl7.org/fhir/us/davinci-drug-formulary"
FORMULARY_ITEM_TYPE: Final = f"{_DA_VINCI}/CodeSystem/usdf-InsuranceItemTypeCS"
FORMULARY_ITEM: Final = "formulary-item"


def formulary_extension(name: str) -> str:
    """Return the address of one of Da Vinci's extensions."""
    return f"{_DA_VINCI}/StructureDefinition/usdf-{name}-extension"
