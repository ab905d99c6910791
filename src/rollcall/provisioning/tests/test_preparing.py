from __future__ import annotations

from pathlib import Path

import pytest

from rollcall.pos.connectors.treez.connector import TreezSettings
from rollcall.provisioning.queries.preparing import Prepared, prepare_file
from rollcall.provisioning.rules.errors import ProvisioningError

HEAD = """\
retailer: {slug: alder, name: Alder Group}
connections:
  - slug: alder-way
    kind: treez
    stores: [alder-way]
    settings:
"""
SETTINGS = """\
      dispensary: alderway
      client_id: {env: TREEZ_CLIENT_ID}
      api_key: {file: secrets/treez.key}
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TREEZ_CLIENT_ID", "cid-from-env")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "treez.key").write_text("key-from-file\n")
    return tmp_path / "retailer.yaml"


def prepare(path: Path, text: str) -> Prepared:
    path.write_text(text)
    (prepared,) = prepare_file(path)
    return prepared


def problems(path: Path, text: str) -> list[str]:
    with pytest.raises(ProvisioningError) as caught:
        prepare(path, text)
    return list(caught.value.problems)


class TestPrepareFile:
    def test_puts_environment_and_files_in_their_places(self, path: Path) -> None:
        prepared = prepare(path, HEAD + SETTINGS)

        assert prepared.settings == [
            TreezSettings.model_validate(
                {"dispensary": "alderway", "client_id": "cid-from-env", "api_key": "key-from-file"}
            )
        ]

    def test_reads_plain_settings_from_the_environment_too(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DISPENSARY", "alderway")
        monkeypatch.setenv("PAGE_SIZE", "25")
        settings = SETTINGS.replace("alderway", "{env: DISPENSARY}")

        prepared = prepare(path, HEAD + settings + "      page_size: {env: PAGE_SIZE}\n")

        (found,) = prepared.settings
        assert isinstance(found, TreezSettings)
        assert (found.dispensary, found.page_size) == ("alderway", 25)

    def test_shows_no_secret_in_its_representation(self, path: Path) -> None:
        shown = repr(prepare(path, HEAD + SETTINGS))

        assert "key-from-file" not in shown
        assert "cid-from-env" not in shown

    def test_refuses_a_secret_in_the_file_without_repeating_it(self, path: Path) -> None:
        settings = SETTINGS.replace("{file: secrets/treez.key}", "hunter2")

        assert problems(path, HEAD + settings) == [
            "connections[0].settings.api_key: is a secret; write {env: NAME} or {file: path} in its"
            " place, never the secret"
        ]

    @pytest.mark.parametrize("literal", ["42", "[hunter2]", "{value: hunter2}", "true"])
    def test_refuses_a_secret_in_any_shape(self, path: Path, literal: str) -> None:
        settings = SETTINGS.replace("{file: secrets/treez.key}", literal)

        (found,) = problems(path, HEAD + settings)
        assert found.startswith("connections[0].settings.api_key: is a secret")
        assert "hunter2" not in found

    def test_names_variables_that_are_not_set(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TREEZ_CLIENT_ID", " ")

        assert problems(path, HEAD + SETTINGS) == [
            "connections[0].settings.client_id: the environment variable TREEZ_CLIENT_ID is not set"
        ]

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (None, "cannot be read: No such file or directory"),
            (b"", "is empty"),
            (b" \n", "is empty"),
            (b"caf\xe9", "is not UTF-8 text"),
            (b"x" * 70_000, "is larger than 65,536 bytes"),
        ],
    )
    def test_names_files_that_hold_no_secret(
        self, path: Path, content: bytes | None, problem: str
    ) -> None:
        key = path.parent / "secrets" / "treez.key"
        key.unlink()
        if content is not None:
            key.write_bytes(content)

        assert problems(path, HEAD + SETTINGS) == [
            f"connections[0].settings.api_key: secrets/treez.key {problem}"
        ]

    def test_names_a_folder_that_stands_for_a_file(self, path: Path) -> None:
        settings = SETTINGS.replace("secrets/treez.key", "secrets")

        assert problems(path, HEAD + settings) == [
            "connections[0].settings.api_key: secrets cannot be read: Is a directory"
        ]

    def test_passes_on_what_the_connector_says(self, path: Path) -> None:
        settings = SETTINGS.replace("alderway", "https://alderway.treez.io") + (
            "      page_size: fifty\n      dispensery: alderway\n"
        )

        found = problems(path, HEAD + settings)

        assert [one.split(": ")[0] for one in found] == [
            "connections[0].settings.dispensary",
            "connections[0].settings.page_size",
            "connections[0].settings.dispensery",
        ]
        assert found[2].endswith("is not known here; did you mean dispensary?")

    def test_names_settings_that_are_missing(self, path: Path) -> None:
        assert problems(path, HEAD + "      dispensary: alderway\n") == [
            "connections[0].settings.api_key: is missing",
            "connections[0].settings.client_id: is missing",
        ]

    def test_passes_on_a_rule_about_several_settings(self, path: Path) -> None:
        settings = SETTINGS + "      base_url: http://treez.example\n"

        assert problems(path, HEAD + settings) == [
            "connections[0].settings: the base URL has to begin with https://"
        ]

    def test_names_a_kind_that_nobody_knows(self, path: Path) -> None:
        (found,) = problems(path, (HEAD + SETTINGS).replace("treez\n", "abacus\n", 1))

        assert found.startswith('connections[0].kind: there is no POS "abacus"; known: ')
        assert "treez" in found

    def test_says_that_the_file_is_not_there(self, path: Path) -> None:
        with pytest.raises(ProvisioningError, match="cannot be read: No such file"):
            prepare_file(path)

    def test_says_that_the_file_is_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(ProvisioningError, match="cannot be read: Is a directory"):
            prepare_file(tmp_path)

    def test_reads_no_more_of_a_huge_file_than_it_has_to(self) -> None:
        with pytest.raises(ProvisioningError, match="larger than 1,000,000 bytes"):
            prepare_file(Path("/dev/zero"))
