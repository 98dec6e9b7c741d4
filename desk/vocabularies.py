"""The vocabularies that ship with the software: shown, not edited."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from catalog import reference
from catalog.models import DiseaseName, DosageForm, DrugClass, Exclusion, Indication, Mark, RareDisease, Series
from desk.badges import provenance_badge
from desk.frame import ReadOnlyAdmin


def _both(first: str, second: str) -> str:
    return gettext("; ").join((first, second))


def confidence_told(written: str) -> str:
    """Return how sure a form of the table is, in the reader's words; the table says it in English: "level: why; why, where"."""
    words = {
        "high": gettext("high"),
        "medium": gettext("medium"),
        "low": gettext("low"),
        "group name, NRDL 2025 clause 8": _both(gettext("name of a group"), gettext("national list of 2025, clause 8")),
        "clause 8 member as restated": gettext("member of a group of clause 8, as restated"),
        "same name in two groups": gettext("the same name in two groups"),
        "common form, in no merged group here": gettext("a common form"),
        "stands alone": gettext("in no merged group here; stands alone"),
        "common registered-name suffix, group is own reading": _both(
            gettext("a common ending of registered names"), gettext("its group is our own reading")
        ),
    }
    level, _colon, why = written.partition(": ")
    told = gettext("; ").join(words.get(part, part) for part in why.split("; "))
    return f"{words.get(level, level)}: {told}" if told else words.get(level, level)


@admin.register(Series)
class SeriesAdmin(ReadOnlyAdmin):
    list_display = ["code", "name_zh", "name_en", "meaning"]


@admin.register(Mark)
class MarkAdmin(ReadOnlyAdmin):
    list_display = ["name_zh", "name_en", "source", "code"]
    search_fields = ["code", "name_zh", "name_en"]


@admin.register(Indication)
class IndicationAdmin(ReadOnlyAdmin):
    list_display = ["name_zh", "name_en", "icd10", "code"]
    search_fields = ["code", "name_zh", "name_en"]


@admin.register(DosageForm)
class DosageFormAdmin(ReadOnlyAdmin):
    list_display = ["form", "group", "same_as", "confidence_shown"]
    fields = ["form", "group", "same_as", "confidence_shown"]
    search_fields = ["form", "group", "same_as"]

    @admin.display(description=gettext_lazy("confidence"), ordering="confidence")
    def confidence_shown(self, form: DosageForm) -> str:
        return confidence_told(form.confidence)


@admin.register(DrugClass)
class DrugClassAdmin(ReadOnlyAdmin):
    list_display = ["code", "name_zh", "parent"]
    list_select_related = ["parent"]
    search_fields = ["code", "name_zh"]


@admin.register(Exclusion)
class ExclusionAdmin(ReadOnlyAdmin):
    list_display = ["article", "restatement"]
    list_display_links = ["restatement"]
    fields = ["article", "restatement"]


@admin.register(DiseaseName)
class DiseaseNameAdmin(ReadOnlyAdmin):
    list_display = ["code", "name_zh", "block", "chapter", "provenance_shown"]
    list_filter = ["chapter"]
    search_fields = ["code", "name_zh"]

    @admin.display(description=gettext_lazy("provenance"), ordering="provenance")
    def provenance_shown(self, name: DiseaseName) -> SafeString:
        return provenance_badge(name.provenance)


@admin.register(RareDisease)
class RareDiseaseAdmin(ReadOnlyAdmin):
    list_display = ["number", "name_zh", "name_en", "list_no", "document", "listed_on", "codes_shown"]
    list_display_links = ["name_zh"]
    list_filter = ["list_no"]
    search_fields = ["name_zh", "name_en"]

    @admin.display(description=gettext_lazy("recognised by (coded by hand)"))
    def codes_shown(self, disease: RareDisease) -> str:
        place = (disease.list_no, disease.number)
        rules = [rule for rule in reference.rare_disease_rules() if rule.disease[:2] == place]
        return "; ".join(dict.fromkeys(" ".join(filter(None, [", ".join(rule.codes), rule.says])) for rule in rules))
