"""The page of the review queue: what it shows to whom, and what people do there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from rollcall.audit.models import Entry
from rollcall.identity.blockers import Blocker, add_blocker, remove_blocker
from rollcall.identity.models import Suggestion
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.operations.reviewing import answer
from rollcall.identity.presentation import explain, lay_out_evidence, lay_out_pair
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.queries.suggestions import open_pair
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.review_queue import EVIDENCE, NORA, take_in_pair
from rollcall.kit.scope import Scope
from rollcall.stores.models import User

PAGE, ANSWER, UNDO = "/people/review/", "/people/review/answer/", "/people/review/undo/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def pair(shop: MergingShop) -> Suggestion:
    return take_in_pair(shop)


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def held() -> Iterator[None]:
    def find(scope: Scope, people: object, *, parting: bool) -> list[Blocker]:
        return [Blocker(code="legal_hold", words="there is a legal hold")]

    add_blocker("test", find)
    yield
    remove_blocker("test")


def text(client: Client) -> str:
    return client.get(PAGE).content.decode()


def post(client: Client, suggestion: Suggestion, given: str) -> str:
    """Answer as htmx does; returns the part that it puts into the page."""
    fields = {"suggestion": str(suggestion.pk), "answer": given}
    answered = client.post(ANSWER, fields, headers=HTMX)
    assert answered.status_code == 200
    return answered.content.decode()


def state_of(suggestion: Suggestion) -> str:
    suggestion.refresh_from_db()
    return suggestion.state


class TestPage:
    def test_shows_both_people_and_the_evidence_in_words(
        self, admin: Client, pair: Suggestion
    ) -> None:
        shown = text(admin)

        assert "1 pair left" in shown
        assert shown.count("(415) 555-0177") == 2
        assert "30 Jan 1961" in shown
        assert "19 Jul 1988" in shown
        differs = '<th scope="row">Birth date</th><td>differs</td><td class="num">'
        assert f"{differs}\N{MINUS SIGN}6.0" in shown
        assert '<text x="0" y="15">Phone: the same</text>' in shown
        assert "Their birth dates contradict each other." in shown
        assert "if both agreed in: Birth date, Licence." in shown

    def test_compares_field_by_field(self, shop: MergingShop, pair: Suggestion) -> None:
        shop.edit("cova:2", "family_name", "Adeyemi")

        rows = lay_out_pair(open_pair(shop.scope, pair.pk)).rows

        assert {row.name: str(row.agreement.words) for row in rows} == {
            "given_name": "agrees",
            "family_name": "differs",
            "born_on": "differs",
            "phone": "agrees",
            "email": "alike",
            "street": "agrees",
            "zip": "missing",
        }
        assert {row.name: row.notes for row in rows}["email"] == ["nearly the same"]

    def test_says_that_what_everybody_has_counts_for_nothing(
        self, shop: MergingShop, pair: Suggestion
    ) -> None:
        parts = [{"field": "phone", "level": "missing", "bits": 0.0}]
        Suggestion.objects.scoped(shop.scope).update(evidence={**EVIDENCE, "parts": parts})

        rows = lay_out_pair(open_pair(shop.scope, pair.pk)).rows

        assert {row.name: row.notes for row in rows}["phone"] == [
            "too many people share it: it counts for nothing"
        ]

    def test_says_in_the_audit_who_was_seen(
        self, admin: Client, scope_a: Scope, pair: Suggestion
    ) -> None:
        text(admin)

        seen = Entry.objects.scoped(scope_a).get(action="customer.viewed")
        assert len(seen.subject_ids) == 2
        assert seen.context == {"suggestion": pair.pk}

    def test_says_when_nothing_is_left(self, admin: Client, shop: MergingShop) -> None:
        shown = text(admin)

        assert "Nothing is left to review." in shown
        assert "Same person" not in shown

    def test_is_not_for_staff(self, client: Client, bob: User, pair: Suggestion) -> None:
        client.force_login(bob)
        fields = {"suggestion": str(pair.pk), "answer": "same"}

        assert client.get(PAGE).status_code == 403
        assert client.post(ANSWER, fields).status_code == 403
        assert client.post(UNDO).status_code == 403
        assert state_of(pair) == "open"

    def test_shows_nothing_of_another_retailer(
        self, client: Client, charlie: User, pair: Suggestion
    ) -> None:
        client.force_login(charlie)
        fields = {"suggestion": str(pair.pk), "answer": "same"}

        assert "Okafor" not in text(client)
        assert client.post(ANSWER, fields).status_code == 404
        assert state_of(pair) == "open"

    def test_takes_no_post_of_another_site(self, alice: User, pair: Suggestion) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(alice)

        refused = client.post(ANSWER, {"suggestion": str(pair.pk), "answer": "same"})

        assert refused.status_code == 403
        assert state_of(pair) == "open"

    def test_shows_what_the_compared_record_says_where_it_does_not_stand(
        self, admin: Client, shop: MergingShop, pair: Suggestion
    ) -> None:
        shop.edit("treez:1", "family_name", "Adeyemi")

        assert "the compared record: Okafor" in " ".join(text(admin).split())


class TestAnswering:
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ("same", "Same person: the two are merged."),
            ("different", "Different people: remembered."),
            ("household", "Same household, different people: remembered."),
        ],
    )
    def test_goes_on_to_the_next_pair(
        self, admin: Client, shop: MergingShop, pair: Suggestion, given: str, words: str
    ) -> None:
        following = take_in_pair(shop, 11, given="Amara")

        shown = post(admin, pair, given)

        assert state_of(pair) == given
        assert words in shown
        assert f'name="suggestion" value="{following.pk}"' in shown
        assert "1 pair left" in shown
        assert "<html" not in shown

    def test_works_without_javascript(self, admin: Client, pair: Suggestion) -> None:
        answered = admin.post(ANSWER, {"suggestion": str(pair.pk), "answer": "same"})

        assert (answered.status_code, answered["Location"]) == (302, PAGE)
        assert "Same person: the two are merged." in text(admin)

    def test_says_who_was_quicker(self, admin: Client, shop: MergingShop, pair: Suggestion) -> None:
        answer(shop.scope, pair.pk, Suggestion.State.HOUSEHOLD, now=shop.tick())

        shown = post(admin, pair, "same")

        assert "It was answered already. Same household" in shown
        assert state_of(pair) == "household"

    def test_says_why_a_merge_is_refused_and_keeps_the_pair(
        self, admin: Client, shop: MergingShop, pair: Suggestion, held: None
    ) -> None:
        stronger = take_in_pair(shop, 11)
        Suggestion.objects.scoped(shop.scope).filter(pk=stronger.pk).update(bits=18.5)

        shown = post(admin, pair, "same")

        assert "Nothing was changed: there is a legal hold." in shown
        assert f'name="suggestion" value="{pair.pk}"' in shown
        assert state_of(pair) == "open"

    @pytest.mark.parametrize(
        ("suggestion", "given", "status"),
        [
            ("", "same", 400),
            ("x", "same", 400),
            ("1" * 40, "same", 400),
            ("²", "same", 400),
            ("999999999", "same", 404),
            ("1", "superseded", 400),
            ("1", "", 400),
        ],
    )
    def test_refuses_what_is_no_answer(
        self, admin: Client, pair: Suggestion, suggestion: str, given: str, status: int
    ) -> None:
        refused = admin.post(ANSWER, {"suggestion": suggestion, "answer": given})

        assert refused.status_code == status
        assert state_of(pair) == "open"


class TestSkipping:
    def test_puts_a_pair_to_the_end_and_writes_nothing(
        self, admin: Client, shop: MergingShop, pair: Suggestion
    ) -> None:
        following = take_in_pair(shop, 11)

        shown = post(admin, pair, "skip")
        assert f'name="suggestion" value="{following.pk}"' in shown
        assert "2 pairs left" in shown

        again = post(admin, following, "skip")
        assert f'name="suggestion" value="{pair.pk}"' in again
        assert "what you skipped comes again" in again
        assert state_of(pair) == state_of(following) == "open"


class TestUndo:
    @pytest.mark.parametrize("given", ["same", "different", "household"])
    def test_shows_the_pair_again(self, admin: Client, pair: Suggestion, given: str) -> None:
        post(admin, pair, given)

        shown = admin.post(UNDO, headers=HTMX).content.decode()

        assert "Taken back; here is the pair." in shown
        assert f'name="suggestion" value="{pair.pk}"' in shown
        assert 'id="answer-undo"' not in shown
        assert state_of(pair) == "open"

    def test_says_when_there_is_nothing_to_take_back(self, admin: Client, pair: Suggestion) -> None:
        post(admin, pair, "different")
        admin.post(UNDO)

        shown = admin.post(UNDO, headers=HTMX).content.decode()

        assert "There is no answer to take back." in shown

    def test_keeps_no_value_of_a_person_in_the_session(
        self, admin: Client, pair: Suggestion
    ) -> None:
        post(admin, pair, "same")

        assert set(admin.session["review"]["last"]) == {
            "suggestion_id",
            "state",
            "merge_id",
            "decision_id",
        }


class TestWords:
    def test_tell_a_contradiction_of_others_from_one_of_the_two(self) -> None:
        own = [str(words) for words in explain(["born"], {"vetoes": ["born"]})]
        others = [str(words) for words in explain(["born"], {"vetoes": []})]

        assert own == ["Their birth dates contradict each other."]
        assert others == ["Another record of one of them has a birth date that does not fit."]

    def test_tell_too_little_from_what_only_a_household_shares(self) -> None:
        assert list(explain(["bits"], {"short": 1.7})) == ["The evidence is 1.7 bits short."]
        assert list(explain(["bits"], {"short": -3.0})) == [
            "Only what households share agrees, nothing that is a person's own."
        ]

    def test_name_what_is_not_known(self) -> None:
        assert list(explain(["legal_hold"], {})) == [
            "Something else stands in the way (legal_hold)."
        ]


class TestWaterfall:
    def test_goes_from_nothing_to_the_total(self) -> None:
        fall = lay_out_evidence(EVIDENCE)

        assert [bar.bits for bar in fall.bars] == [
            "+9.3",
            "+9.0",
            "+7.1",
            "+1.9",
            "\N{MINUS SIGN}6.0",
            "\N{MINUS SIGN}4.0",
        ]
        assert [bar.look for bar in fall.bars] == ["for"] * 4 + ["against"] * 2
        assert (fall.bars[0].x, fall.total.x, fall.zero) == (0, 0, 0)
        assert fall.bars[-1].x == fall.total.width
        assert (fall.total.bits, fall.needed) == ("+17.3", "+19.0")
        assert fall.goal == round(19.0 / 27.3 * 1000)

    def test_stands_evidence_that_says_nothing(self) -> None:
        fall = lay_out_evidence({})

        assert (fall.bars, fall.total.bits) == ([], "+0.0")


def test_no_longer_asks_about_people_who_are_one(
    admin: Client, shop: MergingShop, pair: Suggestion
) -> None:
    shop.merge("treez:1", "cova:2")

    shown = post(admin, pair, "same")

    assert "They have become one person meanwhile." in shown
    assert "Nothing is left to review." in shown


def test_shows_what_matching_has_found(admin: Client, shop: MergingShop) -> None:
    forget_sizes()
    shop.row("treez:1", **NORA)
    shop.row("cova:2", **{**NORA, "born_on": "1961-01-30"})
    match_pending(shop.scope)

    shown = text(admin)

    assert "Their birth dates contradict each other." in shown
    assert '<text x="0" y="15">Birth date: differs</text>' in shown
    assert '<th scope="row">Phone</th><td>the same</td><td class="num">+' in shown
    (found,) = Suggestion.objects.scoped(shop.scope)
    assert "the two are merged" in post(admin, found, "same")
    assert shop.person("treez:1") == shop.person("cova:2")
