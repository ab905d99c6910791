from __future__ import annotations

import dataclasses
import json
import math

import pytest

from rollcall.identity.rules.evidence import Evidence, evidence_of
from rollcall.identity.rules.model import ModelError, read_model, shipped_model, write_model
from rollcall.identity.rules.outcomes import Outcome
from rollcall.identity.rules.weights import Frequencies, Scored, Scorer, count_frequencies

MARIA = evidence_of(
    {
        "given_name": "Maria",
        "family_name": "Halloran",
        "born_on": "1988-04-02",
        "phone": "4159675098",
        "email": "mh@example.com",
        "street": "12 Main St",
        "zip": "94601",
    }
)


def scorer(records: int = 100_000) -> Scorer:
    empty: dict[str, dict[str, int]] = {
        f: {} for f in ("given", "family", "phone", "email", "address")
    }
    return Scorer(
        shipped_model(),
        Frequencies(records=records, counts=empty, totals=dict.fromkeys(empty, 0)),
    )


def bits(scored: Scored, field: str) -> float:
    return next(part.bits for part in scored.parts if part.field == field)


class TestScore:
    def test_links_one_person(self) -> None:
        again = dataclasses.replace(MARIA, phone=None, street=None)
        assert scorer().score(MARIA, again).outcome is Outcome.AUTO

    def test_never_links_by_what_a_household_shares(self) -> None:
        partner = dataclasses.replace(MARIA, given=None, born=None)
        scored = scorer().score(MARIA, partner)
        assert scored.outcome is not Outcome.AUTO
        assert scored.capped > 10

    def test_never_links_twins(self) -> None:
        twin = dataclasses.replace(MARIA, given="hannah")
        scored = scorer().score(MARIA, twin)
        assert (scored.outcome, scored.vetoes) == (Outcome.REVIEW, ("given",))

    def test_says_nothing_about_strangers(self) -> None:
        other = evidence_of({"given_name": "Ana", "family_name": "Vu", "phone": "5109675098"})
        assert scorer().score(MARIA, other).outcome is Outcome.NO

    def test_names_every_field_with_its_bits(self) -> None:
        scored = scorer().score(MARIA, dataclasses.replace(MARIA, email=None))
        assert sum(part.bits for part in scored.parts) - scored.capped == pytest.approx(scored.bits)
        assert next(p.level for p in scored.parts if p.field == "email") == "missing"

    def test_counts_rare_values_more(self) -> None:
        usual, rare = Evidence(family="smith"), Evidence(family="zyx")
        found = Scorer(
            shipped_model(), count_frequencies([Evidence(family="smith")] * 5000 + [rare])
        )
        assert bits(found.score(usual, usual), "family") < 1
        assert bits(found.score(rare, rare), "family") > 11

    def test_agrees_with_the_score_without_reasons(self) -> None:
        other = dataclasses.replace(MARIA, given="mary", phone="+14159675089")
        scored = scorer().score(MARIA, other)
        assert scorer().weigh(MARIA, other) == (scored.bits, scored.outcome)

    def test_asks_for_more_in_a_larger_file(self) -> None:
        growth = shipped_model().thresholds.growth
        assert scorer(400_000).auto - scorer(100_000).auto == pytest.approx(2 * growth)

    def test_asks_for_still_more_where_only_names_agree(self) -> None:
        namesake = Evidence(given="maria", family="halloran", family_parts="halloran")
        short = {n: scorer(n).score(MARIA, namesake).missing_bits for n in (100_000, 400_000)}
        growth = shipped_model().names_thresholds.growth
        assert short[400_000] - short[100_000] == pytest.approx(2 * growth)
        assert growth > shipped_model().thresholds.growth

    def test_never_links_namesakes_with_another_birth_date_at_one_address(self) -> None:
        son = dataclasses.replace(MARIA, born="2011-12-30")
        assert scorer().score(MARIA, son).outcome is Outcome.REVIEW


class TestWouldLinkIf:
    def test_names_the_field_that_is_missing(self) -> None:
        other = Evidence(given="maria", family="halloran", family_parts="halloran")
        assert "born" in scorer().would_link_if(dataclasses.replace(MARIA, given="mariah"), other)

    def test_names_nothing_for_strangers(self) -> None:
        other = evidence_of({"given_name": "Ana", "family_name": "Vu", "born_on": "1960-01-02"})
        assert scorer().would_link_if(MARIA, other) == ()


class TestReadModel:
    def test_reads_what_was_written(self) -> None:
        assert read_model(write_model(shipped_model())) == shipped_model()

    def test_ships_odds_that_add_up(self) -> None:
        for field, levels in shipped_model().fields.items():
            assert math.isclose(sum(level.m for level in levels), 1, abs_tol=0.02), field
            assert math.isclose(sum(level.u for level in levels), 1, abs_tol=0.02), field

    @pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"fields": 1}', "x" * 100_000])
    def test_refuses_what_is_no_model(self, text: str) -> None:
        with pytest.raises(ModelError, match="not a model of this version"):
            read_model(text)

    def test_refuses_odds_that_are_none(self) -> None:
        document = json.loads(write_model(shipped_model()))
        document["fields"]["born"]["exact"]["u"] = 0
        with pytest.raises(ModelError, match="born, exact"):
            read_model(json.dumps(document))
