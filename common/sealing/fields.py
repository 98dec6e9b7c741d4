"""Columns of models that are sealed at rest: read as they were written, sealed anew when their row is saved, NULL once they are removed.

A model with such columns says under which key its rows are sealed (`sealed_under`). A value whose key was destroyed reads as a removed one does.
A column is found by equality alone, through a tag beside it (`Tag`, `keys.tags`).
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from django.core.exceptions import FieldError
from django.db import models

from common.sealing import keys
from common.sealing.box import Box, key_id_of

if TYPE_CHECKING:
    # The values are those of the subclass, not bytes.
    _Binary = models.BinaryField[Any, Any]
else:
    _Binary = models.BinaryField


class Sealing(Protocol):
    """A row that has sealed columns."""

    def sealed_under(self) -> Box:
        """Return what the row's facts are sealed with; raises KeysAway."""


class _Sealed(bytes):
    """What is to be written as it is."""


class _SealedField(_Binary):
    """A value kept sealed; `removed` is what it reads as once it was removed, or its key was."""

    removed: Any = None
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "null": True})

    @property
    def sealed_as(self) -> str:
        """Return the name that its values are sealed for."""
        return f"{self.model._meta.db_table}.{self.column}"

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Any:
        if value is None:
            return self._removed()
        sealed = bytes(value)
        plain = keys.opened(sealed, key_id_of(sealed), self.sealed_as)
        return self._removed() if plain is None else self.read(plain)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        if value is None or value == self._removed():
            return None
        row = cast("Sealing", model_instance)
        return _Sealed(row.sealed_under().seal(self.written(value), self.sealed_as))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, _Sealed):
            raise FieldError(f"{self.sealed_as} is sealed: it is written with its row, and found by its tag.")
        return super().get_db_prep_value(value, connection, prepared)

    def get_default(self) -> Any:
        return super().get_default() if self.has_default() else self._removed()

    def value_to_string(self, obj: Any) -> str:
        return str(self.value_from_object(obj))

    def to_python(self, value: Any) -> Any:
        return value

    def written(self, value: Any) -> bytes:
        """Return the bytes of a value."""
        raise NotImplementedError

    def read(self, plain: bytes) -> Any:
        """Return the value of some bytes."""
        raise NotImplementedError

    def _removed(self) -> Any:
        return self.removed


class SealedText(_SealedField):
    """A text; with `blank` a removed one reads as '' and '' is kept as NULL, else as None."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.removed = "" if self.blank else None

    def written(self, value: str) -> bytes:
        return value.encode("utf-8", "surrogatepass")

    def read(self, plain: bytes) -> str:
        return plain.decode("utf-8", "surrogatepass")


class SealedJSON(_SealedField):
    """A JSON document, written by an encoder of one's own where one is given; a removed one reads as None, or as `default` where that is given."""

    def __init__(self, *args: Any, encoder: type[json.JSONEncoder] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.encoder = encoder

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.encoder is not None:
            kwargs["encoder"] = self.encoder
        return name, path, args, kwargs

    def written(self, value: Any) -> bytes:
        text = json.dumps(value, cls=self.encoder, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass")

    def read(self, plain: bytes) -> Any:
        return json.loads(plain)

    def _removed(self) -> Any:
        return self.default() if self.has_default() and callable(self.default) else None


class SealedBytes(_SealedField):
    """Bytes as they are."""

    def written(self, value: bytes) -> bytes:
        return bytes(value)

    def read(self, plain: bytes) -> bytes:
        return plain


_Row = TypeVar("_Row", bound=models.Model)


def tagged(
    rows: models.QuerySet[_Row], tag: str, texts: Iterable[str], insurer_id: int | None
) -> models.QuerySet[_Row]:
    """Keep an insurer's rows (None: all that may be seen) whose tag is that of one of the texts, in whichever month they came; raises KeysAway."""
    field = cast("Tag", rows.model._meta.get_field(tag))
    if insurer_id is not None:
        rows = rows.filter(insurer=insurer_id)
    return rows.filter(**{f"{tag}__in": keys.tags(texts, field.tagged_as, insurer_id)})


class Tag(_Binary):
    """By what a sealed text of the same row (`of`) is found again: worth nothing once the row's key is destroyed. NULL where there is no text."""

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "null": True})
        self.of = of

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    @property
    def tagged_as(self) -> str:
        """Return the name that its texts are tagged for (keys.tags)."""
        return f"{self.model._meta.db_table}.{self.of}"

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        text = getattr(model_instance, self.of)
        if not text:
            return None
        return cast("Sealing", model_instance).sealed_under().tag(text, self.tagged_as)
