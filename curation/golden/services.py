"""Every write to golden cases: making, changing, removing, and what is asked before a publication (settings.PUBLICATION_CHECKS)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import clock
from catalog.catalog_codes import SHARED_ONLY
from catalog.models import Catalog, CatalogVersion
from claims.claim_size import MAX_TEXT
from claims.eligibility import REASONS, Claim, InvalidClaim, parse_claim
from claims.facts import UnknownProduct
from claims.models import ClaimCheck
from claims.services import FactsRemoved
from common import tenancy
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import FieldError, InvalidInput, Refused, pointer
from common.labels import reader_language
from common.money import NotANumber, fen, yuan
from common.personal import identity_number_in
from curation.golden.bare import KINDS
from curation.golden.expecting import NAMED, OUTCOMES, expectation_of, expecting_anew, found_in_record
from curation.golden.keeping import kept_of
from curation.golden.trying import Tried, cases_of, tried_with
from curation.models import GoldenCase, GoldenExpectation
from insurers.models import Product

MAX_CASES: Final = 500
MAX_CATALOGS: Final = 20
NAMED_IN_A_SENTENCE: Final = 10


class GoldenCasesDiffer(Refused):
    """Agreed answers would change: `more["golden_cases"]` has each (Tried.document), for somebody to accept with a reason."""

    code = "golden_cases"


class TooManyCases(Refused):
    code = "too_many_cases"


@dataclass(frozen=True, slots=True)
class Given:
    """A case as it is written: by a product (its code, with the insurer's where several have one of this code) or by catalogs."""

    name: str
    claim: Mapping[str, Any]
    expect: Mapping[str, Any]
    product: str = ""
    insurer: str = ""
    catalogs: Sequence[str] = ()
    note: str = ""


# --- Making, changing, removing


@transaction.atomic
def make_case(*, given: Given, insurer_id: int | None, by: str) -> GoldenCase:
    """Keep a case, an insurer's own or the office's (None); raises InvalidInput with every problem, UnknownProduct, TooManyCases."""
    if GoldenCase.objects.filter(insurer=insurer_id).count() >= MAX_CASES:
        raise TooManyCases(_("There are %(most)d golden cases already; remove some first.") % {"most": MAX_CASES})
    case = GoldenCase(insurer_id=insurer_id, created_by=by)
    _fill(case, given)
    case.save()
    case.refresh_from_db(fields=["claim", "expect"])
    _expects(case, by)
    record(Deed.GOLDEN_CASE_MADE, by=by, what=case, after=_told(case))
    return case


def make_case_from_check(
    *, check: ClaimCheck, name: str, by: str, note: str = "", expect: Mapping[str, Any] | None = None
) -> GoldenCase:
    """Keep a recorded check as a case of its insurer's: what was asked, without what leads to a person, and what was answered, or what is expected.

    Raises FactsRemoved after the retention, and what `make_case` raises.
    """
    if check.facts is None or check.decision is None:
        raise FactsRemoved
    given = Given(
        name=name,
        note=note,
        product=check.product.code,
        claim=check.facts,
        expect=expect or expectation_of(found_in_record(check.decision)),
    )
    return make_case(given=given, insurer_id=check.insurer_id, by=by)


@transaction.atomic
def change_case(*, case: GoldenCase, given: Given, by: str) -> GoldenCase:
    """Change a case to what is given; where it expects something else from now on, that is kept beside what it expected before."""
    case = GoldenCase.objects.select_for_update(of=("self",)).select_related("product", "insurer").get(pk=case.pk)
    before, expected = _told(case), case.expect
    claim = case.claim
    _fill(case, given)
    case.save()
    case.refresh_from_db(fields=["claim", "expect"])
    if case.expect != expected:
        _expects(case, by)
    after = _told(case) | {"claim_changed": case.claim != claim}
    record(Deed.GOLDEN_CASE_CHANGED, by=by, what=case, before=before, after=after)
    return case


@transaction.atomic
def remove_case(*, case: GoldenCase, by: str) -> None:
    """Remove a case, with all that it expected."""
    case = GoldenCase.objects.select_for_update(of=("self",)).select_related("product").get(pk=case.pk)
    record(Deed.GOLDEN_CASE_REMOVED, by=by, what=case, before=_told(case))
    case.delete()


def given_of(case: GoldenCase) -> Given:
    """Return a case as it would be written."""
    return Given(
        name=case.name,
        claim=case.claim,
        expect=case.expect,
        product=case.product.code if case.product else "",
        insurer=case.product.insurer.code if case.product else "",
        catalogs=case.catalogs,
        note=case.note,
    )


def _told(case: GoldenCase) -> dict[str, Any]:
    """Return what the log says of a case: nothing of the claim."""
    told: dict[str, Any] = {"name": case.name, "expect": case.expect}
    return told | ({"product": case.product.code} if case.product else {"catalogs": case.catalogs})


def _expects(case: GoldenCase, by: str, *, version: CatalogVersion | None = None, reason: str = "") -> None:
    GoldenExpectation.objects.create(
        case=case,
        insurer_id=case.insurer_id,
        expect=case.expect,
        by=by,
        reason=reason,
        catalog=version.catalog.code if version else "",
        version=version.label if version else "",
    )


def _fill(case: GoldenCase, given: Given) -> None:
    """Take over what is given; raises InvalidInput with every problem, UnknownProduct."""
    errors = [
        FieldError(f"/{name}", "identity_number", _("Write no number of a person here."))
        for name in ("name", "note")
        if identity_number_in(getattr(given, name))
    ]
    if bool(given.product) == bool(given.catalogs):
        told = _("Name a product, or catalogs: one of the two.")
        errors.append(FieldError("/catalogs" if given.product else "/product", "required", told))
    case.name, case.note = given.name, given.note
    case.product, case.catalogs = None, []
    if given.product and not given.catalogs:
        case.product = _product(given, case.insurer_id)
    elif given.catalogs and not given.product:
        case.catalogs, wrong = _catalogs(given.catalogs, case.insurer_id)
        errors += wrong
    claim, wrong = _claim(given)
    errors += wrong
    case.claim = kept_of(given.claim) if claim is not None else {}
    case.expect, wrong = _expect(given.expect, claim)
    errors += wrong
    if errors:
        raise InvalidInput(_("The request is invalid; see `errors`."), errors=errors)


def _product(given: Given, insurer_id: int | None) -> Product:
    """Return the product: of the insurer's own, or for the office of any insurer's."""
    found = Product.objects.filter(code=given.product).select_related("insurer")
    if insurer_id is not None:
        found = found.filter(insurer=insurer_id)
    if given.insurer:
        found = found.filter(insurer__code=given.insurer)
    products = list(found.order_by("insurer__code")[:NAMED_IN_A_SENTENCE])
    if not products:
        raise UnknownProduct(_("There is no product %(code)s.") % {"code": given.product})
    if len(products) > 1:
        codes = ", ".join(one.insurer.code for one in products)
        told = _("Several insurers have a product of this code; say whose: %(codes)s.") % {"codes": codes}
        raise InvalidInput(told, errors=[FieldError("/insurer", "ambiguous", told)])
    return products[0]


def _catalogs(codes: Sequence[str], insurer_id: int | None) -> tuple[list[str], list[FieldError]]:
    meant = Catalog.objects.meant_by(codes, SHARED_ONLY if insurer_id is None else insurer_id)
    kinds = {name: catalog.kind for name, catalog in meant.items()}
    errors = []
    for place, code in enumerate(codes):
        at = pointer("catalogs", place)
        if code not in kinds:
            told = _("There is no catalog %(code)s among those you may use.") % {"code": code}
            errors.append(FieldError(at, "unknown_catalog", told))
        elif kinds[code] not in KINDS:
            told = _("%(code)s is a list for reference only; no claim is judged by it.") % {"code": code}
            errors.append(FieldError(at, "wrong_kind", told))
    if len(codes) > MAX_CATALOGS:
        errors.append(FieldError("/catalogs", "too_many", _("At most %(most)d.") % {"most": MAX_CATALOGS}))
    return list(dict.fromkeys(codes)), errors


def _claim(given: Given) -> tuple[Claim | None, list[FieldError]]:
    """Read the claim as a check is read, whatever product it names itself where the case is over catalogs."""
    if not isinstance(given.claim, Mapping):
        return None, [FieldError("/claim", "wrong_type", _("Send a claim as a check takes it."))]
    named = given.claim.get("product")
    errors = []
    if given.product and named not in (None, "", given.product):
        told = _("The claim names another product than the case.")
        errors.append(FieldError("/claim/product", "invalid", told))
    if isinstance(named, str) and len(named) > MAX_TEXT:
        told = _("At most %(limit)d characters.") % {"limit": MAX_TEXT}
        errors.append(FieldError("/claim/product", "too_long", told))
    try:
        claim = parse_claim({**given.claim, "product": given.product or "-"}, reader_language())
    except InvalidClaim as refusal:
        found = [FieldError(f"/claim{one.pointer}", one.code, one.detail) for one in refusal.errors]
        return None, errors + found
    return claim, errors


def _expect(expect: Mapping[str, Any], claim: Claim | None) -> tuple[dict[str, Any], list[FieldError]]:
    """Read the expectation: as many lines as the claim has once what was taken back is added up, each with its outcome."""
    lines: list[dict[str, Any]] = []
    errors = []
    for place, line in enumerate(expect.get("lines") or ()):
        at = ("expect", "lines", place)
        read: dict[str, Any] = {name: line[name] for name in NAMED if line.get(name) is not None}
        if read.get("outcome") not in OUTCOMES:
            told = _("One of: %(choices)s.") % {"choices": ", ".join(OUTCOMES)}
            errors.append(FieldError(pointer(*at, "outcome"), "invalid_choice", told))
        for number, code in enumerate(read.get("reasons", ())):
            if code not in REASONS:
                told = _("There is no reason %(code)s; see /reason-codes/.") % {"code": str(code)[:100]}
                errors.append(FieldError(pointer(*at, "reasons", number), "unknown_reason", told))
        if "payable" in read:
            try:
                read["payable"] = yuan(fen(read["payable"]))
            except NotANumber:
                told = _("An amount in CNY, with at most two decimals.")
                errors.append(FieldError(pointer(*at, "payable"), "invalid", told))
        lines.append(read)
    if claim is not None and len(lines) != len(claim.lines):
        told = _("Expect an answer for each of the claim's %(count)d lines, in their order.") % {
            "count": len(claim.lines)
        }
        errors.append(FieldError("/expect/lines", "line_count", told))
    return {"lines": lines}, errors


# --- Before a publication


def before_publication(*, version: CatalogVersion, by: str, reasons: Mapping[str, str]) -> Callable[[], None]:
    """Try a draft on every case that consults its catalog; raises GoldenCasesDiffer unless `reasons` says of each that differs why (by its id).

    Raises InvalidInput for a reason given for a case that is not tried. Returns what is to be done once it is published: the cases that were
    accepted expect the new answer. Whose case it is makes no difference: the draft changes that insurer's answers, and who publishes learns it,
    without the claim.
    """
    seen = clock.observe()
    cases = cases_of(version, seen)
    if unknown := sorted(reasons.keys() - {str(case.pk) for case in cases}):
        sentence = _(
            "No golden case %(case)s is tried with this version; see the version's golden-cases/ for those that are."
        )
        errors = [FieldError("/acknowledge", "unknown_case", sentence % {"case": one}) for one in unknown]
        raise InvalidInput(_("The request is invalid; see `errors`."), errors=errors)
    if not cases:
        return _nothing
    with tenancy.acting_for(tenancy.OFFICE):
        # As they are now, and nobody changes them until this is decided.
        locked = GoldenCase.objects.select_for_update(of=("self",)).select_related("product", "insurer")
        cases = list(locked.filter(pk__in=[case.pk for case in cases]).order_by("pk"))
    differing = [one for one in tried_with(version, cases, seen) if not one.passes]
    told = {one.case.pk: (reasons.get(str(one.case.pk)) or "").strip() for one in differing}
    open_cases = sorted((one for one in differing if not told[one.case.pk]), key=lambda one: one.case.name)
    if open_cases:
        raise _differ(open_cases)

    def accept() -> None:
        with tenancy.acting_for(tenancy.OFFICE):
            for one in differing:
                _accept(one, version, by, told[one.case.pk])

    return accept


def _nothing() -> None:
    """Do nothing."""


def _differ(open_cases: Sequence[Tried]) -> GoldenCasesDiffer:
    names = [one.case.name for one in open_cases]
    listed = _(", ").join(names[:NAMED_IN_A_SENTENCE]) + (" …" if len(names) > NAMED_IN_A_SENTENCE else "")
    sentence = _(
        "%(count)d golden cases would be answered otherwise: %(names)s. Mend the draft, or say of each why the new answer is right."
    )
    return GoldenCasesDiffer(
        sentence % {"count": len(names), "names": listed}, more={"golden_cases": [one.document() for one in open_cases]}
    )


def _accept(one: Tried, version: CatalogVersion, by: str, reason: str) -> None:
    """Let a case expect the new answer from now on. A claim that today's rules refuse has none: its case stays what it is."""
    case = one.case
    before = {"expect": case.expect}
    if one.found is not None:
        case.expect = expecting_anew(case.expect, one.found)
        case.save(update_fields=["expect", "changed_at"])
    _expects(case, by, version=version, reason=reason)
    after = {"expect": case.expect, "catalog": version.catalog.code, "version": version.label}
    record(Deed.GOLDEN_CASE_ACKNOWLEDGED, by=by, what=case, before=before, after=after, reason=reason)


# --- Reading


def cases_visible(insurer_id: int | None) -> Any:
    """Return an insurer's own cases, or the office's (None)."""
    return GoldenCase.objects.filter(insurer=insurer_id).select_related("product__insurer", "insurer")


def shown_to(cases: Sequence[GoldenCase], version: CatalogVersion, insurer_id: int | None) -> list[GoldenCase]:
    """Return those of a version's cases of which somebody sees how they come out: the office of all, an insurer of its own, and of its own lists."""
    if insurer_id is None:
        return list(cases)
    own_list = version.catalog.owner_id == insurer_id
    return [case for case in cases if case.insurer_id == insurer_id or (own_list and case.insurer_id is None)]
