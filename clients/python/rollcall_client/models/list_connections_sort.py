from enum import StrEnum


class ListConnectionsSort(StrEnum):
    ID = "id"
    VALUE_1 = "-id"

    def __str__(self) -> str:
        return str(self.value)
