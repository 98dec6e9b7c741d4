"""The form in which a version's terms are copied for other days, each of its references kept, pinned or let follow what is in force."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from catalog.models import Catalog, CatalogVersion
from desk.forms import day_field, text_field
from insurers.models import CODE_PATTERN, ProductVersion
from insurers.terms import parse_terms


class CloneForm(forms.Form):
    """A version's terms for other days."""

    label = text_field(label=gettext_lazy("Label"), max_length=64, validators=[CODE_PATTERN])
    effective_from = day_field(label=gettext_lazy("First day"))
    effective_to = day_field(label=gettext_lazy("Last day (inclusive; may be open)"), required=False)

    def __init__(self, *args: Any, version: ProductVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        referred = list(dict.fromkeys(one.catalog for one in parse_terms(version.terms).references()))
        meant = Catalog.objects.meant_by(referred, version.insurer_id)
        published = CatalogVersion.objects.filter(
            catalog__in=[one.pk for one in meant.values()], published_at__isnull=False, withdrawn_at=None
        ).order_by("-effective_from", "-pk")
        labels = list(published.values_list("catalog_id", "label")[:500])
        self.pins = {f"pin-{number}": code for number, code in enumerate(referred)}
        for name, code in self.pins.items():
            choices = [("", _("as it is")), ("~", _("whatever is in force"))]
            choices += [
                (label, _("pinned to %(label)s") % {"label": label})
                for of, label in labels
                if code in meant and of == meant[code].pk
            ]
            self.fields[name] = forms.ChoiceField(
                label=f"{code} {meant[code].name if code in meant else ''}",
                choices=choices,
                required=False,
                widget=UnfoldAdminSelectWidget(choices=choices),
            )

    def pinned(self, given: dict[str, Any]) -> dict[str, str | None]:
        """Return what clone_product_version takes as `pin`."""
        chosen = {code: given[name] for name, code in self.pins.items() if given[name]}
        return {code: None if label == "~" else label for code, label in chosen.items()}
