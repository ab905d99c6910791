"""Connections: their sealed settings, and the customer list that they lead to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import orjson
from django.db import transaction
from pydantic import SecretBytes, SecretStr, ValidationError
from pydantic_core import to_jsonable_python

from rollcall.audit import operations as audit
from rollcall.customers.models import PosAccount, PosRecord
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.customers.queries.sealed import unseal
from rollcall.kit.crypto import UnsealError
from rollcall.kit.scope import Role, Scope, require
from rollcall.pos.contract import AccountInfo, PosSettings
from rollcall.pos.errors import PosNeedsHumanError
from rollcall.pos.registry import UnknownKindError, connector
from rollcall.pos.writing import WriteRules
from rollcall.stores.models import Store
from rollcall.stores.operations.saving import Action, Saved, existing, record_saved, save_row
from rollcall.stores.queries import get_keys
from rollcall.sync.models import AccountState, CustomerSync, PosConnection
from rollcall.sync.operations.schedules import ensure_schedule, plan_again
from rollcall.sync.rules import contexts

#: Error code: the POS answers for another list than the one that the connection is known to read.
ACCOUNT_CHANGED: Final = "account_changed"


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
    target = _find_target(
        scope, slug=slug, kind=kind, settings=settings, confirmed=confirm_account_change
    )
    left = (
        PosConnection.objects.scoped(scope).filter(slug=slug).values_list("account_id", flat=True)
    )
    touched = {account_id for account_id in (*left, target) if account_id is not None}
    values: dict[str, object] = {"kind": kind, "time_zone": time_zone, "account_id": target}
    if paused is not None:
        values["paused"] = paused
    saved = save_row(PosConnection.objects.scoped(scope), {"slug": slug}, values)
    if target is None and saved.row.account_id is not None:
        saved.row.account = None  # the next run learns it
        saved.row.save(update_fields=["account"])
        saved = existing(saved.row, [*saved.fields, "account_id"])
    changed = [
        *("account" if name == "account_id" else name for name in saved.fields),
        *_save_settings(scope, saved.row, settings),
        *_save_stores(saved.row, stores),
    ]
    for account_id in touched:
        _save_account_stores(scope, account_id)
    if saved.action is not Action.CREATED:
        saved = existing(saved.row, changed)
    if saved.action is Action.UPDATED:
        PosConnection.objects.scoped(scope).filter(pk=saved.row.pk).update(updated_at=now)
    _note_pause(scope, saved, now=now)
    record_saved(scope, "connection", saved)
    ensure_schedule(scope, saved.row, now=now)
    if "time_zone" in saved.fields:
        plan_again(scope, saved.row, now=now)
    return saved


def _note_pause(scope: Scope, saved: Saved[PosConnection], *, now: dt.datetime) -> None:
    if "paused" not in saved.fields and not (saved.action is Action.CREATED and saved.row.paused):
        return
    by, at = (str(scope.actor), now) if saved.row.paused else ("", None)
    PosConnection.objects.scoped(scope).filter(pk=saved.row.pk).update(paused_by=by, paused_at=at)


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


def write_rules(scope: Scope, connection: PosConnection) -> WriteRules:
    """Say what can be written through a connection.

    What its connector declares, if its settings cannot be opened: until somebody mends them,
    nothing is sent anyway.
    """
    found = connector(connection.kind)
    try:
        return found.write_rules(open_settings(scope, connection))
    except PosNeedsHumanError:
        return found.writes


def _refuse_foreign_slug(scope: Scope, slug: str) -> None:
    everywhere = PosConnection.objects.across_retailers(reason="commands name connections by slug")
    if everywhere.filter(slug=slug).exclude(retailer_id=scope.retailer_id).exists():
        raise ConnectionSlugTakenError(
            f"the connection {slug!r} belongs to another retailer; choose another slug"
        )


def _ensure_account(scope: Scope, *, kind: str, key: str, label: str = "") -> PosAccount:
    found, _ = PosAccount.objects.scoped(scope).get_or_create(
        retailer_id=scope.retailer_id,
        kind=kind,
        account_key=key,
        defaults={"label": label or key},
    )
    AccountState.objects.scoped(scope).get_or_create(
        retailer_id=scope.retailer_id, account_id=found.pk
    )
    return found


def _find_target(
    scope: Scope, *, slug: str, kind: str, settings: PosSettings, confirmed: bool
) -> int | None:
    """Which list the connection reads from now on; None if its POS has to say."""
    held = PosConnection.objects.scoped(scope).select_for_update().filter(slug=slug).first()
    key = connector(kind).account_key(settings)
    if key is not None:
        target = _ensure_account(scope, kind=kind, key=key)
        if held is not None and held.account_id not in (None, target.pk):
            _refuse_account_change(scope, held, str(target), confirmed=confirmed)
        return target.pk
    if held is None or held.account_id is None:
        return None
    if held.kind != kind:
        _refuse_account_change(scope, held, f"one of {kind}", confirmed=confirmed)
        return None
    return None if confirmed and _answers_for_another_list(scope, held) else held.account_id


def _answers_for_another_list(scope: Scope, held: PosConnection) -> bool:
    last = CustomerSync.objects.scoped(scope).filter(connection=held).order_by("-id").first()
    return last is not None and last.error_code == ACCOUNT_CHANGED


def _refuse_account_change(
    scope: Scope, held: PosConnection, target: str, *, confirmed: bool
) -> None:
    runs = CustomerSync.objects.scoped(scope).filter(connection=held)
    if runs.filter(state=CustomerSync.State.IN_PROGRESS).select_for_update().exists():
        raise AccountChangeError(
            f"the settings of {held.slug!r} lead to another customer list ({target}) while a sync"
            " of the present one is in progress; try again when it has ended"
        )
    records = PosRecord.objects.scoped(scope).filter(account_id=held.account_id)
    if not confirmed and records.exists():
        raise AccountChangeError(
            f"the settings of {held.slug!r} lead to another customer list ({target}) than the one"
            f" whose {records.count()} records are here ({held.account}); put the old settings"
            " back, add a second connection for the other list, or, if this connection shall"
            " really leave its list, say confirm_account_change: true"
        )


@transaction.atomic
def remember_account(scope: Scope, connection: PosConnection, info: AccountInfo) -> PosAccount:
    """Note whose list a connection reads, as its POS said. Idempotent.

    :raises PosNeedsHumanError: somebody else noted another list in the meantime.
    """
    account = _ensure_account(
        scope, kind=connection.kind, key=info.account_key, label=info.label or info.account_key
    )
    held = PosConnection.objects.scoped(scope).select_for_update().get(pk=connection.pk)
    if held.account_id not in (None, account.pk):
        raise PosNeedsHumanError(
            "the POS answers for another customer list than the one held here",
            code=ACCOUNT_CHANGED,
        )
    if held.account_id is None:
        PosConnection.objects.scoped(scope).filter(pk=held.pk).update(account_id=account.pk)
        _save_account_stores(scope, account.pk)
        audit.record(
            scope,
            "connection.account_learned",
            subject_kind="connection",
            subject_ids=[held.pk],
            context={"account": account.pk},
        )
    connection.account = account
    return account


def _save_account_stores(scope: Scope, account_id: int) -> None:
    readers = PosConnection.objects.scoped(scope).filter(account_id=account_id)
    stores = PosConnection.stores.through.objects.filter(posconnection__in=readers)
    set_account_stores(scope, account_id, set(stores.values_list("store_id", flat=True)))


def _save_settings(scope: Scope, row: PosConnection, settings: PosSettings) -> list[str]:
    """Seal the settings if they differ; returns names such as ``settings.api_key``."""
    held = orjson.loads(_open(scope, row)) if row.sealed_settings else {}
    # Only what was given: a default that a later version changes shall reach this connection.
    given = to_jsonable_python(_reveal(settings.model_dump(exclude_unset=True)))
    changed = [name for name in {**held, **given} if held.get(name) != given.get(name)]
    if changed or not row.sealed_settings:
        context = contexts.connection_settings(row.pk)
        row.sealed_settings = get_keys(scope).seal(orjson.dumps(given), context=context)
        row.credential_key = ""  # the next to open the connection learns it
        row.save(update_fields=["sealed_settings", "credential_key"])
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
