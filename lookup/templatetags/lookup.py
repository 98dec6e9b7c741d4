"""What the templates of the look-up page need: a value by its name, the address of a question with something changed."""

from collections.abc import Mapping
from typing import Any

from django import template

from lookup.asking import Asked

register = template.Library()


@register.filter
def get(values: Mapping[str, Any], name: str) -> Any:
    """Return the value of a name, '' for none."""
    return values.get(name, "")


@register.simple_tag
def ask(asked: Asked, **changes: str) -> str:
    """Return the address of the question with parameters changed."""
    return asked.but(**changes)
