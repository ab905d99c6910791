"""``rollcall identity settings``, called as ``main`` does."""

from __future__ import annotations

import orjson
import pytest

from rollcall.config.cli import main
from rollcall.config.tests.test_cli_commands import Call, Done
from rollcall.identity.models import MatchSettings, Merge
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.tests.merging_shop import open_shop
from rollcall.identity.tests.test_matching import NORA
from rollcall.kit.scope import Scope
from rollcall.stores.models import Retailer


@pytest.fixture
def rollcall(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call ``rollcall identity settings ARGUMENTS`` in this process."""

    def call(*arguments: str) -> Done:
        monkeypatch.setattr("sys.argv", ["rollcall", "identity", "settings", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.main()
        printed = capsys.readouterr()
        return Done(ended.value.code, printed.out, printed.err)

    return call


@pytest.fixture
def retailer(scope_a: Scope) -> str:
    forget_sizes()
    return Retailer.objects.get(pk=scope_a.retailer_id).slug


@pytest.mark.django_db
class TestSettings:
    def test_shows_what_is_shipped(self, rollcall: Call, retailer: str) -> None:
        shown = rollcall("show", "--retailer", retailer, "--json")

        told = orjson.loads(shown.out)
        assert (told["links"], told["link_bits"], told["reason"]) == (True, 0.0, "as shipped")
        assert (told["links_from"], told["review_from"]) == (16.3, 11.3)

    def test_sets_what_was_said_and_keeps_the_rest(
        self, rollcall: Call, retailer: str, scope_a: Scope
    ) -> None:
        first = rollcall("set", "--retailer", retailer, "--link-bits", "2", "--reason", "a trial")
        second = rollcall("set", "--retailer", retailer, "--no-links", "--reason", "too many")

        assert (first.code, second.code) == (0, 0)
        newest = MatchSettings.objects.scoped(scope_a).order_by("pk").last()
        assert newest is not None
        assert (newest.links, newest.link_bits, newest.reason) == (False, 2.0, "too many")
        assert newest.actor.startswith("cli:")
        assert "too many" in rollcall("show", "--retailer", retailer).out

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("--link-bits", "nan"), "--link-bits: say a number of bits from -3 to +20"),
            (("--link-bits", "1e400"), "--link-bits: say a number of bits from -3 to +20"),
            (("--link-bits", "-3.5"), "--link-bits: say a number of bits from -3 to +20"),
            (("--review-bits", "4.5"), "--review-bits: review has to begin"),
            (("--link-bits", "many"), "not a valid float"),
            (("--from", "2001-01-01"), "within a year"),
        ],
    )
    def test_refuses_nonsense(
        self,
        rollcall: Call,
        retailer: str,
        scope_a: Scope,
        arguments: tuple[str, ...],
        words: str,
    ) -> None:
        done = rollcall("set", "--retailer", retailer, "--reason", "a trial", *arguments)

        assert done.code == 2
        assert words in done.err
        assert not MatchSettings.objects.scoped(scope_a).exists()

    def test_wants_a_reason(self, rollcall: Call, retailer: str) -> None:
        assert rollcall("set", "--retailer", retailer, "--no-links").code == 2
        assert rollcall("set", "--retailer", retailer, "--no-links", "--reason", " ").code == 2

    def test_previews_without_writing(self, rollcall: Call, retailer: str, scope_a: Scope) -> None:
        shop = open_shop(scope_a)
        shop.row("treez:1", **NORA)
        shop.row("cova:2", **NORA)
        match_pending(scope_a)

        done = rollcall("preview", "--retailer", retailer, "--no-links", "--full", "--json")

        told = orjson.loads(done.out)
        assert told["would_not_have_been_made"] == 1
        assert told["of_these_would_have_gone_to_review"] == 1
        assert told["some_of_them"] == [Merge.objects.scoped(scope_a).get().pk]
        assert (told["people_of_a_full_pass_now"], told["people_of_a_full_pass_then"]) == (1, 2)
        assert (told["pairs_for_review_now"], told["pairs_for_review_then"]) == (0, 1)
        assert not MatchSettings.objects.scoped(scope_a).exists()
