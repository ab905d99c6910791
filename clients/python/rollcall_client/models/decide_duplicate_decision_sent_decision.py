from enum import StrEnum


class DecideDuplicateDecisionSentDecision(StrEnum):
    DIFFERENT = "different"
    HOUSEHOLD = "household"
    SAME = "same"

    def __str__(self) -> str:
        return str(self.value)
