from enum import StrEnum


class ListSyncsState(StrEnum):
    FAILED = "failed"
    FINISHED = "finished"
    IN_PROGRESS = "in_progress"
    PENDING = "pending"

    def __str__(self) -> str:
        return str(self.value)
