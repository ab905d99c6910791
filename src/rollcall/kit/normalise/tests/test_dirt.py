"""On realistic dirt the shortcuts never differ from the libraries."""

from __future__ import annotations

from rollcall.kit.normalise.tests import dirt, report

COUNT = 1500
SEED = 7


class TestDisagreement:
    def test_is_nil_for_phones(self) -> None:
        tally = report.phones(dirt.iter_phones(SEED, COUNT))

        assert tally.differing == []
        # The dirt must neither be all clean nor all hopeless, or the comparison shows nothing.
        assert 0.2 < tally.accepted / tally.seen < 0.8

    def test_is_nil_for_emails(self) -> None:
        tally = report.emails(dirt.iter_emails(SEED, COUNT))

        assert tally.differing == []
        assert 0.2 < tally.accepted / tally.seen < 0.8

    def test_is_nil_for_days(self) -> None:
        tally = report.days(dirt.iter_days(SEED, COUNT))

        assert tally.differing == []
        assert 0.2 < tally.accepted / tally.seen < 0.99

    def test_is_nil_for_instants(self) -> None:
        assert report.instants(SEED, COUNT).differing == []

    def test_is_confined_to_two_unhyphenated_family_names(self) -> None:
        tally = report.names(SEED, COUNT)

        unexpected = [text for text in tally.differing if "ruiz" not in text.casefold()]
        assert unexpected == []
        assert 0.0 < tally.rate < 0.1
