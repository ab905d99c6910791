from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.customers.rules.packing import pack_raw, unpack_raw
from rollcall.customers.rules.sealed import (
    SealedFields,
    compare,
    first_reading,
)
from rollcall.kit.fields import FieldValue

T1, T2, T3 = "2026-11-18T00:00:00+00:00", "2026-11-19T00:00:00+00:00", "2026-11-20T00:00:00+00:00"
FIRST = first_reading({"email": "a@example.com", "notes": "x", "banned": False}, at=T1)

readings = st.dictionaries(
    st.sampled_from(["email", "phone", "banned", "groups", "loyalty_points"]),
    st.one_of(
        st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["a", "b"]),
        st.lists(st.sampled_from(["g", "h"]), max_size=2),
    ),
)  # fmt: skip


class TestFirstReading:
    def test_leaves_empty_values_out_but_not_false_and_zero(self) -> None:
        fields = first_reading(
            {"email": None, "groups": [], "banned": False, "loyalty_points": 0, "notes": ""}, at=T1
        )

        assert fields.values == {"banned": False, "loyalty_points": 0, "notes": ""}
        assert fields.changed_at("banned") == T1


class TestCompare:
    def test_keeps_what_was_not_mentioned(self) -> None:
        difference = compare(FIRST, {"notes": "x"}, at=T2)

        assert difference.changes == {}
        assert difference.fields == FIRST

    def test_drops_what_is_said_to_be_empty(self) -> None:
        difference = compare(FIRST, {"email": None}, at=T2)

        assert difference.changes == {"email": ("a@example.com", None)}
        assert difference.fields.values == {"notes": "x", "banned": False}
        assert difference.fields.changed_at("email") == T2

    def test_takes_no_for_another_answer_than_never_asked(self) -> None:
        assert compare(FIRST, {"banned": None}, at=T2).changes == {"banned": (False, None)}

    @pytest.mark.parametrize("empty", [None, []])
    def test_sees_no_change_from_nothing_to_empty(self, empty: FieldValue) -> None:
        assert compare(FIRST, {"groups": empty}, at=T2).changes == {}

    def test_empties_a_list(self) -> None:
        grouped = first_reading({"groups": ["Locals"]}, at=T1)

        assert compare(grouped, {"groups": []}, at=T2).changes == {"groups": (["Locals"], None)}

    def test_remembers_when_each_field_last_changed(self) -> None:
        second = compare(FIRST, {"email": "b@example.com", "phone": "1"}, at=T2).fields

        third = compare(second, {"email": "b@example.com", "notes": "y"}, at=T3).fields

        times = {field: third.changed_at(field) for field in third.values}
        assert times == {"email": T2, "phone": T2, "notes": T3, "banned": T1}

    def test_sees_a_change_in_the_order_of_words(self) -> None:
        grouped = first_reading({"groups": ["a", "b"]}, at=T1)

        assert compare(grouped, {"groups": ["b", "a"]}, at=T2).changes == {
            "groups": (["a", "b"], ["b", "a"])
        }

    @given(readings, readings)
    def test_a_second_time_changes_nothing(
        self, old: dict[str, FieldValue], new: dict[str, FieldValue]
    ) -> None:
        once = compare(first_reading(old, at=T1), new, at=T2).fields

        again = compare(once, new, at=T3)

        assert (again.changes, again.fields) == ({}, once)

    @given(readings, readings)
    def test_the_changes_lead_back(
        self, old: dict[str, FieldValue], new: dict[str, FieldValue]
    ) -> None:
        before = first_reading(old, at=T1)
        difference = compare(before, new, at=T2)

        undone = compare(
            difference.fields, {name: was for name, (was, _) in difference.changes.items()}, at=T3
        )

        assert undone.fields.values == before.values


class TestJson:
    @given(readings)
    def test_comes_back_as_it_went(self, values: dict[str, FieldValue]) -> None:
        fields = compare(first_reading(values, at=T1), {"email": "z"}, at=T2).fields

        assert SealedFields.from_json(fields.to_json()) == fields


class TestRaw:
    @given(st.binary())
    def test_comes_back_as_it_went(self, raw: bytes) -> None:
        assert unpack_raw(pack_raw(raw)) == raw

    def test_gets_smaller(self) -> None:
        assert len(pack_raw(b'{"first_name": "ANA"}' * 50)) < 200
