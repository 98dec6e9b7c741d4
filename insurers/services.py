"""Every write to insurers, products and their versions; keys (key_issuing.py) and webhooks have services of their own.

Each says who; instants are the database's (catalog.clock).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from catalog import clock
from catalog.models import Catalog, CatalogVersion
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import FieldError, InvalidInput, Refused, pointer
from common.jcs import sha256_of
from common.lifecycle import why_not
from common.persons.two_persons import one_with
from insurers import lifecycle
from insurers.models import Insurer, Product, ProductVersion
from insurers.product_lists import read_terms
from insurers.terms import ProductTerms, parse_terms, terms_document


class CodeTaken(Refused):
    code = "code_taken"


class LabelTaken(Refused):
    code = "label_taken"


class NotADraft(Refused):
    code = "not_a_draft"
    sentence = gettext_noop("%(label)s is no draft any more; make another version.")


class NotPublished(Refused):
    code = "not_published"
    sentence = gettext_noop("%(label)s is not published, or is withdrawn already.")


class NotSubmitted(Refused):
    code = "not_submitted"
    sentence = gettext_noop("%(label)s is not submitted for review; somebody submits it first.")


class SubmittedAlready(Refused):
    code = "submitted_already"
    sentence = gettext_noop("%(label)s is submitted already and waits for a second person.")


class SamePerson(Refused):
    code = "same_person"
    sentence = gettext_noop("Whoever wrote or submitted %(label)s cannot publish it; ask a second person.")


_REFUSALS = {made.code: made for made in (NotADraft, NotPublished, NotSubmitted, SubmittedAlready, SamePerson)}


def insurer_named(*, code: str, by: str, name: str = "") -> Insurer:
    """Return the insurer with this code, made (and called `name`, else by its code) where there is none."""
    with transaction.atomic():
        insurer, made = Insurer.objects.get_or_create(code=code, defaults={"name": name or code})
        if made:
            record(Deed.INSURER_CREATED, by=by, what=insurer, after={"code": code, "name": insurer.name})
    return insurer


@transaction.atomic
def keep_insurer(*, insurer: Insurer, by: str) -> Insurer:
    """Write an insurer's facts as they are on the row given: name, whether it is active, how long claim facts are kept."""
    names = ("code", "name", "is_active", "retention_days")
    before = Insurer.objects.filter(pk=insurer.pk).values(*names).first() if insurer.pk else None
    insurer.save()
    deed = Deed.INSURER_CHANGED if before else Deed.INSURER_CREATED
    record(deed, by=by, what=insurer, before=before, after={name: getattr(insurer, name) for name in names})
    return insurer


def create_product(
    *,
    insurer_id: int,
    code: str,
    name: str,
    by: str,
    note: str = "",
    is_demonstration: bool = False,
    public: bool = False,
) -> Product:
    """Make a product of an insurer; raises CodeTaken. A `public` one is told of to anybody who asks at the look-up page."""
    try:
        with transaction.atomic():
            product = Product.objects.create(
                insurer_id=insurer_id,
                code=code,
                name=name,
                note=note,
                is_demonstration=is_demonstration,
                public=public,
            )
            after = {"code": code, "name": name} | ({"public": True} if public else {})
            record(Deed.PRODUCT_CREATED, by=by, what=product, after=after)
            return product
    except IntegrityError as taken:
        raise CodeTaken(_("You have a product %(code)s already.") % {"code": code}) from taken


@transaction.atomic
def change_product(*, product: Product, public: bool, by: str) -> Product:
    """Say whether anybody may look up what a product pays for; what it is already is no deed. At once, though pages may be kept for a minute."""
    locked = Product.objects.select_for_update(of=("self",)).select_related("insurer").get(pk=product.pk)
    if locked.public != public:
        before, locked.public = {"public": locked.public}, public
        locked.save(update_fields=["public"])
        record(Deed.PRODUCT_CHANGED, by=by, what=locked, before=before, after={"public": public})
    return locked


def terms_notes(terms: ProductTerms) -> list[FieldError]:
    """Return what is not wrong with terms, and may not be meant."""
    detail = _("This benefit has bands, which replace its ratios: they decide nothing.")
    return [
        FieldError(f"/benefits/{place}/ratio", "ratio_beside_bands", detail)
        for place, benefit in enumerate(terms.benefits)
        if benefit.bands and benefit.ratio is not None
    ]


def create_product_version(*, product: Product, data: object, by: str) -> ProductVersion:
    """Keep terms as a draft version of the product; raises InvalidInput, LabelTaken."""
    fields = _fields_of(read_terms(data, insurer_id=product.insurer_id))
    try:
        with transaction.atomic():
            version = ProductVersion.objects.create(
                insurer_id=product.insurer_id, product=product, created_by=by, editors=[by], **fields
            )
            record(Deed.PRODUCT_VERSION_CREATED, by=by, what=version, after=told(version))
            return version
    except IntegrityError as taken:
        label = fields["label"]
        raise LabelTaken(_("The product has a version %(label)s already.") % {"label": label}) from taken


def clone_product_version(
    *,
    version: ProductVersion,
    label: str,
    effective_from: date,
    effective_to: date | None,
    pin: Mapping[str, str | None],
    by: str,
) -> ProductVersion:
    """Keep the terms of a version as another draft of its product, for other days (both inclusive; no end is open).

    `pin` maps the code of a catalog that the terms refer to onto the label that every reference to it shall name, or onto None: whatever is in force.
    References to other catalogs stay as they are. Raises InvalidInput (also for a label that was never published, or was withdrawn), LabelTaken.
    """
    terms = version.terms | {
        "label": label,
        "effective_from": effective_from.isoformat(),
        "effective_to": effective_to.isoformat() if effective_to else None,
    }
    _check_pins(pin, version)
    return create_product_version(product=version.product, data=_pinned(terms, pin), by=by)


