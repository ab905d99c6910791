from __future__ import annotations

import base64

import pytest

from rollcall.kit.crypto import (
    KEY_BYTES,
    KeyFormatError,
    MasterKeys,
    RetailerKeys,
    UnknownKeyIdError,
    UnsealError,
    format_key,
    key_fingerprint,
    new_key,
    parse_key,
    seal_alone,
    sealed_key_id,
    unseal_alone,
)

KEY_1, KEY_2, KEY_3 = (bytes([number]) * KEY_BYTES for number in (1, 2, 3))
CONTEXT = b"record fields 7 1042"


def keys_of(
    retailer_id: int = 1, *, data: dict[int, bytes] | None = None, active: int = 7,
    index: bytes = KEY_3,
) -> RetailerKeys:  # fmt: skip
    return RetailerKeys(
        retailer_id=retailer_id, data=data or {7: KEY_1}, active_id=active, index=index
    )


class TestSeal:
    @pytest.mark.parametrize("plain", [b"", b"x", b"ana.reyes@example.com", bytes(100_000)])
    def test_gives_back_what_was_sealed(self, plain: bytes) -> None:
        keys = keys_of()

        sealed = keys.seal(plain, context=CONTEXT)

        assert keys.unseal(sealed, context=CONTEXT) == plain

    def test_never_gives_the_same_bytes_twice(self) -> None:
        keys = keys_of()

        assert keys.seal(b"x", context=CONTEXT) != keys.seal(b"x", context=CONTEXT)

    def test_tells_nothing_of_the_value(self) -> None:
        assert b"ana.reyes" not in keys_of().seal(b"ana.reyes@example.com", context=CONTEXT)

    def test_names_the_active_key(self) -> None:
        keys = keys_of(data={7: KEY_1, 4_000_000_000: KEY_2}, active=4_000_000_000)

        assert sealed_key_id(keys.seal(b"x", context=CONTEXT)) == 4_000_000_000


class TestUnseal:
    def test_opens_what_a_retired_key_sealed(self) -> None:
        sealed = keys_of().seal(b"x", context=CONTEXT)
        rotated = keys_of(data={7: KEY_1, 8: KEY_2}, active=8)

        assert rotated.unseal(sealed, context=CONTEXT) == b"x"

    def test_refuses_another_context(self) -> None:
        sealed = keys_of().seal(b"x", context=CONTEXT)

        with pytest.raises(UnsealError, match="does not belong here"):
            keys_of().unseal(sealed, context=b"record fields 7 1043")

    def test_refuses_another_key_of_the_same_id(self) -> None:
        sealed = keys_of().seal(b"x", context=CONTEXT)

        with pytest.raises(UnsealError, match="does not belong here"):
            keys_of(data={7: KEY_2}).unseal(sealed, context=CONTEXT)

    def test_says_which_key_is_not_at_hand(self) -> None:
        sealed = keys_of().seal(b"x", context=CONTEXT)

        with pytest.raises(UnknownKeyIdError) as refused:
            keys_of(data={8: KEY_1}, active=8).unseal(sealed, context=CONTEXT)

        assert refused.value.key_id == 7

    def test_refuses_any_byte_that_was_changed(self) -> None:
        keys = keys_of()
        sealed = keys.seal(b"secret", context=CONTEXT)

        for position in range(len(sealed)):
            tampered = bytearray(sealed)
            tampered[position] ^= 1
            with pytest.raises(UnsealError):
                keys.unseal(bytes(tampered), context=CONTEXT)

    def test_refuses_any_length_but_its_own(self) -> None:
        keys = keys_of()
        sealed = keys.seal(b"secret", context=CONTEXT)

        for cut in [*(sealed[:length] for length in range(len(sealed))), sealed + b"\0"]:
            with pytest.raises(UnsealError):
                keys.unseal(cut, context=CONTEXT)

    def test_does_not_repeat_the_value_in_its_error(self) -> None:
        sealed = keys_of().seal(b"secret", context=CONTEXT)

        with pytest.raises(UnsealError) as refused:
            keys_of(data={7: KEY_2}).unseal(sealed, context=CONTEXT)

        assert "secret" not in repr(refused.value)


class TestSealedKeyId:
    @pytest.mark.parametrize("sealed", [b"", b"\x01\x00\x00\x00"])
    def test_refuses_what_is_too_short_to_name_one(self, sealed: bytes) -> None:
        with pytest.raises(UnsealError, match="too short"):
            sealed_key_id(sealed)


class TestBlind:
    def test_is_the_same_for_the_same_value(self) -> None:
        assert keys_of().blind("email", "a@example.com") == keys_of(retailer_id=2).blind(
            "email", "a@example.com"
        )

    def test_is_known(self) -> None:
        # Stored in every row: another answer for the same key would lose everybody.
        assert keys_of().blind("phone", "+14155550134") == -6425449830736608767

    @pytest.mark.parametrize("other", ["phone", "emai", "email\0"])
    def test_differs_by_purpose(self, other: str) -> None:
        assert keys_of().blind("email", "x") != keys_of().blind(other, "x")

    def test_differs_by_value(self) -> None:
        assert keys_of().blind("email", "x") != keys_of().blind("email", "y")

    def test_differs_by_retailer(self) -> None:
        assert keys_of().blind("email", "x") != keys_of(index=KEY_2).blind("email", "x")

    def test_outlives_a_rotation_of_data_keys(self) -> None:
        rotated = keys_of(data={7: KEY_1, 8: KEY_2}, active=8)

        assert keys_of().blind("email", "x") == rotated.blind("email", "x")

    def test_fits_a_signed_bigint(self) -> None:
        found = [keys_of().blind("email", str(number)) for number in range(200)]

        assert all(-(2**63) <= value < 2**63 for value in found)
        assert any(value < 0 for value in found)

    def test_takes_text_that_cannot_be_encoded(self) -> None:
        assert keys_of().blind("email", "\ud800") != keys_of().blind("email", "\ud801")


