"""The vocabularies that ship with the software: shown, not edited."""

from django.contrib import admin

from catalog.models import DosageForm, DrugClass, Exclusion, Indication, Mark, Series
from common.admin import ReadOnlyAdmin


@admin.register(Series)
class SeriesAdmin(ReadOnlyAdmin):
    list_display = ["code", "name_zh", "name_en", "meaning"]


@admin.register(Mark)
class MarkAdmin(ReadOnlyAdmin):
    list_display = ["code", "name_zh", "name_en", "source"]
    search_fields = ["code", "name_zh", "name_en"]


@admin.register(Indication)
class IndicationAdmin(ReadOnlyAdmin):
    list_display = ["name_zh", "name_en", "icd10", "code"]
    search_fields = ["code", "name_zh", "name_en"]


@admin.register(DosageForm)
class DosageFormAdmin(ReadOnlyAdmin):
    list_display = ["form", "group", "same_as", "confidence"]
    search_fields = ["form", "group", "same_as"]


@admin.register(DrugClass)
class DrugClassAdmin(ReadOnlyAdmin):
    list_display = ["code", "name_zh", "parent"]
    list_select_related = ["parent"]
    search_fields = ["code", "name_zh"]


@admin.register(Exclusion)
class ExclusionAdmin(ReadOnlyAdmin):
    list_display = ["restatement", "article", "kind"]
