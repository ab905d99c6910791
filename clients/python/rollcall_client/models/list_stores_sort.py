from enum import StrEnum


class ListStoresSort(StrEnum):
    ID = "id"
    VALUE_1 = "-id"

    def __str__(self) -> str:
        return str(self.value)
