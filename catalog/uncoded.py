"""When an entry counts as not coded: it has an indication without codes, or a restriction without any coded column (spec eligibility 4.2)."""

from typing import Final

from django.db.models import Q

_UNRESTRICTED: Final = Q(
    icd10=[], sex="", age_min=None, age_max=None, settings=[], min_institution_level=None, criteria=[]
)
# In a list of what is not paid (EXCLUDING_KINDS) such text selects nothing, so nothing is left to code there.
UNCODED: Final = Q(~Q(indication=""), icd10=[]) | Q(~Q(restriction=""), _UNRESTRICTED)
