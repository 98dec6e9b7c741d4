"""The tables of the vocabularies, made equal to the files that ship with the software (catalog.reference)."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import router, transaction
from django.db.models import Model, ProtectedError

from catalog.reference import reference_rows

# What tells a row from the others, where it is not the primary key.
_KEYS = {"DosageForm": ("form", "group"), "RareDisease": ("list_no", "number")}


def make_equal(*, using: str = "default") -> dict[str, int]:
    """Write what the files have otherwise than the tables, and return how many rows of each vocabulary were added, changed or removed.

    A row that is used (the series of a catalog, say) stays, though its file has dropped it.
    """
    written = {}
    with transaction.atomic(using=using):
        for name, rows in reference_rows().items():
            model = apps.get_model("catalog", name)
            if router.allow_migrate_model(using, model):
                written[name] = _equal(model, _KEYS.get(name, (model._meta.pk.attname,)), rows, using)
    return written


def _equal(model: type[Model], key: tuple[str, ...], rows: Iterable[dict[str, Any]], using: str) -> int:
    table = model._base_manager.using(using)
    wanted = {tuple(row[name] for name in key): row for row in rows}
    fields = list(next(iter(wanted.values())))
    there = {tuple(row[name] for name in key): row for row in table.values(*{*fields, *key})}
    differing = [row for one, row in wanted.items() if there.get(one) != row]
    others = [name for name in fields if name not in key]
    table.bulk_create(
        [model(**row) for row in differing],
        update_conflicts=bool(others),
        unique_fields=key,
        update_fields=others,
    )
    removed = 0
    for one in sorted(there.keys() - wanted.keys(), reverse=True):  # a class's children before it
        try:
            with transaction.atomic(using=using):
                removed += table.filter(**dict(zip(key, one, strict=True))).delete()[0]
        except ProtectedError:
            continue
    return len(differing) + removed
