"""Bringing one retailer in line with one document, all or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from rollcall.customers.operations.priorities import set_priority
from rollcall.kit.crypto import UnsealError
from rollcall.kit.scope import Actor, Scope
from rollcall.orders.operations.catalogue import save_products
from rollcall.orders.operations.order_rules import save_order_rules
from rollcall.provisioning.operations.connecting import save_described, take_turns
from rollcall.provisioning.queries.preparing import Prepared
from rollcall.provisioning.rules.changes import Applied, Change, Minted
from rollcall.provisioning.rules.errors import ProvisioningError
from rollcall.provisioning.rules.file import (
    ConnectionPart,
    KeySource,
    KioskPart,
    SchedulePart,
    StorePart,
    UserPart,
)
from rollcall.stores.models import Kiosk, Store
from rollcall.stores.operations import (
    Action,
    CatalogIdTakenError,
    KioskKeyTakenError,
    Saved,
    TooManyKeysError,
    WeakPasswordError,
    mint_key,
    register_key,
    save_kiosk,
    save_person,
    save_retailer,
    save_store,
)
from rollcall.stores.queries import get_system_scope, list_stores
from rollcall.stores.queries.kiosks import active_keys
from rollcall.stores.rules.api_keys import ApiKeyFormatError
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.connections import (
    AccountChangeError,
    ConnectionSlugTakenError,
)
from rollcall.sync.operations.schedules import ScheduleChanges, ScheduleError, change_schedule

#: What can turn out only while writing, and names no secret.
_EXPECTED = (
    AccountChangeError,
    ApiKeyFormatError,
    CatalogIdTakenError,
    ConnectionSlugTakenError,
    KioskKeyTakenError,
    ScheduleError,
    TooManyKeysError,
    WeakPasswordError,
)


def apply_document(
    prepared: Prepared, *, actor: Actor, now: dt.datetime, dry_run: bool = False
) -> Applied:
    """Create and update what the document names; what it does not name stays as it is.

    One transaction; two applications at once take turns. Idempotent.

    :param dry_run: do it all, tell what it did, and take it back; no key is returned.
    :raises ProvisioningError: nothing was changed.
    """
    with transaction.atomic():
        take_turns()
        applied = _Application(prepared, actor=actor, now=now).run()
        if dry_run:
            transaction.set_rollback(True)
            return Applied(retailer=applied.retailer, changes=applied.changes)
    return applied


@contextmanager
def _at(place: str) -> Iterator[None]:
    try:
        yield
    except _EXPECTED as error:
        raise ProvisioningError([f"{place}: {error}"]) from error
    except UnsealError as error:
        raise ProvisioningError(
            [f"{place}: what is stored cannot be opened with the master key at hand"]
        ) from error


class _Application:
    """Collects what the writes changed."""

    def __init__(self, prepared: Prepared, *, actor: Actor, now: dt.datetime) -> None:
        self._prepared, self._document = prepared, prepared.document
        self._actor, self._now = actor, now
        self._changes: list[Change] = []
        self._minted: list[Minted] = []
        self._stores: dict[str, Store] = {}

    def run(self) -> Applied:
        part = self._document.retailer
        saved = save_retailer(slug=part.slug, name=part.name, actor=self._actor)
        self._note("retailer", part.slug, saved)
        scope = get_system_scope(saved.row.pk, actor=self._actor)
        self._save_stores(scope)
        self._each(scope, "kiosks", self._document.kiosks, self._save_kiosk)
        self._each(scope, "users", self._document.users, self._save_user)
        self._each(scope, "connections", self._document.connections, self._save_connection)
        self._save_priorities(scope)
        return Applied(retailer=part.slug, changes=self._changes, minted=self._minted)

    def _note(self, kind: str, slug: str, saved: Saved[Any]) -> None:
        if saved.action is not Action.UNCHANGED:
            self._changes.append(
                Change(kind=kind, slug=slug, action=saved.action.value, fields=saved.fields)
            )

    def _each(
        self,
        scope: Scope,
        section: str,
        parts: Sequence[Any],
        save: Callable[[Scope, int, Any], None],
    ) -> None:
        for position, part in enumerate(parts):
            with _at(f"{section}[{position}]"):
                save(scope, position, part)

    def _save_stores(self, scope: Scope) -> None:
        for part in self._document.stores:
            saved = save_store(
                scope,
                slug=part.slug,
                name=part.name,
                time_zone=part.time_zone,
                jurisdiction=part.jurisdiction,
                licence_type=part.licence_type,
                phone=part.phone,
                email=part.email,
                active=part.active,
            )
            self._note("store", part.slug, saved)
        self._stores = {store.slug: store for store in list_stores(scope)}
        for part in self._document.stores:
            self._save_products(scope, part)
            self._save_order_rules(scope, part)

    def _save_products(self, scope: Scope, part: StorePart) -> None:
        if not part.products:
            return
        for saved in save_products(scope, self._stores[part.slug], part.products):
            if saved.action is not Action.UNCHANGED:
                self._changes.append(
                    Change(
                        kind="product",
                        slug=f"{part.slug} {saved.sku}",
                        action=saved.action.value,
                        fields=saved.fields,
                    )
                )

    def _save_order_rules(self, scope: Scope, part: StorePart) -> None:
        if part.orders is None:
            return
        saved = save_order_rules(
            scope,
            self._stores[part.slug],
            anonymous=part.orders.anonymous,
            mail_to=part.orders.mail_to,
            mail_shopper=part.orders.mail_shopper,
            now=self._now,
        )
        self._note("order rules", part.slug, saved)

    def _save_priorities(self, scope: Scope) -> None:
        for name, kinds in self._document.source_priority.items():
            if set_priority(scope, name, kinds):
                self._changes.append(Change(kind="priority", slug=name, action="updated"))

    def _store(self, slug: str, place: str) -> Store:
        if slug not in self._stores:
            known = ", ".join(sorted(self._stores)) or "none"
            raise ProvisioningError(
                [f'{place}: there is no store "{slug}"; stores of this retailer: {known}']
            )
        return self._stores[slug]

    def _chosen_stores(self, slugs: Sequence[str], place: str) -> list[Store]:
        return [self._store(slug, f"{place}.stores[{number}]") for number, slug in enumerate(slugs)]

    def _save_kiosk(self, scope: Scope, position: int, part: KioskPart) -> None:
        saved = save_kiosk(
            scope,
            catalog_id=part.catalog_id,
            name=part.name,
            store=self._store(part.store, f"kiosks[{position}].store"),
            active=part.active,
        )
        self._note("kiosk", part.catalog_id, saved)
        for number, source in enumerate(part.keys):
            with _at(f"kiosks[{position}].keys[{number}]"):
                self._save_key(
                    scope, saved.row, source, self._prepared.keys.get((position, number))
                )

    def _save_key(self, scope: Scope, kiosk: Kiosk, source: KeySource, text: str | None) -> None:
        if source.mint:
            if active_keys(scope, kiosk, now=self._now).exists():
                return
            minted = mint_key(scope, kiosk, now=self._now)
            self._minted.append(Minted(catalog_id=kiosk.catalog_id, key=minted.text))
            self._note("key", kiosk.catalog_id, Saved(row=minted.row, action=Action.CREATED))
        else:
            self._note(
                "key", kiosk.catalog_id, register_key(scope, kiosk, text or "", now=self._now)
            )

    def _save_user(self, scope: Scope, position: int, part: UserPart) -> None:
        place = f"users[{position}]"
        saved = save_person(
            scope,
            email=part.email,
            role=part.role,
            stores=None if part.stores is None else self._chosen_stores(part.stores, place),
            name=part.name,
            password=self._prepared.passwords.get(position),
            reset_password=part.reset_password,
        )
        self._note("user", part.email, saved)

    def _save_connection(self, scope: Scope, position: int, part: ConnectionPart) -> None:
        stores = self._chosen_stores(part.stores, f"connections[{position}]")
        saved = save_described(
            scope,
            part,
            stores=stores,
            settings=self._prepared.settings[position],
            now=self._now,
        )
        self._note("connection", part.slug, saved)
        if part.schedule is not None:
            with _at(f"connections[{position}].schedule"):
                self._save_schedule(scope, saved.row, part.schedule)

    def _save_schedule(self, scope: Scope, row: PosConnection, part: SchedulePart) -> None:
        changes = ScheduleChanges(
            changes_every_s=part.changes_every_s,
            full_days=part.full_on,
            reconcile_days=part.reconcile_on,
            off_peak_from=part.off_peak_from,
            off_peak_until=part.off_peak_until,
        )
        self._note("schedule", row.slug, change_schedule(scope, row, changes, now=self._now))
