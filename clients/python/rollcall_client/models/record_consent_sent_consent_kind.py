from enum import StrEnum


class RecordConsentSentConsentKind(StrEnum):
    GIVEN = "given"
    IMPLIED = "implied"
    IMPORTED = "imported"
    WITHDRAWN = "withdrawn"

    def __str__(self) -> str:
        return str(self.value)
