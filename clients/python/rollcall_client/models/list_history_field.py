from enum import StrEnum


class ListHistoryField(StrEnum):
    BANNED = "banned"
    BORN_ON = "born_on"
    CITY = "city"
    CUSTOMER_TYPE = "customer_type"
    EMAIL = "email"
    EMAIL_OPT_IN = "email_opt_in"
    FAMILY_NAME = "family_name"
    GENDER = "gender"
    GIVEN_NAME = "given_name"
    GROUPS = "groups"
    IS_CAREGIVER = "is_caregiver"
    LAST_VISIT_AT = "last_visit_at"
    LICENCE = "licence"
    LICENCE_EXPIRES_ON = "licence_expires_on"
    LICENCE_STATE = "licence_state"
    LOYALTY_POINTS = "loyalty_points"
    MARKETING_OPT_IN = "marketing_opt_in"
    MEDICAL_EXPIRES_ON = "medical_expires_on"
    MEDICAL_ID = "medical_id"
    MIDDLE_NAME = "middle_name"
    NICKNAME = "nickname"
    NOTES = "notes"
    PHONE = "phone"
    REFERRAL_SOURCE = "referral_source"
    SIGNED_UP_AT = "signed_up_at"
    SMS_OPT_IN = "sms_opt_in"
    STATE = "state"
    STREET = "street"
    VERIFICATION = "verification"
    ZIP = "zip"

    def __str__(self) -> str:
        return str(self.value)
