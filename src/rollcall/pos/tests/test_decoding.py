"""Bytes of an answer, sound and broken."""

from __future__ import annotations

import pytest

from rollcall.pos.decoding import ENCODING_MARK, NotJsonError, decode_json, mark_damaged


class TestDecodeJson:
    def test_reads_sound_json(self) -> None:
        assert decode_json('{"a": ["Zoë", 1, null]}'.encode()) == ({"a": ["Zoë", 1, None]}, False)

    def test_keeps_nul_characters(self) -> None:
        assert decode_json(b'["a\\u0000b"]') == (["a\x00b"], False)

    def test_replaces_bytes_that_are_no_text(self) -> None:
        assert decode_json(b'[{"a": "JOS\xe9"}, "ok"]') == ([{"a": "JOS\ufffd"}, "ok"], True)

    def test_replaces_half_of_a_surrogate_pair(self) -> None:
        assert decode_json(b'{"\\ud800": ["x\\udc00"]}') == ({"\ufffd": ["x\ufffd"]}, True)

    @pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": ', b"NaN", b"\xff", b"[" * 200_000])
    def test_refuses_other_things(self, body: bytes) -> None:
        with pytest.raises(NotJsonError):
            decode_json(body)


class TestMarkDamaged:
    def test_marks_a_row_with_damage_anywhere_inside(self) -> None:
        row = {"a": [{"b": "\ufffd"}]}

        assert mark_damaged(row) == {**row, ENCODING_MARK: True}

    def test_leaves_sound_rows_alone(self) -> None:
        assert mark_damaged({"a": [1, "x"]}) == {"a": [1, "x"]}
