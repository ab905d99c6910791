from enum import StrEnum


class UpdateCustomerChangedCustomerStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    VALUE_0 = ""

    def __str__(self) -> str:
        return str(self.value)
