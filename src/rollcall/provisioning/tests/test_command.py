from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rollcall.config.cli.main import cli
from rollcall.kit.clock import utc_now
from rollcall.stores.models import Retailer
from rollcall.stores.queries import find_kiosk_by_key

pytestmark = pytest.mark.django_db
EXAMPLES = Path(__file__).parents[4] / "docs" / "examples"
FIRST = """\
retailer: {slug: alder, name: Alder Group}
stores: [{slug: s, name: S, time_zone: UTC, jurisdiction: US-CA}]
kiosks: [{catalog_id: '42', name: Door, store: s, keys: [{mint: true}]}]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "retailer.yaml"


def run(path: Path, text: str, *options: str) -> Result:
    path.write_text(text)
    return CliRunner().invoke(cli, ["apply", str(path), *options])


class TestApply:
    def test_prints_nothing_but_minted_keys_on_standard_output(self, path: Path) -> None:
        result = run(path, FIRST)

        assert result.exit_code == 0
        assert find_kiosk_by_key(result.stdout.strip(), now=utc_now()) is not None
        assert "key of kiosk 42, shown only now:" in result.stderr

    def test_says_that_nothing_changed(self, path: Path) -> None:
        run(path, FIRST)

        result = run(path, FIRST)

        assert (result.stdout, result.stderr) == ("", "alder: nothing changed\n")

    def test_prints_the_keys_of_documents_before_the_one_that_failed(self, path: Path) -> None:
        second = FIRST.replace("slug: alder,", "slug: birch,")

        result = run(path, FIRST + "---\n" + second)

        assert result.exit_code == 1
        assert find_kiosk_by_key(result.stdout.strip(), now=utc_now()) is not None
        assert "Error: document 2: kiosks[0]: the catalog id '42' belongs" in result.stderr
        assert [one.slug for one in Retailer.objects.all()] == ["alder"]

    def test_changes_nothing_at_all_when_any_document_is_malformed(self, path: Path) -> None:
        result = run(path, FIRST + "---\nretailer: {}\n")

        assert result.exit_code == 1
        assert not Retailer.objects.exists()

    def test_prints_one_json_object(self, path: Path) -> None:
        result = run(path, FIRST, "--json")

        said = json.loads(result.stdout)
        (retailer,) = said["retailers"]
        assert retailer["changes"][3] == {
            "kind": "key",
            "slug": "42",
            "action": "created",
            "fields": [],
        }
        assert find_kiosk_by_key(retailer["minted"][0]["key"], now=utc_now()) is not None
        assert said["problems"] == []

    def test_prints_problems_as_json_too(self, path: Path) -> None:
        result = run(path, "a: 1\na: 2\n", "--json")

        assert result.exit_code == 1
        assert json.loads(result.stdout) == {
            "dry_run": False,
            "retailers": [],
            "problems": ["line 2: 'a' stands here again, first in line 1"],
        }

    def test_says_what_a_dry_run_would_do(self, path: Path) -> None:
        result = run(path, FIRST, "--dry-run")

        assert result.stdout == ""
        assert "retailer alder: would be created\n" in result.stderr
        assert not Retailer.objects.exists()


class TestExample:
    def test_can_be_applied_as_it_stands(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = (EXAMPLES / "retailer.yaml").read_text()
        kiosk_key = CliRunner().invoke(cli, ["keys", "kiosk", "generate"]).stdout.strip()
        monkeypatch.setenv("HARBOR_KIOSK_KEY", kiosk_key)
        monkeypatch.setenv("ALICE_PASSWORD", "correct horse battery")
        monkeypatch.setenv("TREEZ_CLIENT_ID", "cid")
        monkeypatch.setenv("HARBOR_TREEZ_API_KEY", "secret")
        (tmp_path / "secrets").mkdir()
        (tmp_path / "secrets" / "alder-way-treez.key").write_text("secret\n")

        result = run(tmp_path / "retailer.yaml", text)

        assert result.exit_code == 0, result.stderr
        assert result.stderr.count(": created\n") == 12


class TestKeys:
    def test_rotate_and_reseal_say_what_they_did(self, path: Path) -> None:
        run(path, FIRST)

        rotated = CliRunner().invoke(cli, ["keys", "rotate", "alder", "--no-wait"])
        resealed = CliRunner().invoke(cli, ["keys", "reseal", "alder"])

        assert rotated.stderr == (
            "alder: new values are sealed with a new data key\nalder: 0 rows sealed anew\n"
        )
        assert (resealed.exit_code, resealed.stderr) == (0, "alder: 0 rows sealed anew\n")

    def test_name_a_retailer_that_is_not_there(self) -> None:
        result = CliRunner().invoke(cli, ["keys", "rotate", "nobody"])

        assert (result.exit_code, result.stderr) == (1, "Error: there is no retailer 'nobody'\n")

    def test_rewrap_has_nothing_to_do_with_the_same_master_key(self, path: Path) -> None:
        run(path, FIRST)

        assert CliRunner().invoke(cli, ["keys", "rewrap"]).stderr == "nothing changed\n"

    def test_lead_a_kiosk_from_one_key_to_the_next(self, path: Path) -> None:
        old = run(path, FIRST).stdout.strip()

        new = CliRunner().invoke(cli, ["keys", "kiosk", "rotate", "42"]).stdout.strip()
        listed = CliRunner().invoke(cli, ["keys", "kiosk", "list", "42"]).stdout.splitlines()
        revoked = CliRunner().invoke(cli, ["keys", "kiosk", "revoke", old.split("_")[1]])

        assert [line.split("  ")[1].split()[0] for line in listed] == ["expires", "active"]
        assert revoked.exit_code == 0
        assert find_kiosk_by_key(old, now=utc_now()) is None
        assert find_kiosk_by_key(new, now=utc_now()) is not None

    @pytest.mark.parametrize(
        ("command", "said"),
        [
            (["kiosk", "mint", "99"], "Error: there is no kiosk '99'\n"),
            (["kiosk", "revoke", "abc"], "Error: there is no key 'abc'\n"),
        ],
    )
    def test_name_what_is_not_there(self, command: list[str], said: str) -> None:
        result = CliRunner().invoke(cli, ["keys", *command])

        assert (result.exit_code, result.stderr) == (1, said)
