from __future__ import annotations

from identity.gates import Figures, gates

PERFECT = {"recall": 1.0, "f1": 1.0, "mixed_share": 0.0, "seconds": 5.0, "auto_precision": 1.0}


def reached(file: str, **runs: Figures) -> dict[str, bool]:
    named = {name.replace("_", "-"): run for name, run in runs.items()}
    return {
        gate.wanted.partition(" >")[0].partition(" <")[0]: gate.reached
        for gate in gates(file, named)
    }


class TestGates:
    def test_ask_for_ten_times_fewer_mixed_records_than_splink(self) -> None:
        name = "times fewer mixed records than Splink"
        ours = {**PERFECT, "mixed_share": 0.003}

        assert reached("heldout-100k-1", rollcall=ours, splink={"mixed_share": 0.0301})[name]
        assert not reached("heldout-100k-1", rollcall=ours, splink={"mixed_share": 0.0299})[name]

    def test_a_million_is_compared_with_the_rule_and_with_splinks_time(self) -> None:
        ours = {**PERFECT, "mixed_share": 0.01}
        seen = reached(
            "heldout-1m-1",
            rollcall=ours,
            any_of={"mixed_share": 0.2},
            splink={"mixed_share": 0.01, "seconds": 4.9},
        )

        assert seen["times fewer mixed records than any-of"]
        assert not seen["share of Splink's time"]

    def test_households_need_more_recall(self) -> None:
        ours = {**PERFECT, "recall": 0.945}

        assert reached("heldout-100k-1", rollcall=ours)["recall"]
        assert not reached("household-heldout", rollcall=ours)["recall"]

    def test_the_better_of_both_splinks_counts(self) -> None:
        seen = reached(
            "census-ssa",
            rollcall={**PERFECT, "f1": 0.985},
            ecm={"f1": 0.96},
            splink={"f1": 0.97},
            splink_expert={"f1": 0.99},
        )

        assert seen == {"times smaller 1-F1 than ECM": True, "share of Splink's best 1-F1": False}

    def test_without_the_matcher_there_is_nothing_to_reach(self) -> None:
        assert reached("febrl3", splink={"f1": 0.99}) == {}
