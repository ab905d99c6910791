"""Tags of versions: what is told of a conflict, and what is not."""

from __future__ import annotations

import pytest

from rollcall.api.problems import ProblemError
from rollcall.api.versions import differing, etag, require_match

HELD = {"phone": b"1234rest", "email": b"5678rest", "born_on": b"9999rest"}


class TestATag:
    def test_is_the_same_for_the_same_values_in_any_order(self) -> None:
        assert etag(HELD) == etag(dict(reversed(HELD.items())))
        assert etag(HELD) != etag({**HELD, "phone": b"4321rest"})

    def test_lets_a_write_through_alone_in_a_list_or_as_a_star(self) -> None:
        for given in (etag(HELD), f'"other", {etag(HELD)}', "*"):
            require_match(given, HELD)

    def test_tells_which_fields_differ(self) -> None:
        now = {"phone": b"4321rest", "email": b"5678rest", "city": b"0000rest"}

        with pytest.raises(ProblemError) as told:
            require_match(etag(HELD), now)

        assert told.value.problem.extra == {
            "fields": ["city", "phone", "removed"],
            "etag": etag(now),
        }
        assert told.value.problem.headers == (("ETag", etag(now)),)

    @pytest.mark.parametrize("given", ['"x"', "W/", '""', '"' + "A" * 3000 + '"', "ä", '"AAAA"'])
    def test_that_is_none_of_ours_differs_in_everything(self, given: str) -> None:
        assert differing(given, HELD) == ["born_on", "email", "phone"]

    def test_that_is_weak_does_not_match(self) -> None:
        with pytest.raises(ProblemError, match="precondition_failed"):
            require_match(f"W/{etag(HELD)}", HELD)
