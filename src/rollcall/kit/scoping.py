"""Models whose rows belong to a retailer, and that refuse to be touched without a Scope."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Generic, Self, TypeVar

from django.db import models

from rollcall.kit.scope import Scope, ScopeMissingError

ModelT = TypeVar("ModelT", bound=models.Model)


class ScopedQuerySet(models.QuerySet[ModelT], Generic[ModelT]):
    """A queryset that raises when it is about to reach the database without a Scope."""

    _scope_granted: bool = False
    _retailer_id: int | None = None

    def scoped(self, scope: Scope) -> Self:
        """Only the rows of the scope's retailer; new rows get its retailer."""
        narrowed = self.filter(retailer_id=scope.retailer_id)
        narrowed._scope_granted = True
        narrowed._retailer_id = scope.retailer_id
        return narrowed

    def across_retailers(self, *, reason: str) -> Self:
        """All retailers' rows: only for the installation's own upkeep.

        :param reason: said at the call, so that reviews find every such place.
        """
        if not reason:
            raise ScopeMissingError("reading across retailers needs a reason")
        widened = self.all()
        widened._scope_granted = True
        return widened

    def _require_scope(self) -> None:
        if not self._scope_granted:
            raise ScopeMissingError(f"{self.model.__name__} was used without a scope")

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]  # not in the stubs, stable since 1.0
        clone._scope_granted = self._scope_granted
        clone._retailer_id = self._retailer_id
        return clone

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._require_scope()
        super()._fetch_all()

    def _combine(self, other: object) -> None:
        """Let a queryset be joined with another only if both see the same rows."""
        if isinstance(other, ScopedQuerySet) and (
            self._scope_granted != other._scope_granted or self._retailer_id != other._retailer_id
        ):
            raise ScopeMissingError(f"rows of {self.model.__name__} of two scopes were joined")

    def _combinator_query(self, combinator: str, *others: Any, all: bool = False) -> Self:  # noqa: A002  # Django's name
        for other in others:
            self._combine(other)
        joined: Self = super()._combinator_query(combinator, *others, all=all)  # type: ignore[misc]  # not in the stubs
        return joined

    def __or__(self, other: Any) -> Self:
        self._combine(other)
        return super().__or__(other)

    def __and__(self, other: Any) -> Self:
        self._combine(other)
        return super().__and__(other)

    def __xor__(self, other: Any) -> Self:
        self._combine(other)
        joined: Self = super().__xor__(other)
        return joined

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._require_scope()
        return super().iterator(*args, **kwargs)

    def aiterator(self, chunk_size: int = 2000) -> AsyncIterator[Any]:
        self._require_scope()
        return super().aiterator(chunk_size)

    def explain(self, *args: Any, **kwargs: Any) -> str:
        self._require_scope()
        return super().explain(*args, **kwargs)

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        self._require_scope()
        if self._retailer_id is not None:
            raise ScopeMissingError("raw SQL cannot be kept to one retailer's rows")
        return super().raw(*args, **kwargs)

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._require_scope()
        return super().aggregate(*args, **kwargs)

    def count(self) -> int:
        self._require_scope()
        return super().count()

    def exists(self) -> bool:
        self._require_scope()
        return super().exists()

    def update(self, **kwargs: Any) -> int:
        self._require_scope()
        self._refuse_strangers(kwargs)
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._require_scope()
        return super().delete()

    def create(self, **kwargs: Any) -> ModelT:
        self._require_scope()
        self._refuse_strangers(kwargs)
        if self._retailer_id is not None and "retailer" not in kwargs:
            kwargs.setdefault("retailer_id", self._retailer_id)
        return super().create(**kwargs)

    def update_or_create(
        self,
        defaults: Mapping[str, Any] | None = None,
        create_defaults: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> tuple[ModelT, bool]:
        self._require_scope()
        self._refuse_strangers({**(defaults or {}), **kwargs})
        return super().update_or_create(defaults, create_defaults, **kwargs)

    def bulk_create(self, objs: Iterable[ModelT], *args: Any, **kwargs: Any) -> list[ModelT]:
        self._require_scope()
        return super().bulk_create(self._own(objs), *args, **kwargs)

    def bulk_update(self, objs: Iterable[ModelT], *args: Any, **kwargs: Any) -> int:
        self._require_scope()
        return super().bulk_update(self._own(objs), *args, **kwargs)

    def _own(self, objs: Iterable[ModelT]) -> list[ModelT]:
        rows = list(objs)
        for row in rows:
            self._refuse_strangers({"retailer_id": getattr(row, "retailer_id", None)})
        return rows

    def _refuse_strangers(self, values: Mapping[str, Any]) -> None:
        """Refuse values that would put a row into another retailer's hands."""
        if self._retailer_id is None:
            return
        given = {values["retailer_id"]} if "retailer_id" in values else set()
        if "retailer" in values:
            given.add(getattr(values["retailer"], "pk", values["retailer"]))
        if given - {self._retailer_id}:
            raise ScopeMissingError("a row of another retailer was about to be written")


class ScopedManager(models.Manager[ModelT], Generic[ModelT]):
    """The default manager of scoped models."""

    def get_queryset(self) -> ScopedQuerySet[ModelT]:
        return ScopedQuerySet(self.model, using=self._db)

    def scoped(self, scope: Scope) -> ScopedQuerySet[ModelT]:
        """See :meth:`ScopedQuerySet.scoped`."""
        return self.get_queryset().scoped(scope)

    def across_retailers(self, *, reason: str) -> ScopedQuerySet[ModelT]:
        """See :meth:`ScopedQuerySet.across_retailers`."""
        return self.get_queryset().across_retailers(reason=reason)


class ScopedModel(models.Model):
    """A row that belongs to a retailer. Every unique constraint carries ``retailer``."""

    retailer = models.ForeignKey("stores.Retailer", on_delete=models.PROTECT, related_name="+")

    objects = ScopedManager[Self]()

    class Meta:
        abstract = True


class BulkScopedModel(ScopedModel):
    """A scoped row of which there are millions: no check and no index on the retailer alone.

    Its retailer comes from a Scope, retailers are never deleted, and both would cost every row of
    every sync.
    """

    retailer = models.ForeignKey(
        "stores.Retailer",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    class Meta:
        abstract = True
