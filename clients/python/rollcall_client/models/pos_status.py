from enum import StrEnum


class PosStatus(StrEnum):
    CREATED = "created"
    DELIVERED = "delivered"
    LEAD = "lead"
    PENDING = "pending"
    REFUSED = "refused"
    UNSUPPORTED = "unsupported"

    def __str__(self) -> str:
        return str(self.value)
