"""The e-mail normaliser accepts what email-validator accepts, in lower case."""

from __future__ import annotations

import email_validator
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollcall.kit.normalise.email import email_key, email_normal
from rollcall.kit.normalise.tests.judges import library_email

SIGNS = "abzAZ019._+-%'@\" \\<>é\u0130\u212a\uff20\u200b\u202e\x00"
DOMAIN_SIGNS = "abzZ09.-\u212a\u00fc\u00df"


def dirty_addresses() -> st.SearchStrategy[str]:
    domain = st.text(alphabet=DOMAIN_SIGNS, min_size=1, max_size=12)
    end = st.sampled_from(
        [
            "com",
            "COM",
            "test",
            "invalid",
            "local",
            "onion",
            "arpa",
            "example",
            "c0m",
            "x",
            "xn--p1ai",
        ]
    )
    local = st.text(alphabet=SIGNS, max_size=10)
    return st.builds(lambda who, where, tld: f"{who}@{where}.{tld}", local, domain, end)


class TestEmailNormal:
    @pytest.mark.parametrize(
        ("text", "normal"),
        [
            ("Alice.Meyer@Example.COM", "alice.meyer@example.com"),
            ("  alice@example.org\n", "alice@example.org"),
            ("\ufeffalice@example.org\u200b", "alice@example.org"),
            ("alice+shop@gmail.com", "alice+shop@gmail.com"),
            ("o'neil@example.com", "o'neil@example.com"),
            ("alice@shop.test", "alice@shop.test"),
            ("alice@B\u00dcCHER.example", "alice@b\u00fccher.example"),
            ("alice@xn--bcher-kva.example", "alice@b\u00fccher.example"),
            ('"alice"@example.com', "alice@example.com"),
            ('"Alice Meyer"@example.com', '"alice meyer"@example.com'),
            ("JOS\u00c9@example.com", "jos\u00e9@example.com"),
        ],
    )
    def test_trims_and_lowers_what_is_valid(self, text: str, normal: str) -> None:
        assert email_normal(text) == normal

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "none",
            "N/A",
            "alice@",
            "@example.com",
            "alice@gmail",
            "alice@gmail,com",
            "alice..m@gmail.com",
            "alice @gmail.com",
            "alice@gmail.com, bob@gmail.com",
            "Alice <alice@example.com>",
            "alice@shop.invalid",
            "alice@printer.local",
            "alice@127.0.0.1",
            "a" * 250 + "@example.com",
            "alice@" + "b" * 64 + ".com",
            "alice@example.com\x00.org",
            "0@0-.0.com",
        ],
    )
    def test_is_none_for_what_is_not_valid(self, text: str) -> None:
        assert email_normal(text) is None

    @settings(deadline=None, max_examples=600)
    @given(dirty_addresses() | st.emails() | st.text(alphabet=SIGNS, max_size=15) | st.text())
    def test_agrees_with_the_library(self, text: str) -> None:
        assert email_normal(text) == library_email(text)

    @settings(deadline=None, max_examples=400)
    @given(dirty_addresses() | st.emails())
    def test_leaves_its_own_answer_alone(self, text: str) -> None:
        normal = email_normal(text)

        assert normal is None or email_normal(normal) == normal

    def test_leaves_the_library_as_it_was_for_others(self) -> None:
        email_normal("Alice@shop.test")

        assert "test" in email_validator.SPECIAL_USE_DOMAIN_NAMES
        assert email_validator.TEST_ENVIRONMENT is False


class TestEmailKey:
    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("A.li.ce+shop@Gmail.com", "alice@gmail.com"),
            ("alice@googlemail.com", "alice@gmail.com"),
            ("alice.meyer+shop@outlook.com", "alice.meyer@outlook.com"),
            ("alice+shop@icloud.com", "alice@icloud.com"),
            ("alice.meyer+shop@example.com", "alice.meyer+shop@example.com"),
            ("alice-shop@yahoo.com", "alice-shop@yahoo.com"),
            ("+shop@gmail.com", "+shop@gmail.com"),
            ("a.+shop@outlook.com", "a.+shop@outlook.com"),
            ("not an address", None),
        ],
    )
    def test_removes_only_what_the_provider_ignores(self, text: str, key: str | None) -> None:
        assert email_key(text) == key

    @settings(deadline=None, max_examples=300)
    @given(
        st.text(alphabet="ab.+", min_size=1, max_size=8),
        st.sampled_from(["gmail.com", "googlemail.com", "outlook.com", "example.com"]),
    )
    def test_leaves_its_own_answer_alone(self, local: str, domain: str) -> None:
        key = email_key(f"{local}@{domain}")

        assert key is None or email_key(key) == key
