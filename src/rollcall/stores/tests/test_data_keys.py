from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.conf import LazySettings

from rollcall.audit.models import Entry
from rollcall.kit.crypto import MasterKeys, UnknownKeyIdError, UnsealError, new_key, sealed_key_id
from rollcall.kit.scope import Scope
from rollcall.stores.models import DataKey
from rollcall.stores.operations import rewrap_keys, rotate_data_key
from rollcall.stores.queries import forget_keys, get_keys

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
CONTEXT = b"test"


class TestRotateDataKey:
    def test_seals_with_the_new_key(self, scope_a: Scope) -> None:
        before = get_keys(scope_a).active_id

        key = rotate_data_key(scope_a, now=NOON)
        forget_keys()

        sealed = get_keys(scope_a).seal(b"x", context=CONTEXT)
        assert sealed_key_id(sealed) == key.pk != before

    def test_keeps_what_was_sealed_readable(self, scope_a: Scope) -> None:
        sealed = get_keys(scope_a).seal(b"x", context=CONTEXT)

        rotate_data_key(scope_a, now=NOON)
        forget_keys()

        assert get_keys(scope_a).unseal(sealed, context=CONTEXT) == b"x"

    def test_leaves_another_retailers_key(self, scope_a: Scope, scope_b: Scope) -> None:
        before = get_keys(scope_b).active_id

        rotate_data_key(scope_a, now=NOON)
        forget_keys()

        assert get_keys(scope_b).active_id == before


class TestGetKeys:
    def test_opens_what_another_process_sealed_after_a_rotation(self, scope_a: Scope) -> None:
        held = get_keys(scope_a)
        rotate_data_key(scope_a, now=NOON)
        forget_keys()
        sealed = get_keys(scope_a).seal(b"x", context=CONTEXT)

        assert held.unseal(sealed, context=CONTEXT) == b"x"

    def test_does_not_open_what_names_a_key_of_nobody(self, scope_a: Scope) -> None:
        keys = get_keys(scope_a)
        stranger = dataclasses.replace(keys, data={999_999: new_key()}, active_id=999_999)

        with pytest.raises(UnknownKeyIdError):
            keys.unseal(stranger.seal(b"x", context=CONTEXT), context=CONTEXT)


class TestRewrapKeys:
    def test_does_without_the_previous_master_key_afterwards(
        self, scope_a: Scope, settings: LazySettings
    ) -> None:
        sealed = get_keys(scope_a).seal(b"x", context=CONTEXT)
        old, new = settings.MASTER_KEYS.current, new_key()
        settings.MASTER_KEYS = MasterKeys(current=new, previous=(old,))

        count = rewrap_keys()
        settings.MASTER_KEYS = MasterKeys(current=new)
        forget_keys()

        assert count == 2
        assert get_keys(scope_a).unseal(sealed, context=CONTEXT) == b"x"

    def test_has_nothing_to_do_the_second_time(
        self, scope_a: Scope, settings: LazySettings
    ) -> None:
        settings.MASTER_KEYS = MasterKeys(
            current=new_key(), previous=(settings.MASTER_KEYS.current,)
        )
        rewrap_keys()

        assert rewrap_keys() == 0
        assert Entry.objects.scoped(scope_a).filter(action="key.rewrapped").count() == 1

    def test_changes_nothing_without_the_previous_master_key(
        self, scope_a: Scope, settings: LazySettings
    ) -> None:
        held = [bytes(key.wrapped) for key in DataKey.objects.scoped(scope_a).order_by("id")]
        settings.MASTER_KEYS = MasterKeys(current=new_key())

        with pytest.raises(UnsealError, match="not at hand"):
            rewrap_keys()

        now = [bytes(key.wrapped) for key in DataKey.objects.scoped(scope_a).order_by("id")]
        assert now == held
