"""docs/api.md shows what really comes back."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rollcall.api import problems
from rollcall.customers.rules.kiosk_criteria import PARAMETERS
from rollcall.customers.tests.kiosk_server import serving
from rollcall.customers.tests.kiosk_world import ANA, ANA_ROW, KioskWorld
from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.customers.tests.kiosk_world import world as world

DOCS = Path(__file__).parents[4] / "docs"
TEXT = (DOCS / "api.md").read_text()
BLOCK = re.compile(r"```console\n\$ (curl [^\n]*)\n([^\n]*)\n```")


class TestTheGuide:
    @pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
    def test_shows_true_examples(self, world: KioskWorld, tmp_path: Path) -> None:
        world.add("1042", **ANA)
        world.add("977", **ANA, merged_into="1042")
        shown = BLOCK.findall(TEXT)
        assert len(shown) == TEXT.count("```console") == 5
        with serving(tmp_path) as server:
            answers = [
                subprocess.run(
                    ["bash", "-c", command.replace("https://rollcall.example", server.address)],
                    env={**os.environ, "ROLLCALL_KEY": world.key},
                    capture_output=True,
                    check=True,
                ).stdout.decode()
                for command, _ in shown
            ]

        assert [json.loads(answer) for answer in answers] == [json.loads(text) for _, text in shown]

    def test_names_every_parameter_key_and_code(self) -> None:
        kinds = [kind for kind in vars(problems).values() if isinstance(kind, problems.Kind)]
        codes = {kind.code for kind in kinds}
        both = TEXT + (DOCS / "platform-api.md").read_text()

        assert {word for word in (*PARAMETERS, *ANA_ROW) if f"`{word}`" not in TEXT} == set()
        assert {code for code in codes if f"`{code}`" not in both} == set()
