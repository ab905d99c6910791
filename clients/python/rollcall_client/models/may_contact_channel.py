from enum import StrEnum


class MayContactChannel(StrEnum):
    EMAIL = "email"
    MAIL = "mail"
    PHONE = "phone"
    PUSH = "push"
    SMS = "sms"

    def __str__(self) -> str:
        return str(self.value)
