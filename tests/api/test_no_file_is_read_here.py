"""No uploaded file is parsed in a web process: a file built to take for ever takes nobody's time but its own reader's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tables.read import Table
from tests.api.calls import FORMS, address
from tests.api.conftest import World
from tests.api.test_limits import UPLOADS
from tests.files import xlsx

pytestmark = pytest.mark.own_process
WORKBOOK = xlsx([["奥希替尼片"]], header=["generic_name"])


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was parsed in this process, which is what a web process would do."""
    done: list[str] = []
    begin: Callable[..., None] = Table.__init__

    def noted(self: Table, *args: Any, **named: Any) -> None:
        done.append(str(args))
        begin(self, *args, **named)

    monkeypatch.setattr(Table, "__init__", noted)
    return done


@pytest.mark.parametrize(("method", "route", "of", "who"), UPLOADS)
def test_an_upload_to_the_api_is_not_parsed_by_who_answers(
    world: World, parsed: list[str], method: str, route: str, of: str, who: str, settings: Any
) -> None:
    api = world.apis[who]
    for name, content in (("x.xlsx", WORKBOOK), ("x.csv", b"generic_name\nx\n")):
        form = {**FORMS[method, route](), "file": SimpleUploadedFile(name, content)}
        assert api.client.post(address(world, route, of), form, headers=api.headers).status_code < 500

    assert parsed == []


def test_nor_is_one_to_a_page(world: World, parsed: list[str]) -> None:
    client = Client()
    root = User.objects.create(username="root", is_staff=True, is_superuser=True)
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")

    for name, args in (
        ("catalog_catalog_upload", [world.com.pk]),
        ("catalog_importrun_upload_drugs", []),
        ("curation_collection_upload", []),
    ):
        sent = {"file": SimpleUploadedFile("x.xlsx", WORKBOOK), "label": "2027", "effective_from": "2027-01-01"}
        answer = client.post(reverse(f"admin:{name}", args=args), sent, follow=True)
        assert answer.status_code < 500, name

    assert parsed == []
