"""After a test whose transactions were real the database is as the migrations left it."""

import pytest

from catalog.models import DosageForm
from insurers.models import Insurer
from tests.emptying import Pristine

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_written_is_gone_and_what_was_changed_is_as_it_was() -> None:
    before = Pristine.kept()
    assert "catalog_dosageform" in before.marks
    names = list(DosageForm.objects.order_by("pk").values_list("pk", "form"))
    Insurer.objects.create(code="INS-A", name="甲保险")
    first, second = DosageForm.objects.order_by("pk")[:2]
    DosageForm.objects.filter(pk=first.pk).update(form="别的")
    DosageForm.objects.filter(pk=second.pk).delete()

    before.put_back()

    assert not Insurer.objects.exists()
    assert list(DosageForm.objects.order_by("pk").values_list("pk", "form")) == names
