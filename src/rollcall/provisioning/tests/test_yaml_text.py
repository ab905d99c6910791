from __future__ import annotations

import pytest

from rollcall.provisioning.rules.errors import ProvisioningError
from rollcall.provisioning.rules.yaml_text import MAX_BYTES, read_documents


def problem(content: bytes) -> str:
    with pytest.raises(ProvisioningError) as caught:
        read_documents(content)
    return str(caught.value)


class TestReadDocuments:
    def test_reads_plain_values(self) -> None:
        text = b"a: one\nb: 2\nc: true\nd: null\ne: [x, 'y']\nf: {g: -1.5}\nh:\n"

        assert read_documents(text) == [
            {"a": "one", "b": 2, "c": True, "d": None, "e": ["x", "y"], "f": {"g": -1.5}, "h": None}
        ]

    @pytest.mark.parametrize(
        "word",
        ["no", "yes", "on", "off", "0123", "1:30", "2019-01-01", "1e3", "0x1F", ".inf", "1_0"],
    )
    def test_leaves_what_only_looks_like_something_as_text(self, word: str) -> None:
        assert read_documents(f"a: {word}".encode()) == [{"a": word}]

    def test_reads_several_documents_and_skips_empty_ones(self) -> None:
        assert read_documents(b"---\na: 1\n---\n# nothing\n---\nb: 2\n---\n") == [
            {"a": 1},
            {"b": 2},
        ]

    @pytest.mark.parametrize("content", [b"", b"\n\n", b"# only a comment\n", b"---\n---\n"])
    def test_finds_nothing_in_an_empty_file(self, content: bytes) -> None:
        assert read_documents(content) == []

    def test_takes_a_byte_order_mark(self) -> None:
        assert read_documents(b"\xef\xbb\xbfa: 1") == [{"a": 1}]

    def test_takes_a_few_anchors_and_merges(self) -> None:
        text = b"base: &base {tz: UTC, x: 1}\none: {<<: *base, x: 2}\ntwo: *base\n"

        assert read_documents(text) == [
            {
                "base": {"tz": "UTC", "x": 1},
                "one": {"tz": "UTC", "x": 2},
                "two": {"tz": "UTC", "x": 1},
            }
        ]


class TestRefusals:
    def test_name_the_line_of_a_tab(self) -> None:
        assert problem(b"a:\n\tb: 1\n") == "line 2: a tab; indent with spaces"

    @pytest.mark.parametrize(
        ("content", "line"),
        [
            (b"a: [1, 2\nb: 3\n", "line 2: "),
            (b"a: b: c\n", "line 1: "),
            (b"a: 1\n  b: 2\n", "line 2: "),
            (b'a: "never closed\n', "line 2: "),
            (b"a: *nobody\n", "line 1: "),
            (b"<html>\n<body>a: b</body>\n", "line 2: "),
            (b"%YAML 9.9\n---\na: 1\n", "line 1: "),
            (b"a: @here\n", "line 1: "),
        ],
    )
    def test_are_one_line_with_a_line_number(self, content: bytes, line: str) -> None:
        said = problem(content)

        assert said.startswith(line)
        assert "\n" not in said

    def test_name_both_places_of_a_repeated_key(self) -> None:
        assert problem(b"a: 1\nb: 2\na: 3\n") == "line 3: 'a' stands here again, first in line 1"

    def test_find_a_repeated_key_deep_inside(self) -> None:
        assert problem(b"a:\n  - b: 1\n    b: 2\n").startswith("line 3: 'b' stands here again")

    def test_find_a_repeated_key_however_it_is_quoted(self) -> None:
        assert problem(b"a: 1\n'a': 2\n").startswith("line 2: 'a' stands here again")

    def test_are_for_keys_that_are_no_text(self) -> None:
        assert problem(b"? [a, b]\n: 1\n") == "line 1: a key has to be text"

    def test_are_for_what_is_not_utf_8(self) -> None:
        assert problem(b"a: 1\nb: caf\xe9\n") == "line 2: the file is not UTF-8 text"

    def test_are_for_utf_16(self) -> None:
        assert problem("a: 1".encode("utf-16")) == "line 1: the file is not UTF-8 text"

    @pytest.mark.parametrize("content", [b"a: 1\nb: \x00\n", b"a: 1\nb: \x07\n"])
    def test_are_for_control_characters(self, content: bytes) -> None:
        assert problem(content).startswith("line 2: the character U+000")

    def test_are_for_a_huge_file(self) -> None:
        assert problem(b"#" * (MAX_BYTES + 1)) == "the file is larger than 1,000,000 bytes"

    def test_are_for_deep_nesting(self) -> None:
        assert problem(b"[" * 400_000) == "line 1: nested more than 30 levels deep"

    def test_are_for_many_aliases(self) -> None:
        text = b"a: &a 1\nb: [" + b"*a, " * 51 + b"]\n"

        assert problem(text) == "line 2: more than 50 aliases (*name)"

    def test_are_for_a_few_aliases_that_grow_to_millions(self) -> None:
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]" for n in range(1, 7)]

        assert problem("\n".join(lines).encode()) == (
            "line 6: the file is too large once its aliases are written out"
        )

    def test_are_for_an_anchor_inside_itself(self) -> None:
        assert problem(b"a: &a [*a]\n") == "line 1: this anchor contains itself"

    @pytest.mark.parametrize(
        "value",
        ["!!python/object/apply:os.system ['true']", "!!binary aGk=", "!secret x", "!!int x"],
    )
    def test_are_for_tags(self, value: str) -> None:
        assert problem(f"a: {value}".encode()).startswith("line 1: tags (!…) are not read here")
