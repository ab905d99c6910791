from __future__ import annotations

import pytest

from rollcall.stores.rules.api_keys import ApiKey, ApiKeyFormatError, mint_api_key, parse_api_key

KEY = ApiKey(public_part="A1b2C3d4E5f6", secret="0123456789abcdefghijABCDEFGHIJ42")
TEXT = "rck_A1b2C3d4E5f6_0123456789abcdefghijABCDEFGHIJ42"


class TestMintApiKey:
    def test_reads_back_what_it_wrote(self) -> None:
        key = mint_api_key()

        assert parse_api_key(key.text) == key

    def test_never_repeats_itself(self) -> None:
        assert len({mint_api_key().secret for _ in range(100)}) == 100


class TestParseApiKey:
    def test_takes_public_part_and_secret_apart(self) -> None:
        assert parse_api_key(KEY.text) == KEY

    def test_expects_the_checksum_of_all_before_it(self) -> None:
        assert KEY.text == TEXT + "1bgcuz"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "rck_",
            TEXT,
            KEY.text[:-1],
            KEY.text + "0",
            KEY.text + "\n",
            " " + KEY.text,
            KEY.text.replace("rck_", "rcx_"),
            KEY.text.replace("_", "-"),
            KEY.text.replace("A1b2", "Ä1b2"),
            "x" * 100_000,
        ],
    )
    def test_refuses_other_shapes(self, text: str) -> None:
        with pytest.raises(ApiKeyFormatError):
            parse_api_key(text)

    @pytest.mark.parametrize("position", [5, 20, len(KEY.text) - 1])
    def test_refuses_a_single_wrong_letter_without_repeating_the_key(self, position: int) -> None:
        letter = "Z" if KEY.text[position] != "Z" else "Y"
        mistyped = KEY.text[:position] + letter + KEY.text[position + 1 :]

        with pytest.raises(ApiKeyFormatError, match="mistyped") as caught:
            parse_api_key(mistyped)

        assert mistyped[17:49] not in str(caught.value)


class TestMatches:
    def test_knows_its_own_hash(self) -> None:
        assert KEY.matches(KEY.secret_hash)

    def test_refuses_the_hash_of_another_secret(self) -> None:
        assert not KEY.matches(mint_api_key().secret_hash)

    def test_hides_the_secret_from_representations(self) -> None:
        assert KEY.secret not in repr(KEY)
