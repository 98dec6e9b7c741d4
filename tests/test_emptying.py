"""After a test whose transactions were real the database is as the migrations left it."""

import pytest

from catalog.models import DosageForm
from common.audit.deeds import Deed
from common.audit.models import Record
from common.audit.services import record
from common.tenancy import EVERYBODY, NOBODY, OFFICE, acting_for
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


@pytest.mark.parametrize("who", [NOBODY, OFFICE, EVERYBODY, "-1"])
def test_whoever_a_test_worked_for_at_its_end_nothing_of_it_is_left(who: str) -> None:
    before = Pristine.kept()
    insurer = Insurer.objects.create(code="INS-A", name="甲保险")
    record(Deed.INSURER_CREATED, what=insurer, by="alice")

    with acting_for(who):
        before.put_back()

    with acting_for(EVERYBODY):
        assert not Insurer.objects.exists() and not Record.objects.exists()
    record(Deed.INSURER_CREATED, what=insurer, by="alice")
