"""The matrix as a table of texts, for files: four columns a list, some hundred drugs read at a time."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from catalog.vocabularies import LEVELS, REIMBURSEMENT_CLASSES
from common.labels import reader_language
from curation.comparing.matrix import Cell
from curation.comparing.matrix_query import Matrix

_AT_A_TIME = 500


def listed_words() -> dict[str, str]:
    """Return how a list takes a drug, in words."""
    return {
        "full": _("listed"),
        "restricted": _("listed with restrictions"),
        "excluded": _("excluded"),
        "no": _("not listed"),
    }


def condition_words() -> dict[str, str]:
    """Return the restrictions of an entry in words."""
    return {
        "indication": _("indication"),
        "sex": _("sex"),
        "age": _("age"),
        "setting": _("setting"),
        "institution": _("institution level"),
        "criteria": _("criteria"),
        "product": _("certain products"),
    }


def table_of(matrix: Matrix) -> tuple[list[str], Iterator[list[str]]]:
    """Return the header and the rows of the whole matrix, in the reader's language."""
    header = [_("Drug"), _("Class code")]
    for one in matrix.lists:
        name = f"{one.name} {one.version.label if one.version else ''}".strip()
        header += [f"{name} {what}" for what in (_("listed?"), _("class"), _("institution level from"), _("entries"))]
    return header, _rows(matrix)


def _rows(matrix: Matrix) -> Iterator[list[str]]:
    words, conditions, language = listed_words(), condition_words(), reader_language()
    classes, levels = REIMBURSEMENT_CLASSES.names(language), LEVELS.names(language)

    def shown(cell: Cell) -> list[str]:
        told = words[cell.listed]
        if cell.conditions:
            told += f"（{'、'.join(conditions[name] for name in cell.conditions)}）"
        return [
            told,
            "、".join(classes.get(code, code) for code in cell.classes),
            levels.get(str(cell.min_institution_level), "") if cell.min_institution_level else "",
            ";".join(cell.entry_codes),
        ]

    for start in range(0, len(matrix), _AT_A_TIME):
        for row in matrix.rows(matrix[start : start + _AT_A_TIME]):
            yield [row.name, ";".join(row.class_codes), *(text for cell in row.cells.values() for text in shown(cell))]
