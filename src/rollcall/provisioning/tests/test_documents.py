from __future__ import annotations

import textwrap

import pytest

from rollcall.provisioning.rules.documents import parse_documents
from rollcall.provisioning.rules.errors import ProvisioningError

GOOD = """\
retailer: {slug: alder, name: Alder Group}
stores:
  - {slug: alder-way, name: Alder Way, time_zone: America/Los_Angeles, jurisdiction: US-CA}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(ProvisioningError) as caught:
        parse_documents(textwrap.dedent(text).encode())
    return list(caught.value.problems)


class TestParseDocuments:
    def test_reads_a_retailer(self) -> None:
        (document,) = parse_documents(GOOD.encode())

        assert document.retailer.slug == "alder"
        assert document.stores[0].time_zone == "America/Los_Angeles"
        assert document.stores[0].active is None

    def test_says_that_a_file_is_empty(self) -> None:
        assert problems("# soon\n") == ["the file is empty"]

    @pytest.mark.parametrize("text", ["just text", "[1, 2]", "42"])
    def test_wants_a_mapping(self, text: str) -> None:
        assert problems(text) == ["has to be a mapping of names to values"]

    def test_names_the_path_of_a_wrong_time_zone(self) -> None:
        text = GOOD + "  - {slug: x, name: X, time_zone: Mars/Olympus, jurisdiction: US-CA}\n"

        assert problems(text) == ['stores[1].time_zone: "Mars/Olympus" is no IANA time zone']

    @pytest.mark.parametrize(
        "zone", ["PST8", "america/los_angeles", "../../etc/passwd", "Factory", "localtime", "''"]
    )
    def test_refuses_what_is_no_time_zone(self, zone: str) -> None:
        found = problems(GOOD.replace("America/Los_Angeles", zone))

        assert len(found) == 1
        assert found[0].startswith("stores[0].time_zone: ")

    def test_tells_all_problems_at_once(self) -> None:
        assert problems(
            """\
            retailer: {slug: Alder Group, name: ''}
            stores:
              - {slug: a--b, name: A, time_zone: UTC, jurisdiction: California}
            users:
              - {email: alice, role: owner, stores: some}
            """
        ) == [
            'retailer.slug: "Alder Group" is no slug (lower-case letters and digits, with single'
            " hyphens between)",
            "retailer.name: is empty",
            'stores[0].slug: "a--b" is no slug (lower-case letters and digits, with single hyphens'
            " between)",
            'stores[0].jurisdiction: "California" is no jurisdiction such as US-CA (ISO 3166-2)',
            "users[0].email: is no e-mail address",
            "users[0].role: has to be staff, manager or admin",
            'users[0].stores: has to be "all" or a list of stores',
        ]

    @pytest.mark.parametrize(
        ("contact", "problem"),
        [
            ("phone: '12'", "stores[0].phone: is no phone number"),
            ("phone: '" + "4155550101" * 50 + "'", "stores[0].phone: is no phone number"),
            ("phone: 4155550101", "stores[0].phone: has to be text (put it in quotes)"),
            ("email: nobody", "stores[0].email: is no e-mail address"),
        ],
    )
    def test_refuses_contacts_that_are_none(self, contact: str, problem: str) -> None:
        text = GOOD.replace("jurisdiction: US-CA}", f"jurisdiction: US-CA, {contact}}}")

        assert problems(text) == [problem]

    def test_names_what_is_missing(self) -> None:
        assert problems("stores: []") == ["retailer: is missing"]

    def test_guesses_what_a_misspelt_name_means(self) -> None:
        assert problems(GOOD + "kiosk: []\n") == ["kiosk: is not known here; did you mean kiosks?"]

    def test_wants_text_in_quotes_where_it_looks_like_a_number(self) -> None:
        text = GOOD + "kiosks: [{catalog_id: 42, name: Door, store: alder-way}]\n"

        assert problems(text) == ["kiosks[0].catalog_id: has to be text (put it in quotes)"]

    @pytest.mark.parametrize("catalog_id", ["a/b", "..", "a b", "'?x'", "-a", "x" * 61, "é"])
    def test_refuses_a_catalog_id_that_cannot_stand_in_an_address(self, catalog_id: str) -> None:
        text = GOOD + f"kiosks: [{{catalog_id: {catalog_id}, name: Door, store: alder-way}}]\n"

        (found,) = problems(text)
        assert found.startswith("kiosks[0].catalog_id: ")

    @pytest.mark.parametrize(
        ("section", "entry", "place"),
        [
            ("stores", "{slug: x, name: X, time_zone: UTC, jurisdiction: US-CA}", "slug"),
            ("kiosks", "{catalog_id: x, name: X, store: alder-way}", "catalog_id"),
            ("users", "{email: x@example.com, role: staff, stores: all}", "email"),
            ("connections", "{slug: x, kind: treez, stores: [alder-way]}", "slug"),
        ],
    )
    def test_refuses_the_same_name_twice(self, section: str, entry: str, place: str) -> None:
        text = f"retailer: {{slug: a, name: A}}\n{section}: [{entry}, {entry}]\n"

        assert problems(text) == [f"{section}[1].{place}: stands in {section}[0] already"]

    def test_knows_the_same_person_in_other_letters(self) -> None:
        entry = "{email: %s, role: staff, stores: all}"
        text = (
            "retailer: {slug: a, name: A}\n"
            f"users: [{entry % 'Dana@Example.com'}, {entry % 'dana@example.com'}]\n"
        )

        assert problems(text) == ["users[1].email: stands in users[0] already"]

    @pytest.mark.parametrize("password", ["hunter2-hunter2", "[x]", "42"])
    def test_refuses_a_password_in_the_file_without_repeating_it(self, password: str) -> None:
        text = GOOD + (
            f"users: [{{email: a@example.com, role: staff, stores: all, password: {password}}}]\n"
        )

        assert problems(text) == [
            "users[0].password: has to be {env: NAME} or {file: path}; the secret itself may not"
            " stand here"
        ]

    @pytest.mark.parametrize(
        "source",
        ["{}", "{env: A, file: b}", "{env: A, mint: true}", "{mint: false}", "{env: null}"],
    )
    def test_wants_exactly_one_source_of_a_key(self, source: str) -> None:
        text = GOOD + f"kiosks: [{{catalog_id: x, name: X, store: s, keys: [{source}]}}]\n"

        (found,) = problems(text)
        assert found.startswith("kiosks[0].keys[0]")

    def test_refuses_a_key_in_the_file_without_repeating_it(self) -> None:
        text = GOOD + "kiosks: [{catalog_id: x, name: X, store: s, keys: [rck_abc]}]\n"

        (found,) = problems(text)
        assert found.startswith("kiosks[0].keys[0]: has to be")
        assert "rck_abc" not in found

    def test_refuses_three_keys(self) -> None:
        keys = "[{env: A}, {env: B}, {env: C}]"
        text = GOOD + f"kiosks: [{{catalog_id: x, name: X, store: s, keys: {keys}}}]\n"

        assert problems(text) == ["kiosks[0].keys: has too many entries"]

    def test_lets_a_minted_key_stand_alone(self) -> None:
        keys = "[{mint: true}, {env: B}]"
        text = GOOD + f"kiosks: [{{catalog_id: x, name: X, store: s, keys: {keys}}}]\n"

        assert problems(text) == [
            "kiosks[0]: keys: mint: true stands alone; it makes a key if there is none"
        ]

    def test_refuses_a_name_that_is_no_variable(self) -> None:
        text = GOOD + (
            "users: [{email: a@example.com, role: staff, stores: all, password: {env: A-B}}]\n"
        )

        assert problems(text) == [
            "users[0].password: env: this is no name of an environment variable"
        ]

    def test_refuses_a_reset_to_nothing(self) -> None:
        text = GOOD + (
            "users: [{email: a@example.com, role: staff, stores: all, reset_password: true}]\n"
        )

        assert problems(text) == ["users[0]: reset_password needs a password"]

    def test_says_which_document_is_wrong(self) -> None:
        assert problems(GOOD + "---\nretailer: {slug: birch}\n") == [
            "document 2: retailer.name: is missing"
        ]

    def test_refuses_two_documents_of_one_retailer(self) -> None:
        assert problems(GOOD + "---\n" + GOOD) == [
            'document 2: retailer.slug: "alder" has document 1 already'
        ]
