from enum import StrEnum


class ListSyncsSort(StrEnum):
    ID = "id"
    VALUE_0 = "-id"

    def __str__(self) -> str:
        return str(self.value)
