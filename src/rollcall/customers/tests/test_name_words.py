"""The dictionary of name words, and the records that have them."""

from __future__ import annotations

import pytest

from rollcall.customers.models import NameToken, PosAccount, PosRecord, RecordName
from rollcall.customers.operations.name_words import count_uses
from rollcall.customers.rules.name_words import LONGEST_WORD, MOST_WORDS, name_words
from rollcall.kit.scope import Scope
from rollcall.testing.fixtures import Ingest, incoming

pytestmark = pytest.mark.django_db


def words_of(scope: Scope, external_id: str) -> dict[str, int]:
    record = PosRecord.objects.scoped(scope).get(external_id=external_id)
    names = RecordName.objects.scoped(scope).filter(record=record).select_related("token")
    return {name.token.token: name.part for name in names}


class TestNameWords:
    def test_fold_and_name_the_part_of_every_word(self) -> None:
        assert name_words(
            {"given_name": "José", "family_name": "O'Neil-Łukasz", "nickname": "Pepe"}
        ) == {"jose": 1, "oneil": 2, "lukasz": 2, "pepe": 4}

    def test_add_up_the_parts_of_a_word_that_occurs_twice(self) -> None:
        assert name_words({"given_name": "James", "family_name": "James"}) == {"james": 3}

    def test_are_bounded_in_number_and_length(self) -> None:
        found = name_words({"given_name": " ".join(f"{n}x" for n in range(99)), "nickname": None})
        long = name_words({"family_name": "x" * 400})

        assert (len(found), list(long)) == (MOST_WORDS, ["x" * LONGEST_WORD])

    def test_of_values_that_are_no_text_are_none(self) -> None:
        assert name_words({"given_name": 7, "family_name": ["Ana"], "nickname": ""}) == {}


class TestIngest:
    def test_notes_the_words_of_a_new_record(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        rows = [incoming(scope_a, "1", given_name="Ana María", family_name="De la Cruz")]
        ingest(scope_a, account_a, rows)

        assert words_of(scope_a, "1") == {"ana": 1, "maria": 1, "de": 2, "la": 2, "cruz": 2}

    def test_replaces_the_words_of_a_renamed_record(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(scope_a, account_a, [incoming(scope_a, "1", given_name="Ana", family_name="Cruz")])
        ingest(scope_a, account_a, [incoming(scope_a, "1", given_name="Cruz", family_name="Lee")])

        assert words_of(scope_a, "1") == {"cruz": 1, "lee": 2}

    def test_leaves_the_words_of_other_records_alone(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(
            scope_a,
            account_a,
            [incoming(scope_a, "1", given_name="Ana"), incoming(scope_a, "2", given_name="Ana")],
        )
        ingest(scope_a, account_a, [incoming(scope_a, "1", given_name="Eva")])

        assert (words_of(scope_a, "1"), words_of(scope_a, "2")) == ({"eva": 1}, {"ana": 1})

    def test_keeps_each_word_once_a_retailer(
        self, scope_a: Scope, scope_b: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        for external_id in ("1", "2"):
            ingest(scope_a, account_a, [incoming(scope_a, external_id, given_name="Ana")])

        assert list(NameToken.objects.scoped(scope_a).values_list("token", flat=True)) == ["ana"]
        assert not NameToken.objects.scoped(scope_b).exists()

    def test_survives_names_made_of_anything(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        odd = "😀 ‮מרים 李 " + "y" * 3000
        ingest(scope_a, account_a, [incoming(scope_a, "1", given_name=odd)])

        assert set(words_of(scope_a, "1")) == {"מרים", "李", "y" * LONGEST_WORD}


class TestCountUses:
    def test_counts_records_a_word(
        self, scope_a: Scope, account_a: PosAccount, ingest: Ingest
    ) -> None:
        ingest(
            scope_a,
            account_a,
            [incoming(scope_a, "1", given_name="Ana"), incoming(scope_a, "2", given_name="Ana")],
        )

        count_uses(scope_a)

        assert NameToken.objects.scoped(scope_a).get().uses == 2
