"""Connections: their sealed settings, and the customer list that they lead to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import orjson
from django.db import transaction
from pydantic import SecretBytes, SecretStr, ValidationError
from pydantic_core import to_jsonable_python

from rollcall.customers.models import PosAccount, PosRecord
from rollcall.customers.queries.sealed import unseal
from rollcall.kit.crypto import UnsealError
from rollcall.kit.scope import Role, Scope, require
from rollcall.pos.contract import PosSettings
from rollcall.pos.errors import PosNeedsHumanError
from rollcall.pos.registry import UnknownKindError, connector
from rollcall.stores.models import Store
from rollcall.stores.operations.saving import Action, Saved, existing, record_saved, save_row
from rollcall.stores.queries import get_keys
from rollcall.sync.models import AccountState, CustomerSync, PosConnection
from rollcall.sync.rules import contexts


class ConnectionSlugTakenError(ValueError):
    """Another retailer has a connection of this name."""


class AccountChangeError(RuntimeError):
    """The new settings lead to another customer list, and nobody said that this is meant."""


@transaction.atomic
def save_connection(
    scope: Scope,
    *,
    slug: str,
    kind: str,
    stores: Sequence[Store],
    time_zone: str,
    settings: PosSettings,
    paused: bool | None = None,
    confirm_account_change: bool = False,
    now: dt.datetime,
) -> Saved[PosConnection]:
    """Make a connection, or bring it in line. Idempotent.

    New credentials for the same customer list only change the sealed settings; the list's records,
    position and lease stay.

    :param kind: of the connector that ``settings`` belongs to.
    :param stores: exactly the stores that the connection serves.
    :param time_zone: IANA name.
    :param paused: no runs by workers while True; None leaves it as it is.
    :param confirm_account_change: lead the connection to another list although records of the one
        it reads now are here; they stay, but nobody reads their list any more.
    :raises ConnectionSlugTakenError: another retailer has this name.
    :raises AccountChangeError: see ``confirm_account_change``.
    :raises UnknownKindError: no such connector.
    """
    require(scope, Role.ADMIN)
    _refuse_foreign_slug(scope, slug)
    target = _ensure_account(scope, kind=kind, key=connector(kind).account_key(settings))
    _refuse_account_change(scope, slug, target, confirmed=confirm_account_change)
    values: dict[str, object] = {"kind": kind, "time_zone": time_zone, "account_id": target.pk}
    if paused is not None:
        values["paused"] = paused
    saved = save_row(PosConnection.objects.scoped(scope), {"slug": slug}, values)
    changed = [
        *("account" if name == "account_id" else name for name in saved.fields),
        *_save_settings(scope, saved.row, settings),
        *_save_stores(saved.row, stores),
    ]
    if saved.action is not Action.CREATED:
        saved = existing(saved.row, changed)
    if saved.action is Action.UPDATED:
        PosConnection.objects.scoped(scope).filter(pk=saved.row.pk).update(updated_at=now)
    record_saved(scope, "connection", saved)
    return saved


def open_settings(scope: Scope, connection: PosConnection) -> PosSettings:
    """Unseal a connection's settings, secrets included; never log or show them.

    :raises PosNeedsHumanError: they cannot be opened, or do not fit the connector (any more).
    """
    try:
        model: type[PosSettings] = connector(connection.kind).settings_model
        return model.model_validate_json(_open(scope, connection))
    except UnknownKindError as error:
        raise PosNeedsHumanError(str(error), code="kind_unknown") from error
    except UnsealError as error:
        raise PosNeedsHumanError(
            "the connection's settings cannot be opened with the keys at hand",
            code="settings_sealed",
        ) from error
    except ValidationError as error:
        names = sorted({".".join(map(str, one["loc"])) or "settings" for one in error.errors()})
        # The cause is cut off: it may repeat a secret.
        raise PosNeedsHumanError(
            f"the connection's settings need a correction ({', '.join(names)}); run rollcall apply",
            code="settings_invalid",
        ) from None


def _refuse_foreign_slug(scope: Scope, slug: str) -> None:
    everywhere = PosConnection.objects.across_retailers(reason="commands name connections by slug")
    if everywhere.filter(slug=slug).exclude(retailer_id=scope.retailer_id).exists():
        raise ConnectionSlugTakenError(
            f"the connection {slug!r} belongs to another retailer; choose another slug"
        )


def _ensure_account(scope: Scope, *, kind: str, key: str) -> PosAccount:
    found, _ = PosAccount.objects.scoped(scope).get_or_create(
        retailer_id=scope.retailer_id, kind=kind, account_key=key, defaults={"label": key}
    )
    AccountState.objects.scoped(scope).get_or_create(
        retailer_id=scope.retailer_id, account_id=found.pk
    )
    return found


def _refuse_account_change(scope: Scope, slug: str, target: PosAccount, *, confirmed: bool) -> None:
    held = PosConnection.objects.scoped(scope).select_for_update().filter(slug=slug).first()
    if held is None or held.account_id in (None, target.pk):
        return
    runs = CustomerSync.objects.scoped(scope).filter(connection=held)
    if runs.filter(state=CustomerSync.State.IN_PROGRESS).select_for_update().exists():
        raise AccountChangeError(
            f"the settings of {slug!r} lead to another customer list ({target}) while a sync of"
            " the present one is in progress; try again when it has ended"
        )
    records = PosRecord.objects.scoped(scope).filter(account_id=held.account_id)
    if not confirmed and records.exists():
        raise AccountChangeError(
            f"the settings of {slug!r} lead to another customer list ({target}) than the one whose"
            f" {records.count()} records are here ({held.account}); put the old settings back, add"
            " a second connection for the other list, or, if this connection shall really leave"
            " its list, say confirm_account_change: true"
        )


def _save_settings(scope: Scope, row: PosConnection, settings: PosSettings) -> list[str]:
    """Seal the settings if they differ; returns names such as ``settings.api_key``."""
    held = orjson.loads(_open(scope, row)) if row.sealed_settings else {}
    # Only what was given: a default that a later version changes shall reach this connection.
    given = to_jsonable_python(_reveal(settings.model_dump(exclude_unset=True)))
    changed = [name for name in {**held, **given} if held.get(name) != given.get(name)]
    if changed or not row.sealed_settings:
        context = contexts.connection_settings(row.pk)
        row.sealed_settings = get_keys(scope).seal(orjson.dumps(given), context=context)
        row.save(update_fields=["sealed_settings"])
    return [f"settings.{name}" for name in changed]


def _open(scope: Scope, row: PosConnection) -> bytes:
    return unseal(scope, row.sealed_settings, context=contexts.connection_settings(row.pk))


def _reveal(value: object) -> object:
    """Turn secrets into what they hide, at any depth."""
    if isinstance(value, SecretStr | SecretBytes):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return {name: _reveal(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_reveal(one) for one in value]
    return value


def _save_stores(row: PosConnection, stores: Sequence[Store]) -> list[str]:
    """Make these the connection's stores; says whether that changed anything."""
    links = PosConnection.stores.through.objects.filter(posconnection_id=row.pk)
    held = set(links.values_list("store_id", flat=True))
    wanted = {store.pk for store in stores}
    links.filter(store_id__in=held - wanted).delete()
    row.stores.add(*(wanted - held))
    return ["stores"] if held != wanted else []
