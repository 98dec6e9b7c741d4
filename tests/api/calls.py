"""How each route is called: its arguments in words, and the smallest body that would succeed."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from catalog.clock import china_today
from tests.api.conftest import AUTHORISATION, BATCH, LIST, PACKAGE, World, claim, terms
from tests.curation.market.packages import zipped

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def routes() -> dict[str, frozenset[str]]:
    """Return the methods of every route below /api/v1/, by its name, as the URL resolver knows them."""
    found: dict[str, frozenset[str]] = {}

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, path)
            elif path.startswith("api/v1/"):
                actions = getattr(pattern.callback, "actions", None) or {"get": ""}
                found[pattern.name or path] = frozenset(method.upper() for method in actions) - {"HEAD"}

    walk(get_resolver().url_patterns, "")
    return found


def address(world: World, route: str, of: str) -> str:
    """Return the path of a route; `of` are its arguments separated by spaces, those that are made at random by their names."""
    named = {
        "IMPORT-COM": str(world.office_import.pk),
        "COMMENT-A": str(world.comment.pk),
        "IMPORT-A": str(world.private_import.pk),
        "CHECK-A": str(world.check.pk),
        "WEBHOOK-A": str(world.webhook.pk),
        "KEY-A": world.key,
        "DELIVERY-A": str(world.delivery.pk),
        "AUTH-A": world.authorisation.no,
        "BATCH-A": str(world.batch.pk),
        "IMPACT-A": str(world.impact.pk),
        "IMPACT-OFFICE": str(world.office_impact.pk),
        "GOLDEN-A": str(world.golden.pk),
        "GOLDEN-OFFICE": str(world.office_golden.pk),
        "FINDING": str(world.finding.pk),
        "FINDING-A": str(world.own_finding.pk),
        "COLLECTION": str(world.collection.pk),
        "DRUG": "drug_475045ffe1312dbc",
        "MISSING": "00000000-0000-0000-0000-000000000000",
    }
    return reverse(route, args=[named.get(word, word) for word in of.split() if word != "-"])


def _file(text: str, name: str = "list.csv") -> io.BytesIO:
    file = io.BytesIO(text.encode())
    file.name = name
    return file


# What each POST and PUT is given; a route without an entry is sent {}.
BODIES: dict[tuple[str, str], Callable[[], Any]] = {
    ("POST", "catalog-list"): lambda: {"code": "NEW", "name": "新目录", "kind": "commercial"},
    ("POST", "version-withdraw"): lambda: {"reason": "错了"},
    ("POST", "version-submit"): lambda: {"comments_until": str(china_today(timezone.now()) + timedelta(days=30))},
    ("POST", "version-request-review"): lambda: {"note": "请复核第三条"},
    ("POST", "version-publish"): lambda: {"note": "2026年第二版", "confirm": True},
    ("POST", "version-revert"): lambda: {"label": "v2-revert", "effective_from": "2027-01-01"},
    ("POST", "version-merge-base"): lambda: {"resolve": {"E-3": "mine"}},
    ("POST", "version-send-back"): lambda: {"reason": "错了"},
    ("POST", "version-list"): lambda: {"label": "new", "effective_from": "2027-01-01"},
    # There is no reference list here: what is right is answered as that none is in force.
    ("POST", "draft-by-frequency"): lambda: {
        "lists": "all",
        "date": "2026-01-01",
        "min_products": 1,
        "min_key_provinces": 0,
        "label": "new",
        "effective_from": "2027-01-01",
    },
    ("POST", "draft-by-frequency-preview"): lambda: {"lists": "all", "date": "2026-01-01", "min_products": 1},
    ("POST", "entry-list"): lambda: {"generic_name": "甲片", "icd10": ["C50"]},
    ("POST", "entry-bulk"): lambda: {"where": {"q": "替尼"}, "set": {"note": "更正"}, "reason": "错字"},
    ("POST", "coding-decision-list"): lambda: {"text": "限儿童", "columns": {"age_max": 17}},
    ("PATCH", "entry-detail"): lambda: {"note": "更正"},
    ("PATCH", "version-detail"): lambda: {"note": "更正"},
    ("PATCH", "catalog-detail"): lambda: {"note": "更正"},
    ("POST", "collection-publish"): lambda: {"note": "2026年收集", "with_warnings": True},
    ("POST", "comment-list"): lambda: {"stance": "support", "text": "同意"},
    ("PATCH", "comment-detail"): lambda: {"text": "总体同意"},
    ("POST", "comment-answer"): lambda: {"disposition": "noted", "text": "已阅"},
    ("POST", "finding-acknowledge"): lambda: {"reason": "已知"},
    ("POST", "drug-resolve"): lambda: [{"generic_name": "甲磺酸奥希替尼片"}],
    ("POST", "product-list"): lambda: {"code": "NEW", "name": "新产品"},
    ("PATCH", "product-detail"): lambda: {"public": True},
    ("POST", "product-version-list"): lambda: terms(label="2028"),
    ("POST", "product-version-validate"): terms,
    ("PUT", "product-version-detail"): lambda: terms(label="2027"),
    ("POST", "coverage"): lambda: [{"generic_name": "甲磺酸奥希替尼片", "icd10": ["C34.1"]}],
    ("POST", "check-list"): claim,
    ("POST", "check-replay"): lambda: {"known_at": "now"},
    ("POST", "batch-claim-replay"): lambda: {"known_at": "now"},
    ("POST", "authorisation-list"): lambda: dict(AUTHORISATION),
    ("POST", "authorisation-decide"): lambda: {"decision": "declined", "reason": "药名有误"},
    ("POST", "authorisation-renew"): lambda: {"evidence": {"EGFR": True}, "quantity": "60"},
    ("POST", "authorisation-papers"): lambda: {"asked": ["病理报告"]},
    ("POST", "product-version-clone"): lambda: {"label": "2028", "effective_from": "2028-01-01"},
    ("POST", "manifest-check"): lambda: [{"catalog": "COM", "version": "v1", "checksum": "0" * 64}],
    ("POST", "version-impact"): lambda: {"from": "2026-01-01", "to": "2026-12-31"},
    ("POST", "golden-case-list"): lambda: {
        "name": "新用例",
        "catalogs": ["COM"],
        "claim": claim(),
        "expect": {"lines": [{"outcome": "eligible"}] * len(claim()["lines"])},
    },
    ("PATCH", "golden-case-detail"): lambda: {"note": "更正"},
    ("POST", "receipt-verify"): lambda: {"receipt": "a.b.c"},
    ("POST", "key-list"): lambda: {"scopes": ["coverage:read"]},
    ("POST", "key-revoke"): lambda: {"also_made": True},
    ("POST", "webhook-list"): lambda: {"url": "https://hooks.example.com/b", "events": ["catalog.published"]},
}
FORMS: dict[tuple[str, str], Callable[[], dict[str, Any]]] = {
    ("POST", "import-list"): lambda: {
        "file": _file(LIST.replace("辉瑞", "辉瑞制药")),
        "catalog": "COM",
        "label": "v3",
        "effective_from": "2027-01-01",
    },
    ("POST", "collection-list"): lambda: {
        "file": io.BytesIO(zipped({**PACKAGE, "a.csv": "generic_name\n吉非替尼片\n"})),
        "label": "2027",
        "effective_from": "2027-01-01",
    },
    ("POST", "comment-upload"): lambda: {"file": _file("立场,意见\n反对,太贵\n", "comments.csv")},
    ("POST", "batch-list"): lambda: {"file": _file(BATCH.decode(), "claims.ndjson"), "product": "HMB"},
}
# Query parameters that a route cannot do without.
QUERIES: dict[tuple[str, str], str] = {
    ("catalog-diff", ""): "?from=v1&to=v2",
    ("log-inclusion", ""): "?leaf=0",
    ("log-consistency", ""): "?from=1",
    ("matrix", ""): "?catalogs=COM",
    ("matrix-csv", ""): "?catalogs=COM",
    ("matrix-xlsx", ""): "?catalogs=COM",
    ("catalog-diff", "PRIV-A"): "?from=p1&to=p2",
    ("compare", ""): "?left=COM%40v1&right=COM",
    ("compare-csv", ""): "?left=COM%40v1&right=COM",
    ("compare-xlsx", ""): "?left=COM%40v1&right=COM",
    ("coverage", ""): "?generic_name=%E7%94%B2%E7%A3%BA%E9%85%B8%E5%A5%A5%E5%B8%8C%E6%9B%BF%E5%B0%BC%E7%89%87",
}


def call(world: World, who: str, method: str, route: str, of: str, query: str = "", **headers: str) -> Any:
    """Call a route as somebody, with what it needs to succeed."""
    api = world.apis[who]
    path = address(world, route, of)
    path += QUERIES.get((route, of), QUERIES.get((route, ""), "")) if method in {"GET", "HEAD"} else ""
    path += query and (("&" if "?" in path else "?") + query)
    sent = {**api.headers, **headers}
    if (method, route) in FORMS:
        return api.client.post(path, FORMS[method, route](), headers=sent)
    body = BODIES[method, route]() if (method, route) in BODIES else {}
    kind = {"content_type": "application/json"} if method in {"POST", "PUT", "PATCH"} else {}
    data = json.dumps(body) if kind else ""
    return api.client.generic(method, path, data, headers=sent, **kind)


def seen(response: Any) -> tuple[int, dict[str, str], str]:
    """Return all a caller sees, but for what differs between any two answers."""
    headers = {name: value for name, value in response.items() if name not in {"X-Request-ID", "RateLimit-Reset"}}
    headers.pop("RateLimit-Remaining", None)
    # The policy's parts come in no order.
    headers["Content-Security-Policy"] = str(sorted(headers["Content-Security-Policy"].split("; ")))
    body = response.content.decode()
    document = json.loads(body or "{}")
    for name in ("request_id", "known_at"):
        if name in document:
            body = body.replace(json.dumps(document[name]), '"…"')
    headers.pop("Content-Length", "")  # of an instant that ends in a nought, one digit less is written
    return response.status_code, headers, body