def _check_pins(pin: Mapping[str, str | None], version: ProductVersion) -> None:
    referred = {reference.catalog for reference in parse_terms(version.terms).references()}
    catalogs = Catalog.objects.meant_by(pin.keys(), version.insurer_id)
    versions = CatalogVersion.objects.filter(withdrawn_at=None).exclude(published_at=None)
    errors = []
    for code, label in pin.items():
        if code not in referred:
            detail = _("The version does not refer to a catalog %(code)s.") % {"code": code}
            errors.append(FieldError(pointer("pin", code), "not_referred_to", detail))
        elif label is not None and not versions.filter(catalog=catalogs.get(code), label=label).exists():
            detail = _("%(code)s has no published version %(label)s.") % {"code": code, "label": label}
            errors.append(FieldError(pointer("pin", code), "unknown_version", detail))
    if errors:
        raise InvalidInput(_("The request is invalid; see `errors`."), errors=errors)


def _pinned(terms: dict[str, Any], pin: Mapping[str, str | None]) -> dict[str, Any]:
    """Return a terms document in which every reference to a catalog of `pin` names its label, or none."""

    def changed(reference: dict[str, str]) -> dict[str, str]:
        code = reference["catalog"]
        if code not in pin:
            return reference
        label = pin[code]
        return {"catalog": code} if label is None else {"catalog": code, "label": label}

    return terms | {
        "base": changed(terms["base"]) if terms["base"] else None,
        "base_exclusions": [changed(one) for one in terms["base_exclusions"]],
        "negative_lists": [changed(one) for one in terms["negative_lists"]],
        "benefits": [
            benefit | {"catalogs": [changed(one) for one in benefit["catalogs"]]} for benefit in terms["benefits"]
        ],
    }


@transaction.atomic
def change_product_version(*, version: ProductVersion, data: object, by: str) -> ProductVersion:
    """Replace a draft's terms, which then is to be submitted anew; raises InvalidInput, NotADraft, LabelTaken."""
    version = asked(version, "change", by)
    before = told(version)
    fields = _fields_of(read_terms(data, insurer_id=version.insurer_id))
    if version.product.versions.filter(label=fields["label"]).exclude(pk=version.pk).exists():
        raise LabelTaken(_("The product has a version %(label)s already.") % {"label": fields["label"]})
    for name, value in fields.items():
        setattr(version, name, value)
    version.created_by = by
    version.mark_editor(by)
    version.submitted_by, version.submitted_at = "", None
    version.save()
    record(Deed.PRODUCT_VERSION_CHANGED, by=by, what=version, before=before, after=told(version))
    return version


def _fields_of(terms: ProductTerms) -> dict[str, Any]:
    document = terms_document(terms)
    return {
        "label": terms.label,
        "effective_from": terms.effective_from,
        "effective_to": terms.effective_to,
        "terms": document,
        "checksum": sha256_of(document),
    }


@transaction.atomic
def publish_product_version(*, version: ProductVersion, by: str) -> ProductVersion:
    """Bring a draft's terms into force from its first day, known from now on; they never change afterwards. Raises NotADraft, InvalidInput."""
    version = asked(version, "publish", by)
    read_terms(version.terms, insurer_id=version.insurer_id)
    version.published_at = clock.declare()
    version.published_by = by
    version.save(update_fields=["published_at", "published_by"])
    record(Deed.PRODUCT_VERSION_PUBLISHED, by=by, what=version, after=told(version))
    return version


@transaction.atomic
def withdraw_product_version(*, version: ProductVersion, by: str) -> ProductVersion:
    """End a published version for everything asked from now on; raises NotPublished."""
    version = asked(version, "withdraw", by)
    version.withdrawn_at = clock.declare()
    version.withdrawn_by = by
    version.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(Deed.PRODUCT_VERSION_WITHDRAWN, by=by, what=version)
    return version


@transaction.atomic
def discard_product_draft(*, version: ProductVersion, by: str) -> None:
    """Delete a draft; raises NotADraft."""
    version = asked(version, "discard", by)
    record(Deed.PRODUCT_VERSION_DISCARDED, by=by, what=version, before=told(version))
    version.delete()


def told(version: ProductVersion) -> dict[str, Any]:
    """Return what the log of deeds keeps of a version's terms: which they were, not the terms."""
    return {"label": version.label, "checksum": version.checksum, "effective_from": version.effective_from}


def refusal(version: ProductVersion, move: str, person: str) -> Refused | None:
    """Return why a person may not do a move (insurers/lifecycle.py), or None: what a page shows in place of the button."""
    standing = lifecycle.Standing(version.state, version.submitted_at is not None, frozenset(version.editors))
    why = why_not(lifecycle.MOVE[move], standing, person)
    if why is None and "same_person" in lifecycle.MOVE[move].codes and standing.editors:
        # Nor by whoever counts as one person with an editor (common.persons.two_persons).
        others = (why_not(lifecycle.MOVE[move], standing, one) for one in one_with(person) - {person})
        why = next((told for told in others if told and told.code == "same_person"), None)
    if why is None:
        return None
    made = _REFUSALS[why.code]
    return made(_(made.sentence) % {"label": version.label})


def asked(version: ProductVersion, move: str, person: str) -> ProductVersion:
    """Lock a version and ask the table whether it may be moved so; raises what it says."""
    version = _locked(version)
    if refused := refusal(version, move, person):
        raise refused
    return version


def _locked(version: ProductVersion) -> ProductVersion:
    return ProductVersion.objects.select_related("product").select_for_update(of=("self",)).get(pk=version.pk)
