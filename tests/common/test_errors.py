"""Refusals and the pointers of their problems."""

from common.errors import FieldError, InvalidInput, Refused, pointer
from common.request_problems import SENTENCES, Problems


def test_a_pointer_escapes_what_rfc_6901_escapes() -> None:
    assert pointer("lines", 0, "amount") == "/lines/0/amount"
    assert pointer("deductibles", "a/b~c") == "/deductibles/a~1b~0c"
    assert pointer() == ""


def test_a_refusal_says_its_code_status_and_problems() -> None:
    class NotADraft(Refused):
        code = "not_a_draft"

    problem = FieldError("/label", "REQUIRED", "label is missing; give it.")
    refused = NotADraft("2026 is already published.", errors=[problem])

    assert (refused.code, refused.status, refused.detail, refused.errors) == (
        "not_a_draft",
        409,
        "2026 is already published.",
        (problem,),
    )
    assert InvalidInput("no").status == 400


def test_every_problem_has_a_sentence_in_both_languages() -> None:
    values = dict.fromkeys(
        ("what", "value", "places", "low", "high", "choices", "limit", "first", "second", "what_zh", "what_en"), "x"
    )
    for code in SENTENCES:
        for language in ("zh", "en"):
            problems = Problems(language)  # type: ignore[arg-type]
            problems.add(("field",), code, **values)
            assert "{" not in problems.errors()[0].detail
