from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rollcall.config.cli.main import cli
from rollcall.identity.engines.csv_file import RecordsFileError, read_records
from rollcall.identity.rules.evaluation import figures
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.model import read_model, shipped_model, write_model

HEADER = "person_id,given_name,family_name,born_on,phone,favourite colour\n"
PEOPLE = HEADER + (
    "p1,Ana,Halloran,1988-04-02,4159675098,red\n"
    "p1,Ana,Halloran,1988-04-02,,red\n"
    "p2,Bob,Vu,1970-10-12,4159675099,blue\n"
)
KEYS = {
    "records", "people", "precision", "recall", "f1", "mixed_share", "biggest_cluster",
    "auto_precision", "review_pairs", "seconds",
}  # fmt: skip


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["identity", *(str(argument) for argument in arguments)])


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


class TestEvaluate:
    @pytest.mark.parametrize("engine", ["python", "duckdb"])
    def test_prints_one_object(self, tmp_path: Path, engine: str) -> None:
        result = run(
            "evaluate", written(tmp_path / "people.csv", PEOPLE), "--json", "--engine", engine
        )
        found = json.loads(result.stdout)
        assert result.exit_code == 0
        assert set(found) == KEYS
        assert (found["records"], found["people"], found["f1"]) == (3, 2, 1.0)

    def test_takes_a_file_of_one_row(self, tmp_path: Path) -> None:
        result = run("evaluate", written(tmp_path / "one.csv", "person_id,phone\np1,\n"), "--json")
        assert json.loads(result.stdout)["biggest_cluster"] == 1

    def test_shows_a_table_to_people(self, tmp_path: Path) -> None:
        result = run("evaluate", written(tmp_path / "people.csv", PEOPLE))
        assert "biggest_cluster  2" in result.stdout

    def test_weighs_by_another_model(self, tmp_path: Path) -> None:
        document = json.loads(write_model(shipped_model()))
        document["thresholds"]["auto"] = document["names_thresholds"]["auto"] = 500
        model = written(tmp_path / "model.json", json.dumps(document))
        result = run(
            "evaluate", written(tmp_path / "people.csv", PEOPLE), "--json", "--model", model
        )
        assert json.loads(result.stdout)["recall"] == 0.0

    def test_says_what_is_wrong_in_one_line(self, tmp_path: Path) -> None:
        result = run("evaluate", tmp_path / "missing.csv", "--json")
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr == f"Error: {tmp_path / 'missing.csv'}: No such file or directory\n"


class TestTrain:
    def test_writes_a_model(self, tmp_path: Path) -> None:
        result = run(
            "train", written(tmp_path / "people.csv", PEOPLE), "--out", tmp_path / "model.json"
        )
        assert result.exit_code == 0
        learned = read_model((tmp_path / "model.json").read_text())
        assert learned.version == "2+em"
        for field, levels in shipped_model().fields.items():
            assert [level.bits for level in learned.fields[field]] == pytest.approx(
                [level.bits for level in levels], abs=0.05
            )


class TestReadRecords:
    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            ("", "empty"),
            (HEADER, "no rows"),
            ("given_name\nAna\n", "line 1: no column person_id"),
            ("person_id,colour\np1,red\n", "line 1: no column of a record"),
            ("person_id,phone,phone\np1,1,2\n", "line 1: column phone is named twice"),
            (HEADER + ",Ana\n", "line 2: person_id is empty"),
            (HEADER + "p1" + ",x" * 9 + "\n", "line 2: more cells than columns"),
            (HEADER + 'p1,"Ana\n', "line 2: unexpected end of data"),
            (HEADER + f"p1,{'x' * 100_001}\n", "line 2: field larger than field limit"),
            (HEADER.encode() + b"p1,Zo\xeb\n", "not UTF-8"),
            (b"\xff\xfe\x00", "not UTF-8"),
        ],
    )
    def test_names_what_is_wrong(self, tmp_path: Path, content: str | bytes, problem: str) -> None:
        with pytest.raises(RecordsFileError, match=problem):
            read_records(written(tmp_path / "people.csv", content), labelled=True)

    def test_refuses_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(RecordsFileError, match="Is a directory"):
            read_records(tmp_path, labelled=True)

    def test_needs_no_person_to_learn_from(self, tmp_path: Path) -> None:
        read = read_records(
            written(tmp_path / "people.csv", "\ufeffGiven_Name\nAna\n\n"), labelled=False
        )
        assert (read.records, read.truth) == ([Evidence(given="ana")], [])


class TestFigures:
    def test_counts_pairs_after_clustering(self) -> None:
        found = figures("aaab", [0, 0, 2, 2], [(0, 1), (2, 3)], review_pairs=5)
        assert (found.precision, found.recall, found.f1) == (0.5, 1 / 3, 0.4)
        assert (found.mixed_share, found.biggest_cluster) == (0.5, 2)
        assert (found.auto_precision, found.review_pairs) == (0.5, 5)

    def test_is_perfect_where_there_is_nothing_to_find(self) -> None:
        found = figures("ab", [0, 1], [], review_pairs=0)
        assert (found.precision, found.recall, found.f1, found.mixed_share) == (1, 1, 1, 0)
