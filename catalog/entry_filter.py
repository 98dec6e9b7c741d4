"""Finding entries of a version by what a curator or a client looks for: text, class, diagnosis, marks, what is not coded, changed or commented on."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from catalog import entries
from catalog.models import CatalogEntry, CatalogVersion, Comment, VersionChange
from catalog.search import entries_matching
from catalog.uncoded import UNCODED
from catalog.vocabularies import EXCLUDING_KINDS


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is empty or False is not asked.

    `text` is a name, brand, maker, pinyin, code or a part of an indication; `class_code` a prefix; `icd10` one diagnosis. `changed` compares with
    the edition the version follows. `institution_level`: what may be used in an institution of that level.
    """

    text: str = ""
    class_code: str = ""
    reimbursement_class: str = ""
    icd10: str = ""
    mark: str = ""
    institution_level: int | None = None
    uncoded: bool = False
    changed: bool = False
    commented: bool = False

    @property
    def is_everything(self) -> bool:
        """Whether nothing is asked, so that every entry is found."""
        return not any(getattr(self, one.name) for one in fields(self))


def entries_found(version: CatalogVersion, wanted: Wanted) -> QuerySet[CatalogEntry]:
    """Return the entries of a version that are looked for, in no order."""
    found = entries.of_version(version.pk)
    if wanted.class_code:
        found = of_class(found, wanted.class_code)
    if wanted.reimbursement_class:
        found = found.filter(reimbursement_class=wanted.reimbursement_class)
    if wanted.icd10:
        found = under_diagnosis(found, wanted.icd10)
    if wanted.mark:
        found = found.filter(marks__contains=[wanted.mark])
    if wanted.institution_level:
        found = usable_at(found, wanted.institution_level)
    if wanted.uncoded:
        # Of a list of what is not paid no text sends a claim to a person.
        found = found.none() if version.catalog.kind in EXCLUDING_KINDS else found.filter(UNCODED)
    if wanted.changed:
        found = found.filter(_is_changed(version))
    if wanted.commented:
        found = found.filter(Exists(Comment.objects.filter(version=version, entry_code=OuterRef("entry_code"))))
    if wanted.text:
        # As one array: a short text may name every entry, and so many parameters would take the database seconds to read.
        codes = entries_matching(version, wanted.text)[:]
        named = Q(entry_code__in=RawSQL("SELECT unnest(%s::text[])", [codes]))  # noqa: S611
        found = found.filter(named | Q(indication__icontains=wanted.text))
    return found


def codes_found(version: CatalogVersion, wanted: Wanted) -> Iterator[str]:
    """Yield the codes of the entries that are looked for."""
    return entries_found(version, wanted).values_list("entry_code", flat=True).iterator(5_000)


def of_class(found: QuerySet[CatalogEntry], prefix: str) -> QuerySet[CatalogEntry]:
    """Keep the entries whose class code begins so."""
    return found.filter(class_code__startswith=prefix.upper())


def usable_at(found: QuerySet[CatalogEntry], level: int) -> QuerySet[CatalogEntry]:
    """Keep the entries that may be used in an institution of this level: those that ask for none, or for this one or a lower one."""
    return found.filter(Q(min_institution_level=None) | Q(min_institution_level__lte=level))


def under_diagnosis(found: QuerySet[CatalogEntry], diagnosis: str) -> QuerySet[CatalogEntry]:
    """Keep the entries under whose ICD-10 codes a diagnosis falls, as eligibility 4.2 reads them."""
    # The diagnosis starts with a listed code, or its first three characters lie in a listed range.
    code = diagnosis.replace(".", "").upper()
    return found.extra(  # noqa: S610
        where=[
            "EXISTS (SELECT FROM unnest(icd10) c WHERE CASE WHEN c LIKE '%%-%%' THEN left(%s, 3) BETWEEN"
            " left(replace(upper(split_part(c, '-', 1)), '.', ''), 3) AND left(replace(upper(split_part(c, '-', 2)), '.', ''), 3)"
            " ELSE starts_with(%s, replace(upper(c), '.', '')) END)"
        ],
        params=[code, code],
    )


def _is_changed(version: CatalogVersion) -> Q:
    if version.parent_id is None:  # it follows nothing: every entry is new
        return Q()
    return Q(Exists(VersionChange.objects.filter(version=version, entry_code=OuterRef("entry_code"))))
