from __future__ import annotations

from identity.truth import measure


class TestMeasure:
    def test_counts_pairs_that_were_found_and_pairs_that_were_missed(self) -> None:
        quality = measure([1, 1, 2, 2], ["ann", "ann", "ann", "bo"])

        assert (quality.precision, quality.recall) == (1 / 2, 1 / 3)
        assert quality.f1 == 2 / 5

    def test_mixed_records_are_all_records_of_a_cluster_with_two_people(self) -> None:
        quality = measure([1, 1, 1, 2, 3], ["ann", "ann", "bo", "bo", "cy"])

        assert quality.mixed_share == 3 / 5
        assert quality.biggest_cluster == 3
        assert quality.people == 3

    def test_records_kept_apart_are_precise_and_find_nothing(self) -> None:
        quality = measure([1, 2, 3], ["ann", "ann", "ann"])

        assert (quality.precision, quality.recall, quality.mixed_share) == (1.0, 0.0, 0.0)

    def test_the_names_of_clusters_do_not_matter(self) -> None:
        truth = ["ann", "ann", "bo", "bo"]

        assert measure(["x", "x", "y", "y"], truth) == measure([9, 9, 4, 4], truth)
