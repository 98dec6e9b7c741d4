"""Persons of insurers at the desk: Ines and Ivan work for A, Bea for B."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from insurers.models import Insurer
from insurers.persons import bind_user
from tests.conftest import published


class At:
    """Somebody's browser, in Chinese unless told otherwise."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client = Client(headers={"accept-language": "zh-hans"})
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def get(self, path: str, data: Any = None) -> Any:
        return self.client.get(path, data)

    def post(self, path: str, data: Any = None) -> Any:
        return self.client.post(path, data or {})


def working_for(insurer: Insurer, name: str) -> At:
    user = User.objects.create(username=name, is_staff=True)
    bind_user(user=user, insurer=insurer, by="sam")
    return At(User.objects.get(pk=user.pk))


@pytest.fixture
def ines(insurer: Insurer) -> At:
    return working_for(insurer, "ines")


@pytest.fixture
def ivan(insurer: Insurer) -> At:
    return working_for(insurer, "ivan")


@pytest.fixture
def bea(other_insurer: Insurer) -> At:
    return working_for(other_insurer, "bea")


@pytest.fixture
def lists(make_catalog: Callable[..., Any]) -> None:
    """NRDL is a base list, COM a commercial one, each with a version 2025."""
    for code, kind in (("NRDL", "base"), ("COM", "commercial")):
        content = f"entry_code,generic_name,icd10\n{code}-1,阿司匹林片,I10\n"
        published(make_catalog(code, kind, name=f"{code} 清单"), content, label="2025")
