"""Terms as a form has them: what is kept is written and read back the same; what is wrong in the writing is told at its field. Pure."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given

from desk.products.terms_text import Written, document_of, field_of, written_in, written_of
from insurers.terms import InvalidTerms, ProductTerms, parse_terms, terms_document
from tests.insurers.test_terms import EXAMPLE
from tests.insurers.test_wording import product_terms


def sent(written: Written) -> QueryDict:
    """What a browser sends of a form that shows this, with the blank rows that it shows too."""
    form = QueryDict(mutable=True)
    form.update(written.values)
    form.update({name: "on" for name, ticked in written.ticks.items() if ticked})
    for code in written.circumstances:
        form.appendlist("covered_circumstances", code)
    for name, chosen in written.lists.items():
        form.update({f"{name}-{row}": text for row, text in enumerate(["", *chosen, ""])})
    for row, cells in enumerate([*written.deductibles, ("", "", "")]):
        columns = zip(("group", "amount", "special"), cells, strict=True)
        form.update({f"deductibles-{row}-{name}": text for name, text in columns})
    for place, benefit in enumerate(written.benefits):
        at = f"benefits-{place}-"
        form.update({at + name: text for name, text in benefit.values.items()})
        for code in benefit.settings:
            form.appendlist(at + "settings", code)
        form.update({f"{at}catalogs-{row}": text for row, text in enumerate([*benefit.catalogs, ""])})
        for row, (up_to, ratio) in enumerate([*benefit.bands, ("", "")]):
            form.update({f"{at}bands-{row}-up_to": up_to, f"{at}bands-{row}-ratio": ratio})
    return form


@given(terms=product_terms())
def test_terms_written_sent_and_read_are_the_same_terms(terms: ProductTerms) -> None:
    form = sent(written_of(terms_document(terms)))

    document, problems = document_of(written_in(form, form.getlist))

    assert problems == []
    assert parse_terms(document) == terms


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("annual_limit", "3,000,000.00", None),
        ("annual_limit", "3,000,000 元", None),
        ("annual_limit", "三百万", ("annual_limit", "BAD_NUMBER")),
        ("effective_to", "2020-01-01", ("effective_to", "DATE_ORDER")),
        ("label", "", ("label", "REQUIRED")),
        ("benefits-0-ratio", "70%", None),
        ("benefits-0-ratio", "70.25％", None),
        ("benefits-0-ratio", "170", ("benefits-0-ratio", "bad_percent")),
        ("benefits-0-ratio", "-1", ("benefits-0-ratio", "bad_percent")),
        ("benefits-0-ratio", "70.123", ("benefits-0-ratio", "bad_percent")),
        ("benefits-0-ratio", "七成", ("benefits-0-ratio", "bad_percent")),
        ("benefits-0-ratio", "", ("benefits-0-ratio", "RATIO_OR_BANDS")),
        ("benefits-0-code", "", ("benefits-0-code", "REQUIRED")),
        ("benefits-0-code", "special_drug", ("benefits-1-code", "DUPLICATE")),
        ("benefits-0-deductible_group", "other", ("benefits-0-deductible_group", "NO_DEDUCTIBLE")),
        ("benefits-0-bands-0-up_to", "100", ("benefits-0-bands-0-ratio", "REQUIRED")),
        ("benefits-0-bands-0-ratio", "x", ("benefits-0-bands-0-ratio", "bad_percent")),
        ("deductibles-0-amount", "", ("deductibles-0-amount", "required")),
        ("deductibles-0-special", "x", ("deductibles-0-special", "BAD_NUMBER")),
        ("deductibles-1-amount", "5", ("deductibles-1-group", "REQUIRED")),
        ("deductibles-1-group", "hospital", ("deductibles-1-amount", "duplicate")),
    ],
)
def test_a_fault_stands_at_its_field(field: str, text: str, told: tuple[str, str] | None) -> None:
    form = sent(written_of(EXAMPLE))
    form[field] = text
    written = written_in(form, form.getlist)

    document, problems = document_of(written)

    try:
        parse_terms(document)
    except InvalidTerms as refusal:
        problems = [*problems, *refusal.errors]
    found = {(field_of(problem.pointer, written), problem.code) for problem in problems}
    assert (told in found) if told else (found == set())


def test_every_pointer_of_the_terms_has_a_field() -> None:
    form = sent(written_of(EXAMPLE))
    written = written_in(form, form.getlist)

    def pointers(at: str, value: Any) -> list[str]:
        if isinstance(value, dict):
            return [place for name, one in value.items() for place in pointers(f"{at}/{name}", one)]
        if isinstance(value, list):
            return [place for row, one in enumerate(value) for place in pointers(f"{at}/{row}", one)]
        return [at]

    named = {at: field_of(at, written) for at in pointers("", EXAMPLE) if EXAMPLE}
    for at, name in named.items():
        expected = name in form or name in {"covered_circumstances"}
        assert expected, (at, name)


def test_a_form_of_a_stranger_is_read_without_a_fault() -> None:
    form = QueryDict("benefits-999-code=x&benefits-abc-code=y&benefits-1-catalogs-=z&=&deductibles-0-=1&lists=2")

    document, _problems = document_of(written_in(form, form.getlist))

    assert [benefit["code"] for benefit in document["benefits"]] == ["", "x"]
