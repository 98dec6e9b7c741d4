"""Small pieces of HTML; apart from `frame`, whose theme loads the template tags, which need these, while it is imported."""

from django.utils.html import format_html
from django.utils.safestring import SafeString


def badge(text: object, tone: str = "quiet") -> SafeString:
    """Return a small label; tones: quiet, info, good, warn, bad, sample."""
    return format_html('<span class="badge badge-{}">{}</span>', tone, text)


def link(href: str, text: object) -> SafeString:
    """Return a link."""
    return format_html('<a class="link" href="{}">{}</a>', href, text)
