"""Insurer endpoints: who a key is, products and their versions. Another insurer's product is not found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from common.api import etags
from common.api.filtering import refuse_unknown
from common.api.problems import shown as shown_error
from common.api.views import ApiViewSet
from insurers import product_lists, services
from insurers.api import serializers as shapes
from insurers.api.authentication import ANY_KEY, insurer_of
from insurers.models import Product, ProductVersion

READ, WRITE = ("coverage:read", "products:write"), ("products:write",)
PAGE = [OpenApiParameter("page", int), OpenApiParameter("page_size", int)]


class WhoViewSet(ApiViewSet):
    """Who the key is."""

    queryset = Product.objects.none()
    serializer_class = shapes.WhoOutput
    scopes = {"GET": ANY_KEY}

    def retrieve(self, request: Any) -> Response:
        refuse_unknown(request.query_params, ())
        caller = request.user
        insurer = None if caller.is_office else {"code": caller.insurer_code, "name": caller.insurer_name}
        return Response(
            {
                "insurer": insurer,
                "person": caller.person,
                "key": caller.prefix,
                "scopes": sorted(caller.scopes),
                "expires_at": caller.expires_at,
                "sandbox": caller.is_sandbox,
            }
        )


def product_of(request: Any, code: str, *, to_change: bool = False) -> Product:
    """Return the caller's own product, locked `to_change` it; anybody else's is not found."""
    own = Product.objects.filter(insurer=insurer_of(request.user)).select_related("insurer")
    own = own.select_for_update(of=("self",)) if to_change else own
    return get_object_or_404(own, code=code)


class ProductViewSet(ApiViewSet):
    """Insurance products 保险产品 of the key's insurer."""

    queryset = Product.objects.none()
    serializer_class = shapes.ProductOutput
    scopes = {"GET": READ, "POST": WRITE, "PATCH": WRITE}
    tagged = frozenset({"retrieve", "create", "partial_update"})
    matched = frozenset({"partial_update"})
    located = frozenset({"create"})

    def get_queryset(self) -> QuerySet[Product]:
        return Product.objects.filter(insurer=insurer_of(self.request.user)).select_related("insurer").order_by("code")

    @extend_schema(parameters=PAGE)
    def list(self, request: Any) -> Response:
        refuse_unknown(request.query_params, ("page", "page_size"))
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(shapes.ProductOutput(page, many=True).data)

    def retrieve(self, request: Any, code: str) -> Response:
        refuse_unknown(request.query_params, ())
        product = product_of(request, code)
        shown = shapes.ProductOutput(product).data
        return etags.answer(request, shown, etag=_product_etag(product), immutable=False)

    @extend_schema(request=shapes.ProductInput, responses={201: shapes.ProductOutput})
    def create(self, request: Any) -> Response:
        refuse_unknown(request.query_params, ())
        given = shapes.ProductInput(data=request.data)
        given.is_valid(raise_exception=True)
        product = services.create_product(
            insurer_id=insurer_of(request.user), by=request.user.person, **given.validated_data
        )
        location = reverse("product-detail", args=[product.code])
        return self._shown(product, status=201, headers={"Location": location})

    @extend_schema(request=shapes.ProductChange, responses=shapes.ProductOutput)
    def partial_update(self, request: Any, code: str) -> Response:
        """Say whether the look-up page tells anybody what the product pays for."""
        refuse_unknown(request.query_params, ())
        given = shapes.ProductChange(data=request.data)
        given.is_valid(raise_exception=True)
        with transaction.atomic():
            product = product_of(request, code, to_change=True)
            etags.check_match(request, _product_etag(product))
            changed = services.change_product(product=product, by=request.user.person, **given.validated_data)
        return self._shown(changed)

    def _shown(self, product: Product, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        tag = {"ETag": f'"{_product_etag(product)}"'}
        return Response(shapes.ProductOutput(product).data, status=status, headers={**tag, **(headers or {})})


class ProductVersionViewSet(ApiViewSet):
    """Versions of a product: drafts until published, then immutable."""

    queryset = ProductVersion.objects.none()
    serializer_class = shapes.ProductVersionOutput
    scopes = {"GET": READ, "POST": WRITE, "PUT": WRITE, "DELETE": WRITE}
    bodiless = frozenset({"publish", "withdraw"})
    tagged = frozenset({"retrieve", "create", "clone", "update", "publish", "withdraw"})
    matched = frozenset({"clone", "update", "destroy", "publish", "withdraw"})
    located = frozenset({"create", "clone"})
    refusals = {"update": (409,), "destroy": (409,)}

    def _version(self, request: Any, code: str, label: str) -> ProductVersion:
        versions = product_of(request, code).versions.select_related("product")
        return get_object_or_404(versions, label=label)

    @extend_schema(parameters=PAGE)
    def list(self, request: Any, code: str) -> Response:
        refuse_unknown(request.query_params, ("page", "page_size"))
        versions = product_of(request, code).versions.select_related("product").order_by("-effective_from", "-id")
        page = self.paginate_queryset(versions)
        return self.get_paginated_response(
            shapes.ProductVersionOutput(page, many=True, context={"caller": request.user}).data
        )

    def retrieve(self, request: Any, code: str, label: str) -> Response:
        refuse_unknown(request.query_params, ())
        version = self._version(request, code, label)
        shown = shapes.ProductVersionOutput(version, context={"caller": self.request.user}).data
        return etags.answer(request, shown, etag=_etag(version), immutable=False)

    @extend_schema(request=shapes.TermsInput, responses={201: shapes.ProductVersionOutput})
    def create(self, request: Any, code: str) -> Response:
        """Keep terms as a draft."""
        refuse_unknown(request.query_params, ())
        version = services.create_product_version(
            product=product_of(request, code), data=request.data, by=request.user.person
        )
        location = reverse("product-version-detail", args=[code, version.label])
        return self._shown(version, status=201, headers={"Location": location})

    @extend_schema(request=shapes.TermsInput, responses={200: shapes.ValidTermsOutput})
    def validate(self, request: Any, code: str) -> Response:
        """Say what is wrong with terms, or how they read with every default filled in; nothing is kept."""
        refuse_unknown(request.query_params, ())
        product = product_of(request, code)
        terms = product_lists.read_terms(request.data, insurer_id=product.insurer_id, to_publish=True)
        notes = [shown_error(note) for note in services.terms_notes(terms)]
        return Response({"valid": True, "terms": services.terms_document(terms), "notes": notes})

    @extend_schema(request=shapes.CloneInput, responses={201: shapes.ProductVersionOutput})
    def clone(self, request: Any, code: str, label: str) -> Response:
        """Keep the terms of a version as another draft for other days, its references to catalogs pinned to a version or floating."""
        refuse_unknown(request.query_params, ())
        given = shapes.CloneInput(data=request.data)
        given.is_valid(raise_exception=True)
        fields = {"effective_to": None, "pin": {}, **given.validated_data}
        with self._matched(request, code, label) as version:
            made = services.clone_product_version(version=version, by=request.user.person, **fields)
        location = reverse("product-version-detail", args=[code, made.label])
        return self._shown(made, status=201, headers={"Location": location})

    @extend_schema(request=shapes.TermsInput, responses=shapes.ProductVersionOutput)
    def update(self, request: Any, code: str, label: str) -> Response:
        """Replace a draft's terms; with another label it is at another address, named in `Content-Location`."""
        refuse_unknown(request.query_params, ())
        with self._matched(request, code, label) as version:
            changed = services.change_product_version(version=version, data=request.data, by=request.user.person)
        moved = {"Content-Location": reverse("product-version-detail", args=[code, changed.label])}
        return self._shown(changed, headers=moved if changed.label != label else None)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, code: str, label: str) -> Response:
        """Delete a draft."""
        refuse_unknown(request.query_params, ())
        with self._matched(request, code, label) as version:
            services.discard_product_draft(version=version, by=request.user.person)
        return Response(status=204)

    @extend_schema(request=None, responses=shapes.ProductVersionOutput)
    def publish(self, request: Any, code: str, label: str) -> Response:
        """Bring a draft into force; it never changes afterwards."""
        refuse_unknown(request.query_params, ())
        with self._matched(request, code, label) as version:
            published = services.publish_product_version(version=version, by=request.user.person)
        return self._shown(published)

    @extend_schema(request=None, responses=shapes.ProductVersionOutput)
    def withdraw(self, request: Any, code: str, label: str) -> Response:
        """End a published version for new checks; earlier answers keep it."""
        refuse_unknown(request.query_params, ())
        with self._matched(request, code, label) as version:
            withdrawn = services.withdraw_product_version(version=version, by=request.user.person)
        return self._shown(withdrawn)

    @contextmanager
    def _matched(self, request: Any, code: str, label: str) -> Iterator[ProductVersion]:
        """Give the version, locked so that nobody changes it between the comparison with If-Match and the end of the block."""
        with transaction.atomic():
            versions = product_of(request, code).versions.select_related("product").select_for_update(of=("self",))
            version = get_object_or_404(versions, label=label)
            etags.check_match(request, _etag(version))
            yield version

    def _shown(self, version: ProductVersion, status: int = 200, headers: Any = None) -> Response:
        tag = {"ETag": f'"{_etag(version)}"'}
        return Response(
            shapes.ProductVersionOutput(version, context={"caller": self.request.user}).data,
            status=status,
            headers={**tag, **(headers or {})},
        )


def _product_etag(product: Product) -> str:
    facts = (product.pk, product.code, product.name, product.note, product.public)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def _etag(version: ProductVersion) -> str:
    facts = (version.pk, version.label, version.checksum, version.published_at, version.withdrawn_at)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
