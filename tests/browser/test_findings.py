"""A finding by clicking: seen on the first page, opened, acknowledged, and gone when its cause is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from catalog.models import Catalog
from common import tenancy
from curation.findings import services
from tests.browser.people import DESK, PHONE
from tests.conftest import published, withdrawn

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("curators"),
]

BASE = "entry_code,generic_name,dosage_form,icd10\nN-1,奥希替尼,口服常释剂型,C34\n"
COMMERCIAL = "entry_code,generic_name,dosage_form,icd10,indication\nC-1,甲磺酸奥希替尼片,,C34.1,肺癌\nC-2,维拉苷酶,丹丸,,戈谢病\n"


def test_alice_sees_to_a_finding(at_a_browser: Callable[..., Any], make_catalog: Callable[..., Catalog]) -> None:
    base = make_catalog("NRDL", kind="base", name="国家医保药品目录", publisher="国家医疗保障局")
    commercial = make_catalog("CIDL", name="商业健康保险创新药品目录", publisher="国家医疗保障局")
    published(base, BASE)
    version = published(commercial, COMMERCIAL)
    services.work_out()
    seeing = Permission.objects.filter(content_type__app_label="curation")
    User.objects.get(username="alice").user_permissions.add(*seeing)

    with at_a_browser(DESK) as alice:
        alice.sign_in("alice")
        page = alice.page
        alice.picture("findings-today")
        page.click("nav.chips >> text=医保与商保目录重复")
        alice.picture("findings-list")
        page.click("table >> text=奥希替尼已在")
        page.wait_for_selector("text=N-1")
        alice.picture("findings-one")
        page.click("a.button:has-text('确认')")
        alice.picture("findings-acknowledge")
        page.fill("#id_reason", "下一版移出")
        page.click("form button:has-text('确认')")
        page.wait_for_selector("text=已确认。")
        page.click("text=问题清单 >> nth=0")
        page.click("nav.chips >> text=已确认 1")
        page.wait_for_selector("text=下一版移出")

        # Its cause ends: it goes by itself.
        with tenancy.acting_for(tenancy.OFFICE):
            withdrawn(version)
            services.work_out()
        page.click("nav.chips >> text=已消失")
        page.wait_for_selector("td >> text=奥希替尼已在")
        alice.picture("findings-gone")
        alice.turn(PHONE)
        page.reload()
        alice.picture("findings-gone-phone")
