from enum import StrEnum


class ListOutboxState(StrEnum):
    DEAD = "dead"
    DELIVERED = "delivered"
    DISCARDED = "discarded"
    HELD = "held"
    QUEUED = "queued"
    REFUSED = "refused"
    SENDING = "sending"

    def __str__(self) -> str:
        return str(self.value)
