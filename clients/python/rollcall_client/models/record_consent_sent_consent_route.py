from enum import StrEnum


class RecordConsentSentConsentRoute(StrEnum):
    API = "api"
    IMPORT = "import"
    POS = "pos"
    SELF_SERVICE = "self_service"
    STAFF = "staff"

    def __str__(self) -> str:
        return str(self.value)
