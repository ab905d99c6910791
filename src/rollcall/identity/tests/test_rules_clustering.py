from __future__ import annotations

from collections.abc import Sequence

import pytest

from rollcall.identity.rules.clustering import Edge, GuardedClusters, Refusal, cluster
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.rivals import split_rivals


def clusters_of(records: Sequence[Evidence]) -> GuardedClusters:
    return GuardedClusters(records.__getitem__)


FATHER = Evidence(given="john", family="lee", born="1950-02-03", phone="+14159675098")
SON = Evidence(given="john", family="lee", born="1981-11-19", phone="+14159675098")
JOHN = Evidence(given="john", family="lee", phone="+14159675098")


class TestGuardedClusters:
    def test_join_by_a_common_record(self) -> None:
        clusters = clusters_of([JOHN, JOHN, JOHN])
        assert (clusters.offer(0, 1), clusters.offer(2, 1)) == (None, None)
        assert sorted(clusters.members(2)) == [0, 1, 2]

    def test_refuse_a_chain_from_father_to_son(self) -> None:
        clusters = clusters_of([FATHER, JOHN, SON])
        assert clusters.offer(0, 1) is None
        assert clusters.offer(1, 2) is Refusal.BORN
        assert list(clusters.members(2)) == [2]

    def test_take_a_common_licence_for_an_answer(self) -> None:
        one = Evidence(given="john", born="1950-02-03", licence="D1234567")
        other = Evidence(given="john", born="1981-11-19", licence="D1234567")
        clusters = clusters_of([one, Evidence(given="john"), other])
        clusters.offer(0, 1)
        assert clusters.offer(1, 2) is None

    def test_do_not_let_an_initial_bridge_two_names(self) -> None:
        clusters = clusters_of(
            [Evidence(given="john"), Evidence(given="j"), Evidence(given="james")]
        )
        clusters.offer(0, 1)
        assert clusters.offer(1, 2) is Refusal.GIVEN

    def test_refuse_junior_and_senior(self) -> None:
        clusters = clusters_of([Evidence(suffix="1"), Evidence(), Evidence(suffix="2")])
        clusters.offer(0, 1)
        assert clusters.offer(1, 2) is Refusal.SUFFIX

    def test_refuse_to_grow_without_end(self) -> None:
        clusters = GuardedClusters(lambda _: JOHN, largest=4)
        refusals = [clusters.offer(0, number) for number in range(1, 6)]
        assert refusals == [None, None, None, Refusal.SIZE, Refusal.SIZE]

    def test_obey_who_said_different_people(self) -> None:
        clusters = clusters_of([JOHN, JOHN, JOHN])
        clusters.keep_apart(0, 2)
        clusters.offer(0, 1)
        assert clusters.offer(1, 2) is Refusal.DECIDED
        assert clusters.keep_together(0, 2) is Refusal.DECIDED

    def test_obey_who_said_same_person(self) -> None:
        clusters = clusters_of([FATHER, JOHN, SON])
        clusters.offer(0, 1)
        assert clusters.keep_together(0, 2) is None
        assert sorted(clusters.members(1)) == [0, 1, 2]

    def test_leave_everybody_else_alone(self) -> None:
        clusters = clusters_of([JOHN, JOHN, JOHN])
        clusters.offer(0, 1)
        assert [sorted(group) for group in clusters.groups()] == [[0, 1]]
        assert clusters.root(2) == 2


class TestCluster:
    def test_takes_the_strongest_link_first(self) -> None:
        records = [FATHER, JOHN, SON]
        clusters, refused = cluster([Edge(0, 1, 20.0), Edge(1, 2, 30.0)], records.__getitem__)
        assert sorted(clusters.members(1)) == [1, 2]
        assert [(refusal.edge.a, refusal.reason) for refusal in refused] == [(0, Refusal.BORN)]

    @pytest.mark.parametrize("reverse", [False, True])
    def test_does_not_depend_on_the_order_of_links(self, reverse: bool) -> None:
        records = [FATHER, JOHN, SON]
        edges = sorted([Edge(0, 1, 20.0), Edge(1, 2, 20.0)], reverse=reverse)
        clusters, _ = cluster(edges, records.__getitem__)
        assert sorted(clusters.members(1)) == [0, 1]


class TestSplitRivals:
    def test_leaves_a_record_between_father_and_son_to_people(self) -> None:
        edges = [Edge(0, 1, 24.0), Edge(1, 2, 20.0)]
        kept, doubtful = split_rivals(edges, [FATHER, JOHN, SON].__getitem__)
        assert (list(kept), list(doubtful)) == ([], edges)

    def test_keeps_the_link_that_fits_far_better(self) -> None:
        edges = [Edge(0, 1, 34.0), Edge(1, 2, 20.0)]
        kept, doubtful = split_rivals(edges, [FATHER, JOHN, SON].__getitem__)
        assert (list(kept), list(doubtful)) == ([edges[0]], [edges[1]])

    def test_keeps_links_to_records_of_one_birth_date(self) -> None:
        edges = [Edge(0, 1, 24.0), Edge(1, 2, 20.0)]
        kept, doubtful = split_rivals(edges, [FATHER, JOHN, FATHER].__getitem__)
        assert (list(kept), list(doubtful)) == (edges, [])