class TestContentHash:
    def test_is_sixteen_bytes_that_depend_on_content_and_key(self) -> None:
        here = keys_of().content_hash(b"row")

        assert len(here) == 16
        assert here == keys_of().content_hash(b"row")
        assert here != keys_of().content_hash(b"row ")
        assert here != keys_of(index=KEY_2).content_hash(b"row")


class TestParseKey:
    @pytest.mark.parametrize(
        "text",
        [
            KEY_1.hex(),
            KEY_1.hex().upper(),
            base64.b64encode(KEY_1).decode(),
            f"  {base64.b64encode(KEY_1).decode()}\n",
        ],
    )
    def test_takes_base64_and_hexadecimal_digits(self, text: str) -> None:
        assert parse_key(text) == KEY_1

    def test_takes_what_format_key_gives(self) -> None:
        key = new_key()

        assert parse_key(format_key(key)) == key

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "secret passphrase",
            "é" * 44,
            base64.b64encode(bytes(31)).decode(),
            base64.b64encode(bytes(33)).decode(),
            base64.b64encode(b"\xff" * 48).decode(),
            "0" * 63,
            "0" * 65,
            " ".join(["00"] * 21) + "0",
            base64.b64encode(KEY_1).decode().rstrip("="),
        ],
    )
    def test_refuses_anything_else_without_repeating_it(self, text: str) -> None:
        with pytest.raises(KeyFormatError) as refused:
            parse_key(text)

        assert str(refused.value) == "a key is 32 bytes as base64 or hexadecimal digits"


class TestFingerprint:
    def test_names_a_key_without_telling_it(self) -> None:
        name = key_fingerprint(KEY_1)

        assert name == key_fingerprint(KEY_1)
        assert name != key_fingerprint(KEY_2)
        assert len(name) == 12
        assert name not in KEY_1.hex()


class TestMasterKeys:
    def test_unwraps_what_it_wrapped(self) -> None:
        master = MasterKeys(current=KEY_1)

        wrapped = master.wrap(KEY_2, context=b"retailer 1")

        assert wrapped != master.wrap(KEY_2, context=b"retailer 1")
        assert (
            master.unwrap(wrapped, master_key_id=master.current_id, context=b"retailer 1") == KEY_2
        )

    def test_unwraps_what_the_previous_key_wrapped(self) -> None:
        before = MasterKeys(current=KEY_1)
        wrapped = before.wrap(KEY_2, context=b"c")
        now = MasterKeys(current=KEY_3, previous=(KEY_1,))

        assert now.unwrap(wrapped, master_key_id=before.current_id, context=b"c") == KEY_2
        assert now.current_id == key_fingerprint(KEY_3)

    @pytest.mark.parametrize("cut", range(60))
    def test_refuses_what_was_cut_off(self, cut: int) -> None:
        master = MasterKeys(current=KEY_1)
        wrapped = master.wrap(KEY_2, context=b"c")

        with pytest.raises(UnsealError):
            master.unwrap(wrapped[:cut], master_key_id=master.current_id, context=b"c")

    def test_refuses_another_context(self) -> None:
        master = MasterKeys(current=KEY_1)
        wrapped = master.wrap(KEY_2, context=b"retailer 1")

        with pytest.raises(UnsealError, match="does not fit"):
            master.unwrap(wrapped, master_key_id=master.current_id, context=b"retailer 2")

    def test_names_the_key_that_is_not_at_hand(self) -> None:
        other = MasterKeys(current=KEY_2)
        wrapped = other.wrap(KEY_3, context=b"c")

        with pytest.raises(UnsealError, match=f"{other.current_id} is not at hand"):
            MasterKeys(current=KEY_1).unwrap(wrapped, master_key_id=other.current_id, context=b"c")


class TestRepr:
    def test_shows_no_key(self) -> None:
        secrets = [key for one in (KEY_1, KEY_2, KEY_3) for key in (repr(one), one.hex(), str(one))]
        keys = keys_of(data={7: KEY_1, 8: KEY_2})
        keys.seal(b"x", context=CONTEXT)

        shown = repr(keys) + repr(MasterKeys(current=KEY_1, previous=(KEY_2,)))

        assert not any(secret in shown for secret in secrets)
        assert shown == "RetailerKeys(retailer_id=1, active_id=7)MasterKeys()"


class TestSealAlone:
    def test_gives_back_what_was_sealed_and_never_the_same_text(self) -> None:
        first, second = (seal_alone(KEY_1, b"ana", context=CONTEXT) for _ in range(2))

        assert unseal_alone(KEY_1, first, context=CONTEXT) == b"ana"
        assert (first != second, b"ana" in first) == (True, False)

    @pytest.mark.parametrize(
        ("key", "cut", "context"),
        [(KEY_2, 0, CONTEXT), (KEY_1, 0, b"record fields 7 1043"), (KEY_1, 20, CONTEXT)],
    )
    def test_opens_with_nothing_else(self, key: bytes, cut: int, context: bytes) -> None:
        sealed = seal_alone(KEY_1, b"ana", context=CONTEXT)[cut:]

        with pytest.raises(UnsealError):
            unseal_alone(key, sealed, context=context)
