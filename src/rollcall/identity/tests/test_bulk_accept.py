"""Accepting many suggestions at once: what is chosen, what is done, and how it is taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollcall.audit.models import Entry
from rollcall.identity.blockers import Blocker, add_blocker, remove_blocker
from rollcall.identity.models import BulkItem, Decision, Merge, Suggestion
from rollcall.identity.operations.bulk_choosing import Choice
from rollcall.identity.operations.bulk_steering import (
    WrongStateError,
    undo,
)
from rollcall.identity.operations.deciding import decide
from rollcall.identity.operations.match_settings import set_match_settings
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.operations.reviewing import answer
from rollcall.identity.queries.bulk import (
    TrackRecord,
    find_track_record,
)
from rollcall.identity.queries.suggestions import count_open
from rollcall.identity.rules.caution import Caution
from rollcall.identity.rules.together import Together
from rollcall.identity.tests.bulk_shop import (
    AMARA,
    States,
    between,
    merges,
    pair,
    started,
    work,
)
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.test_matching import suggestions
from rollcall.kit.scope import Actor


class TestWorking:
    def test_accepts_each_pair_by_a_merge_of_its_own(self, shop: MergingShop, by_two: None) -> None:
        asked = [pair(shop, number) for number in range(1, 6)]
        run = started(shop)

        done = work(shop, run)

        assert (done.accepted, done.waiting, done.skipped) == (5, 0, {})
        assert run.state == States.DONE
        assert merges(shop) == 5
        assert count_open(shop.scope) == 0
        for held in asked:
            held.refresh_from_db()
            assert (held.state, held.decided_by) == ("same", str(shop.scope.actor))
        actions = Entry.objects.scoped(shop.scope).filter(action__startswith="suggestions.bulk_")
        assert [one.action for one in actions.order_by("pk")] == [
            "suggestions.bulk_running",
            "suggestions.bulk_done",
        ]

    def test_follows_chains_of_its_own_merges(self, shop: MergingShop, by_two: None) -> None:
        pair(shop, 1)
        for name in ("treez:7", "treez:8"):
            shop.row(name, **AMARA)
        between(shop, "cova:1", "treez:7", bits=16.0)
        between(shop, "treez:7", "treez:8", bits=15.0)
        run = started(shop)
        assert (run.people, run.people_after) == (4, 1)

        done = work(shop, run)

        assert (done.accepted, done.skipped) == (3, {})
        assert shop.person("treez:1") == shop.person("treez:8")

    def test_skips_what_would_make_a_group_that_contradicts_itself(self, shop: MergingShop) -> None:
        shop.row("treez:1", **AMARA, born_on="1988-07-19")
        shop.row("cova:1", **AMARA)
        shop.row("treez:2", **AMARA, born_on="1961-01-30")
        between(shop, "treez:1", "cova:1", bits=17.0)
        between(shop, "cova:1", "treez:2", bits=16.0)

        done = work(shop, started(shop))

        assert (done.accepted, done.skipped) == (1, {"born": 1})

    def test_skips_what_was_answered_meanwhile(self, shop: MergingShop) -> None:
        asked = pair(shop, 1)
        run = started(shop)
        answer(shop.scope, asked.pk, Suggestion.State.DIFFERENT, now=shop.tick())

        assert work(shop, run).skipped == {"answered": 1}
        assert merges(shop) == 0

    def test_skips_records_that_changed_meanwhile(self, shop: MergingShop) -> None:
        pair(shop, 1)
        run = started(shop)
        shop.row("cova:1", **AMARA, phone="+14155559999")

        assert work(shop, run).skipped == {"changed": 1}

    def test_skips_evidence_that_changed_meanwhile(self, shop: MergingShop) -> None:
        asked = pair(shop, 1)
        run = started(shop)
        asked.evidence = {**asked.evidence, "bits": 17.2}
        asked.save()

        assert work(shop, run).skipped == {"changed": 1}

    def test_skips_what_is_vetoed_meanwhile(self, shop: MergingShop) -> None:
        asked = pair(shop, 1)
        run = started(shop)
        asked.evidence = {**asked.evidence, "vetoes": ["born"]}
        asked.save()

        assert work(shop, run).skipped == {"unsafe": 1}

    def test_skips_people_whom_somebody_else_merged_meanwhile(self, shop: MergingShop) -> None:
        pair(shop, 1)
        shop.row("treez:7", **AMARA)
        run = started(shop)
        shop.merge("treez:7", "cova:1")

        assert work(shop, run).skipped == {"people_changed": 1}

    @pytest.mark.parametrize("kind", [Decision.Kind.DIFFERENT, Decision.Kind.SAME])
    def test_skips_people_who_were_decided_about_meanwhile(
        self, shop: MergingShop, kind: Decision.Kind
    ) -> None:
        pair(shop, 1)
        other = shop.row("treez:7", **AMARA)
        run = started(shop)
        decide(shop.scope, shop.home("cova:1"), other, kind, now=shop.tick())

        assert work(shop, run).skipped == {"decided": 1}

    def test_skips_what_something_stands_in_the_way_of(self, shop: MergingShop, held: None) -> None:
        pair(shop, 1)

        assert work(shop, started(shop)).skipped == {"legal_hold": 1}

    def test_goes_on_after_something_unforeseen(
        self, shop: MergingShop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad = pair(shop, 1)
        pair(shop, 2, bits=15.0)
        run = started(shop)
        Suggestion.objects.scoped(shop.scope).filter(pk=bad.pk).update(evidence=[1, 2])

        done = work(shop, run)

        assert (done.accepted, done.skipped) == (1, {"failed": 1})


class TestUndoing:
    def test_brings_everybody_back(self, shop: MergingShop, by_two: None) -> None:
        for number in range(1, 6):
            pair(shop, number)
        shop.row("treez:9", **AMARA)
        between(shop, "cova:1", "treez:9", bits=16.0)
        before = shop.see()
        run = started(shop)
        assert work(shop, run).accepted == 6
        undo(shop.scope, run.pk, now=shop.tick())

        done = work(shop, run)

        assert run.state == States.UNDONE
        assert (done.undone, done.accepted, done.kept) == (6, 0, {})
        assert shop.see() == before
        assert count_open(shop.scope) == 6

    def test_leaves_out_what_was_undone_by_hand(self, shop: MergingShop) -> None:
        asked = pair(shop, 1)
        pair(shop, 2)
        run = started(shop)
        work(shop, run)
        merge = BulkItem.objects.scoped(shop.scope).get(suggestion=asked).merge
        assert merge is not None
        shop.undo(merge)
        undo(shop.scope, run.pk, now=shop.tick())

        done = work(shop, run)

        assert (done.undone, merges(shop)) == (2, 0)
        assert count_open(shop.scope) == 1

    def test_tells_what_could_not_be_undone(self, shop: MergingShop) -> None:
        pair(shop, 1)
        run = started(shop)
        work(shop, run)
        undo(shop.scope, run.pk, now=shop.tick())
        add_blocker("test", lambda scope, people, *, parting: [Blocker(code="hold", words="a")])
        try:
            done = work(shop, run)
        finally:
            remove_blocker("test")

        assert (done.kept, merges(shop)) == ({"hold": 1}, 1)
        assert count_open(shop.scope) == 0

    def test_is_somebodys_own_doing(self, shop: MergingShop) -> None:
        pair(shop, 1)
        run = started(shop)
        work(shop, run)
        other = replace(shop.scope, actor=Actor(kind="user", id="99"))
        undo(other, run.pk, now=shop.tick())
        work(shop, run)

        (merge,) = Merge.objects.scoped(shop.scope)
        assert merge.actor == str(shop.scope.actor)
        assert merge.undone_by == "user:99"

    def test_is_refused_while_it_runs_and_afterwards(self, shop: MergingShop) -> None:
        pair(shop, 1)
        run = started(shop)
        with pytest.raises(WrongStateError):
            undo(shop.scope, run.pk, now=shop.tick())
        work(shop, run)
        undo(shop.scope, run.pk, now=shop.tick())
        work(shop, run)

        with pytest.raises(WrongStateError):
            undo(shop.scope, run.pk, now=shop.tick())


class TestTrackRecord:
    def test_counts_answers_that_were_given_one_at_a_time(self, shop: MergingShop) -> None:
        for number, state in ((1, "same"), (2, "different"), (3, "household")):
            answer(shop.scope, pair(shop, number).pk, Suggestion.State(state), now=shop.tick())
        pair(shop, 4)
        work(shop, started(shop))

        found = find_track_record(shop.scope, least_bits=17, reasons=["bits"])

        assert (found.answered, found.different) == (3, 2)
        assert find_track_record(shop.scope, least_bits=18, reasons=["bits"]).answered == 0

    def test_says_how_wrong_it_may_be_at_most(self) -> None:
        assert TrackRecord(answered=0, different=0).error_at_most == 1.0
        assert TrackRecord(answered=200, different=2).error_at_most == pytest.approx(
            0.0357, abs=5e-4
        )


class TestTogether:
    def test_grows_by_joining(self) -> None:
        people = Together([[1, 2], [3], [2, 1], [4]])
        people.join(3, 1)

        assert people.expected(2) == {1, 2, 3}
        assert (people.expected(4), people.count()) == ({4}, 2)


class TestAfterMatching:
    def test_accepts_what_matching_left_because_links_were_off(self, shop: MergingShop) -> None:
        set_match_settings(
            shop.scope, Caution(links=False), reason="why", seen=None, now=shop.tick()
        )
        values = {**AMARA, "born_on": "1988-07-19", "phone": "+14155550177"}
        shop.row("treez:1", **values)
        shop.row("cova:1", **values)
        match_pending(shop.scope)
        assert suggestions(shop.scope) == [("1-1", ["by_hand"])]

        done = work(shop, started(shop, Choice(least_bits=0, reasons=("by_hand",))))

        assert (done.accepted, merges(shop)) == (1, 1)
