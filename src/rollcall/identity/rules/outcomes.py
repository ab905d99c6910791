"""What happens to a pair: linked by itself, shown to a person, or nothing."""

from __future__ import annotations

import enum


class Outcome(enum.StrEnum):
    """The three outcomes of comparing two records."""

    AUTO = "auto"
    REVIEW = "review"
    NO = "no"


def decide(bits: float, *, auto: float, review: float, may_link: bool) -> Outcome:
    """Outcome of a score.

    :param may_link: False if there is a veto, or if only what households share agrees.
    """
    if bits < review:
        return Outcome.NO
    return Outcome.AUTO if may_link and bits >= auto else Outcome.REVIEW
