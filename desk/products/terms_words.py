"""A product version's terms in words."""

from typing import Any

from django.utils.translation import gettext as _

from catalog.vocabularies import SCOPES, SETTINGS, STATUTORY_CIRCUMSTANCES
from common.labels import reader_language


def _named(reference: dict[str, Any] | None) -> str:
    if not reference:
        return "—"
    label = reference.get("label")
    return f"{reference['catalog']} {label}" if label else reference["catalog"]


def _percent(ratio: str | None) -> str:
    return f"{float(ratio) * 100:g} %" if ratio is not None else "—"


def terms_shown(terms: dict[str, Any]) -> dict[str, Any]:
    """Return a product version's terms in words, for reading; the terms themselves stay as they are kept."""
    separator = _("; ")
    language = reader_language()
    settings, scopes = SETTINGS.names(language), SCOPES.names(language)
    circumstances = STATUTORY_CIRCUMSTANCES.names(language)

    def several(references: list[dict[str, Any]]) -> str:
        return separator.join(_named(one) for one in references) or "—"

    benefits = []
    for benefit in terms.get("benefits", []):
        ratios = [(_("Ratio"), benefit.get("ratio")), (_("pre-existing"), benefit.get("ratio_pre_existing"))]
        ratios += [
            (_("not settled by basic insurance"), benefit.get("ratio_unsettled")),
            (_("not settled, pre-existing"), benefit.get("ratio_unsettled_pre_existing")),
        ]
        bands = [
            _("up to %(limit)s: %(ratio)s") % {"limit": band["up_to"], "ratio": _percent(band["ratio"])}
            if band.get("up_to") is not None
            else _("above: %(ratio)s") % {"ratio": _percent(band["ratio"])}
            for band in benefit.get("bands", [])
        ]
        benefits.append(
            {
                "name": benefit.get("name") or benefit["code"],
                "code": benefit["code"],
                "scope": scopes.get(benefit.get("scope", "any"), benefit.get("scope")),
                "settings": separator.join(settings.get(s, s) for s in benefit.get("settings", [])) or _("all"),
                "catalogs": several(benefit.get("catalogs", [])),
                "deductible_group": benefit.get("deductible_group") or "—",
                "ratios": [f"{name} {_percent(ratio)}" for name, ratio in ratios if ratio is not None],
                "bands": bands,
                "annual_limit": benefit.get("annual_limit") or "—",
            }
        )
    special = terms.get("deductibles_pre_existing", {})
    return {
        "base": _named(terms.get("base")),
        "base_exclusions": several(terms.get("base_exclusions", [])),
        "negative_lists": several(terms.get("negative_lists", [])),
        "honours_base_exclusions": terms.get("honours_base_exclusions", False),
        "requires_base_settlement": terms.get("requires_base_settlement", False),
        "waiting_days": terms.get("waiting_days", 0),
        "prior_auth": _("the number is checked") if terms.get("prior_auth") == "checked" else _("any number is enough"),
        "covered_circumstances": separator.join(circumstances.get(c, c) for c in terms.get("covered_circumstances", []))
        or "—",
        "annual_limit": terms.get("annual_limit") or "—",
        "deductibles": [
            (group, amount, special.get(group, amount)) for group, amount in terms.get("deductibles", {}).items()
        ],
        "benefits": benefits,
    }
