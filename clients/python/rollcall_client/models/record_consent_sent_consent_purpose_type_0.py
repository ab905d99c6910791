from enum import StrEnum


class RecordConsentSentConsentPurposeType0(StrEnum):
    LOYALTY = "loyalty"
    MARKETING = "marketing"
    RESEARCH = "research"
    SHARING = "sharing"
    TRANSACTIONAL = "transactional"

    def __str__(self) -> str:
        return str(self.value)
