"""The tables of this app, one subject a file."""

from catalog.models.catalogs import CODE_PATTERN, Catalog, CatalogQuerySet
from catalog.models.changes import ChangeQuerySet, VersionChange
from catalog.models.comments import Comment, CommentQuerySet
from catalog.models.drugs import Approval, Drug, DrugProduct, DrugProductQuerySet
from catalog.models.edits import EntryEdit
from catalog.models.entries import CatalogEntry
from catalog.models.evidence import EntryEvidence
from catalog.models.imports import ImportProblem, ImportRun, Upload
from catalog.models.listed import ListedDrug
from catalog.models.log import LogLeaf
from catalog.models.reviews import ReviewMark
from catalog.models.revision import Revision
from catalog.models.versions import CatalogVersion, VersionQuerySet
from catalog.models.vocabularies import (
    DiseaseName,
    DosageForm,
    DrugClass,
    Exclusion,
    Indication,
    Mark,
    Provenance,
    RareDisease,
    Series,
)

__all__ = [
    "Approval",
    "CODE_PATTERN",
    "Catalog",
    "CatalogEntry",
    "CatalogQuerySet",
    "CatalogVersion",
    "ChangeQuerySet",
    "Comment",
    "CommentQuerySet",
    "DiseaseName",
    "DosageForm",
    "Drug",
    "DrugClass",
    "DrugProduct",
    "DrugProductQuerySet",
    "EntryEdit",
    "EntryEvidence",
    "Exclusion",
    "ImportProblem",
    "ImportRun",
    "Indication",
    "ListedDrug",
    "LogLeaf",
    "Mark",
    "Provenance",
    "RareDisease",
    "ReviewMark",
    "Revision",
    "Series",
    "Upload",
    "VersionChange",
    "VersionQuerySet",
]
