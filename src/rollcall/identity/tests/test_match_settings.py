"""How careful matching is: what can be set, who may, what obeys it, and what it would change."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from rollcall.audit.models import Entry
from rollcall.identity.engines import python
from rollcall.identity.models import Decision, MatchSettings, Merge, Suggestion
from rollcall.identity.operations.deciding import decide
from rollcall.identity.operations.full_pass import run_full_pass
from rollcall.identity.operations.match_settings import (
    ChangedMeanwhileError,
    ReasonMissingError,
    TimeInvalidError,
    set_match_settings,
)
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.queries.match_settings import (
    caution_of,
    model_in_force,
    newest_settings,
    settings_in_force,
)
from rollcall.identity.queries.settings_effects import find_effects, list_doubts
from rollcall.identity.rules.caution import Caution, CautionError, check_caution, with_caution
from rollcall.identity.rules.evidence import evidence_of
from rollcall.identity.rules.model import shipped_model
from rollcall.identity.rules.outcomes import Outcome
from rollcall.identity.rules.told import is_safe, read_told
from rollcall.identity.rules.weights import Scorer, count_frequencies
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.review_queue import EVIDENCE
from rollcall.identity.tests.test_matching import NORA, suggestions, without
from rollcall.kit.scope import ForbiddenError, Role, Scope

LIMITS = shipped_model().thresholds
OFF = Caution(links=False)


@pytest.fixture(autouse=True)
def _sizes_of_this_test() -> None:
    forget_sizes()


def save(shop: MergingShop, caution: Caution, **options: object) -> MatchSettings:
    newest = newest_settings(shop.scope)
    given = {"reason": "a trial", "seen": newest.pk if newest else None, "now": shop.tick()}
    return set_match_settings(shop.scope, caution, **{**given, **options})  # type: ignore[arg-type]  # as given


def take_in_noras(shop: MergingShop) -> None:
    shop.row("treez:1", **NORA)
    shop.row("cova:2", **NORA)


class TestCheckCaution:
    @pytest.mark.parametrize(
        ("field", "bits"),
        [
            ("link_bits", math.nan),
            ("link_bits", math.inf),
            ("link_bits", -math.inf),
            ("link_bits", -3.1),
            ("link_bits", 20.1),
            ("link_bits", 1e300),
            ("review_bits", math.nan),
            ("review_bits", -5.1),
            ("review_bits", 20.1),
        ],
    )
    def test_refuses_what_is_out_of_bounds(self, field: str, bits: float) -> None:
        with pytest.raises(CautionError) as refused:
            check_caution(replace(Caution(), **{field: bits}), LIMITS)  # type: ignore[arg-type]  # either is a number

        assert refused.value.field == field

    def test_refuses_review_that_begins_where_links_do(self) -> None:
        gap = LIMITS.auto - LIMITS.review
        with pytest.raises(CautionError) as refused:
            check_caution(Caution(review_bits=gap - 0.9), LIMITS)

        assert refused.value.field == "review_bits"
        assert check_caution(Caution(review_bits=gap - 1), LIMITS).review_bits == gap - 1

    def test_keeps_tenths_of_a_bit(self) -> None:
        assert check_caution(Caution(link_bits=2.449), LIMITS).link_bits == 2.4

    @pytest.mark.parametrize("shared", ["phone", "email"])
    def test_never_lets_a_phone_or_e_mail_alone_link(self, shared: str) -> None:
        one, other = (evidence_of({shared: NORA[shared]}) for _ in range(2))
        caution = check_caution(Caution(link_bits=-3, review_bits=-5), LIMITS)
        model = replace(with_caution(shipped_model(), caution), household_cap=500.0)
        scorer = Scorer(model, count_frequencies([one, other]))
        scorer.auto, scorer.review = -100.0, -200.0

        assert scorer.weigh(one, other)[1] is Outcome.REVIEW


class TestSetting:
    def test_is_the_shipped_model_without_any(self, scope_a: Scope) -> None:
        now = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)

        assert settings_in_force(scope_a, at=now) is None
        assert model_in_force(scope_a, at=now) == shipped_model()

    def test_makes_a_version_that_is_audited(self, shop: MergingShop) -> None:
        made = save(shop, Caution(link_bits=2, review_bits=1), reason=" too many  ")

        assert (made.link_bits, made.review_bits, made.reason) == (2.0, 1.0, "too many")
        assert model_in_force(shop.scope, at=shop.tick()).thresholds.auto == LIMITS.auto + 2
        (entry,) = Entry.objects.scoped(shop.scope).filter(action="matching.changed")
        assert entry.context["settings"] == made.pk
        assert entry.context["link_bits"] == 2.0

    def test_counts_from_the_moment_that_was_said(self, shop: MergingShop) -> None:
        now = shop.tick()
        save(shop, OFF, now=now, from_at=now + dt.timedelta(days=1))

        assert settings_in_force(shop.scope, at=now) is None
        later = settings_in_force(shop.scope, at=now + dt.timedelta(days=1))
        assert caution_of(later) == OFF

    def test_replaces_what_was_still_to_come(self, shop: MergingShop) -> None:
        now = shop.tick()
        save(shop, OFF, now=now, from_at=now + dt.timedelta(days=1))
        save(shop, Caution(link_bits=1), now=now)

        later = settings_in_force(shop.scope, at=now + dt.timedelta(days=2))
        assert caution_of(later) == Caution(link_bits=1)

    @pytest.mark.parametrize("days", [-1, 367])
    def test_refuses_a_moment_that_is_over_or_far_away(self, shop: MergingShop, days: int) -> None:
        now = shop.tick()
        with pytest.raises(TimeInvalidError):
            save(shop, OFF, now=now, from_at=now + dt.timedelta(days=days))

    @pytest.mark.parametrize("reason", ["", "  \n", "\0"])
    def test_wants_a_reason(self, shop: MergingShop, reason: str) -> None:
        with pytest.raises(ReasonMissingError):
            save(shop, OFF, reason=reason)

    def test_cuts_a_huge_reason(self, shop: MergingShop) -> None:
        assert len(save(shop, OFF, reason="why " * 100_000).reason) == 500

    def test_refuses_who_has_not_seen_the_newest(self, shop: MergingShop) -> None:
        save(shop, OFF)
        with pytest.raises(ChangedMeanwhileError):
            save(shop, Caution(link_bits=1), seen=None)

        assert MatchSettings.objects.scoped(shop.scope).count() == 1

    @pytest.mark.parametrize("role", [Role.KIOSK, Role.STAFF, Role.MANAGER])
    def test_is_for_admins(self, shop: MergingShop, role: Role) -> None:
        with pytest.raises(ForbiddenError):
            set_match_settings(
                replace(shop.scope, role=role), OFF, reason="a", seen=None, now=shop.tick()
            )

    def test_is_each_retailers_own(self, shop: MergingShop, scope_b: Scope) -> None:
        save(shop, OFF)

        assert model_in_force(scope_b, at=shop.tick()).thresholds.links is True

    def test_is_never_changed_nor_deleted(self, shop: MergingShop) -> None:
        save(shop, OFF)
        held = MatchSettings.objects.scoped(shop.scope)
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            held.update(links=True)
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            held.delete()

    @pytest.mark.parametrize("bits", [math.nan, -4, 21])
    def test_is_bounded_in_the_database_too(self, shop: MergingShop, bits: float) -> None:
        now = shop.tick()
        with pytest.raises(IntegrityError), transaction.atomic():
            MatchSettings.objects.scoped(shop.scope).create(
                links=True,
                link_bits=bits,
                review_bits=0,
                at=now,
                from_at=now,
                actor="x",
                reason="x",
            )


class TestMatching:
    def test_leaves_everything_to_people_if_links_are_off(self, shop: MergingShop) -> None:
        save(shop, OFF)
        take_in_noras(shop)
        match_pending(shop.scope)

        assert suggestions(shop.scope) == [("1-2", ["by_hand"])]
        assert not Merge.objects.scoped(shop.scope).exists()

    def test_asks_where_the_evidence_is_too_little_for_the_settings(
        self, shop: MergingShop
    ) -> None:
        fields = without("licence", "email", "street", "zip")
        save(shop, Caution(link_bits=20))
        shop.row("treez:1", **fields)
        shop.row("cova:2", **fields)
        match_pending(shop.scope)

        (asked,) = Suggestion.objects.scoped(shop.scope)
        assert asked.reasons == ["bits"]
        assert asked.evidence["shift"] == 20.0
        told = read_told(asked.evidence, LIMITS)
        assert told is not None
        assert told.links(Caution())
        assert not told.links(Caution(link_bits=20))

    def test_obeys_in_the_full_pass(self, shop: MergingShop) -> None:
        take_in_noras(shop)
        weigh = python.weigh_records
        usual = run_full_pass(shop.scope, weigh, write=False, now=shop.tick())
        tried = run_full_pass(shop.scope, weigh, write=False, caution=OFF, now=shop.tick())
        save(shop, OFF)
        held = run_full_pass(shop.scope, weigh, write=False, now=shop.tick())

        assert (usual.joins, usual.review) == (1, 0)
        assert (tried.joins, tried.review) == (held.joins, held.review) == (0, 1)


class TestEffects:
    def test_tells_of_merges_that_would_not_have_been_made(self, shop: MergingShop) -> None:
        take_in_noras(shop)
        match_pending(shop.scope)
        (merge,) = Merge.objects.scoped(shop.scope)

        none = find_effects(shop.scope, Caution())
        off = find_effects(shop.scope, OFF)

        assert (none.merges, none.merges_untold, none.doubts, none.doubts_asked) == (1, 0, 0, 0)
        assert (off.doubts, off.doubts_asked) == (1, 1)
        assert [one.merge.pk for one in off.named] == [merge.pk]
        assert off.named[0].short is None
        assert merge.undone_at is None

    def test_is_exact_at_the_edge(self, shop: MergingShop) -> None:
        fields = without("licence", "email", "street", "zip")
        shop.row("treez:1", **fields)
        shop.row("cova:2", **fields)
        match_pending(shop.scope)
        (merge,) = Merge.objects.scoped(shop.scope)
        spare = -merge.evidence["short"]

        assert find_effects(shop.scope, Caution(link_bits=spare)).doubts == 0
        (doubt,) = list_doubts(shop.scope, Caution(link_bits=spare + 0.5))
        assert doubt.short == 0.5

    def test_leaves_out_what_a_person_called_the_same(self, shop: MergingShop) -> None:
        take_in_noras(shop)
        match_pending(shop.scope)
        first, second = (link.record for link in shop.links().order_by("-record_id"))
        decide(shop.scope, first, second, Decision.Kind.SAME, now=shop.tick())

        assert find_effects(shop.scope, OFF).merges == 0

    def test_leaves_out_merges_that_people_made(self, shop: MergingShop) -> None:
        take_in_noras(shop)
        shop.merge("treez:1", "cova:2")

        assert find_effects(shop.scope, OFF).merges == 0

    @pytest.mark.parametrize(
        "evidence",
        [{}, {"bits": "a", "short": "b"}, {"bits": None, "short": 1, "records": "x"}, {"bits": []}],
    )
    def test_counts_evidence_that_does_not_say(
        self, shop: MergingShop, evidence: dict[str, object]
    ) -> None:
        take_in_noras(shop)
        shop.merge("treez:1", "cova:2", reason=Merge.Reason.AUTOMATIC, evidence=evidence)

        found = find_effects(shop.scope, OFF)
        assert (found.merges, found.merges_untold, found.doubts) == (1, 1, 0)

    def test_tells_which_suggestions_would_be_linked_or_vanish(self, shop: MergingShop) -> None:
        save(shop, Caution(link_bits=20))
        fields = without("licence", "email", "street", "zip")
        shop.row("treez:1", **fields)
        shop.row("cova:2", **fields)
        match_pending(shop.scope)

        usual = find_effects(shop.scope, Caution())
        strict = find_effects(shop.scope, Caution(link_bits=40, review_bits=30))

        assert (usual.suggestions, usual.linking, usual.vanishing) == (1, 1, 0)
        assert (strict.linking, strict.vanishing) == (0, 1)

    def test_is_for_managers(self, shop: MergingShop) -> None:
        with pytest.raises(ForbiddenError):
            find_effects(replace(shop.scope, role=Role.STAFF), OFF)

    def test_sees_nothing_of_other_retailers(self, shop: MergingShop, scope_b: Scope) -> None:
        take_in_noras(shop)
        match_pending(shop.scope)

        assert find_effects(scope_b, OFF).merges == 0


class TestTold:
    def test_calls_a_vetoed_pair_unsafe(self) -> None:
        told = read_told(EVIDENCE, LIMITS)

        assert told is not None
        assert not is_safe(told, ["bits"])
        assert not told.links(Caution(link_bits=-3))

    @pytest.mark.parametrize("reasons", [[], ["rival"], ["bits", "size"], ["born"]])
    def test_calls_other_reasons_unsafe(self, reasons: list[str]) -> None:
        calm = {**EVIDENCE, "vetoes": [], "parts": EVIDENCE["parts"][:3]}

        assert is_safe(read_told(calm, LIMITS), ["bits"])
        assert not is_safe(read_told(calm, LIMITS), reasons)

    def test_calls_a_phone_alone_unsafe(self) -> None:
        alone = {**EVIDENCE, "vetoes": [], "parts": EVIDENCE["parts"][4:]}

        assert not is_safe(read_told(alone, LIMITS), ["bits"])

    @pytest.mark.parametrize(
        "changes",
        [{"bits": math.nan}, {"bits": "17"}, {"short": None}, {"parts": 3}, {"parts": None}],
    )
    def test_reads_nothing_out_of_nonsense(self, changes: dict[str, object]) -> None:
        assert read_told({**EVIDENCE, **changes}, LIMITS) is None

    def test_reads_nothing_out_of_levels_of_another_version(self) -> None:
        parts = [{"field": "given", "level": "telepathic", "bits": 9.0}]

        assert read_told({**EVIDENCE, "parts": parts}, LIMITS) is None
