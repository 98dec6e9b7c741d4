"""What a column of one value may not hold (csv.md): what it holds else would equal nothing, and pay or refuse in silence."""

import re
from typing import Final

from catalog.drugs.dosage_forms import DosageForms
from tables.cells import Fault, Parsed, Parser

# Several brands or makers: 、 and ; anywhere outside brackets, / only with white space, since names hold it too.
_SEVERAL: Final = re.compile(r"[、;；]|(?<!\s)\s+[/／](?:\s+|(?=[\u4e00-\u9fff]))|(?<=[\u4e00-\u9fff])[/／]\s+")
_BRACKETED: Final = re.compile(r"[(（\[［【〔][^()（）\[\]［］【】〔〕]*[)）\]］】〕]")
_FORMS_APART: Final = re.compile("[、,，;；/／|｜]")
_WITHOUT: Final = re.compile(r"(.+)[(（\[［]不(?:含|包括|包含)([^()（）\[\]［］]+)[)）\]］]")

ONE_VALUED: Final = frozenset({"brand_name", "manufacturer"})


def one_of(parse: Parser) -> Parser:
    """Make the parser of one value: several in the cell are a Fault SEVERAL_VALUES."""

    def checked(written: str) -> Parsed:
        if _SEVERAL.search(written) and len(found := values_in(written)) > 1:
            raise Fault("SEVERAL_VALUES", found="”“".join(found[:5]))
        return parse(written)

    return checked


def values_in(written: str) -> list[str]:
    """Part a text at what stands between values, outside brackets."""
    # Brackets become as many blanks of another kind, so that places stay.
    bare = written
    while (closed := _BRACKETED.sub(lambda found: "\0" * len(found.group()), bare)) != bare:
        bare = closed
    edges = [0, *(place for cut in _SEVERAL.finditer(bare) for place in cut.span()), len(written)]
    pieces = (written[start:end].strip() for start, end in zip(edges[::2], edges[1::2], strict=True))
    return [piece for piece in pieces if piece]


def form_of(forms: DosageForms, parse: Parser) -> Parser:
    """Make the parser of a dosage form: one that is not in the table is the warning UNKNOWN_FORM (it matches only itself)."""

    def checked(written: str) -> Parsed:
        parsed = parse(written)
        return parsed if forms.is_empty or is_known_form(forms, written) else parsed._replace(warning="UNKNOWN_FORM")

    return checked


def is_known_form(forms: DosageForms, written: str) -> bool:
    """Whether a form, or a group without some (`口服常释剂型(不含分散片)`), is in the table with all that it names."""
    if limited := _WITHOUT.fullmatch(written.strip()):
        named = [limited.group(1), *_FORMS_APART.split(limited.group(2))]
        return all(forms.knows(form) for form in named if form.strip())
    return forms.knows(written)


def forms_apart(forms: DosageForms, written: str) -> list[str]:
    """Tell the forms of a cell that names several, all of the table ([]: it does not)."""
    if is_known_form(forms, written):
        return []
    pieces = [piece.strip() for piece in _FORMS_APART.split(written)]
    found = list(dict.fromkeys(piece for piece in pieces if piece))
    return found if len(pieces) > 1 and all(forms.knows(form) for form in found) else []
