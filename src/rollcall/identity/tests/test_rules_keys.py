from __future__ import annotations

from rollcall.identity.models import KeyKind
from rollcall.identity.queries.blocking import HashedKey, hash_keys
from rollcall.identity.rules.evidence import Evidence, evidence_of
from rollcall.identity.rules.generic import SEED, count_people, learn_generic
from rollcall.identity.rules.keys import KEY_KINDS, blocking_keys
from rollcall.kit.scope import Scope
from rollcall.stores.queries import get_keys


class TestBlockingKeys:
    def test_gives_every_kind_for_a_full_record(self) -> None:
        record = evidence_of(
            {
                "given_name": "Xavier",
                "family_name": "Halloran",
                "born_on": "1988-04-02",
                "phone": "4159675098",
                "email": "xh@example.com",
                "licence": "D1234567",
                "medical_id": "MM123456",
                "street": "12 Main St",
                "zip": "94601",
            }
        )
        assert {key[0] for key in blocking_keys(record)} == set(KEY_KINDS)

    def test_gives_none_for_nothing(self) -> None:
        assert blocking_keys(Evidence()) == ()

    def test_lets_swapped_names_meet(self) -> None:
        one = evidence_of({"given_name": "Ana", "family_name": "Vu", "born_on": "1988-04-02"})
        other = evidence_of({"given_name": "Vu", "family_name": "Ana", "born_on": "1988-04-02"})
        assert set(blocking_keys(one)) == set(blocking_keys(other))

    def test_lets_short_forms_meet(self) -> None:
        one = evidence_of({"given_name": "Bob", "born_on": "1988-04-02"})
        other = evidence_of({"given_name": "Robert", "born_on": "1988-04-02"})
        assert blocking_keys(one) == blocking_keys(other)

    def test_lets_either_of_two_family_names_meet(self) -> None:
        two = evidence_of({"family_name": "Garcia Lopez", "born_on": "1988-04-02"})
        one = evidence_of({"family_name": "Lopez", "born_on": "1988-04-02"})
        assert set(blocking_keys(one)) < set(blocking_keys(two))


class TestHashedKeys:
    def test_hashes_each_key_for_its_retailer_alone(self, scope_a: Scope, scope_b: Scope) -> None:
        record = Evidence(phone="+14159675098", email="a@example.com")
        assert hash_keys(scope_a, record) == [
            HashedKey(KeyKind.PHONE, get_keys(scope_a).blind("match phone", "+14159675098")),
            HashedKey(KeyKind.EMAIL, get_keys(scope_a).blind("match email", "a@example.com")),
        ]
        assert not {*hash_keys(scope_a, record)} & {*hash_keys(scope_b, record)}


def holders(count: int, **values: str) -> list[Evidence]:
    return [
        Evidence(given=f"{chr(97 + n)}name", family=f"family{n}", **values) for n in range(count)
    ]


class TestLearnGeneric:
    def test_finds_a_phone_of_seven_people(self) -> None:
        generic = learn_generic(holders(7, phone="+14159675098"))
        assert generic.without(Evidence(given="x", phone="+14159675098")) == Evidence(given="x")

    def test_leaves_a_family_its_phone(self) -> None:
        record = Evidence(phone="+14159675098")
        assert learn_generic(holders(6, phone="+14159675098")).without(record) == record

    def test_drops_the_state_with_the_licence(self) -> None:
        generic = learn_generic(holders(4, licence="D1234567"))
        assert generic.without(Evidence(licence="D1234567", licence_state="CA")) == Evidence()

    def test_finds_a_birth_date_that_a_system_fills_in(self) -> None:
        days = [Evidence(born=f"19{n:02d}-05-17") for n in range(50, 90)]
        generic = learn_generic(days + [Evidence(born="1990-01-01")] * 21)
        assert generic.values["born"] - SEED["born"] == {"1990-01-01"}

    def test_forgets_what_is_shared_no_more(self) -> None:
        people = holders(7, email="till@example.com")
        assert "till@example.com" in learn_generic(people).values["email"]
        assert "till@example.com" not in learn_generic(people[:6]).values["email"]


class TestCountPeople:
    def test_counts_names(self) -> None:
        assert count_people(holders(5)) == 5

    def test_does_not_count_slips_of_one_persons_name(self) -> None:
        assert count_people(holders(5, born="1988-04-02")) == 1
