from __future__ import annotations

import pytest

from rollcall.customers.rules.masking import mask_email, mask_name, mask_phone


class TestMaskName:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("Nora Okafor", "N••• O•••"),
            ("Ng", "N•••"),
            ("", ""),
            ("a b c d e f", "a••• b••• c••• d•••"),
        ],
    )
    def test_shows_initials(self, name: str, shown: str) -> None:
        assert mask_name(name) == shown


class TestMaskPhone:
    @pytest.mark.parametrize(
        ("phone", "shown"), [("+14155550177", "••• 77"), ("", ""), ("12345", "•••"), ("x", "•••")]
    )
    def test_shows_two_digits_of_a_whole_number(self, phone: str, shown: str) -> None:
        assert mask_phone(phone) == shown


class TestMaskEmail:
    @pytest.mark.parametrize(
        ("email", "shown"),
        [
            ("nora@example.com", "n•••@e•••.com"),
            ("nora@mail.example.co.uk", "n•••@m•••.uk"),
            ("", ""),
            ("nora", "•••"),
            ("@example.com", "•••"),
            ("nora@", "•••"),
            ("nora@localhost", "•••"),
        ],
    )
    def test_shows_a_letter_of_each_part(self, email: str, shown: str) -> None:
        assert mask_email(email) == shown
