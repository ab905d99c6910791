"""Which of Treez's lookups answers a question, and who of its answers fits."""

from __future__ import annotations

from collections.abc import Mapping

from rollcall.pos.contract import Criteria, RawRow
from rollcall.pos.errors import UnsupportedByPosError


def ten_digits(phone: object) -> str:
    """Reduce a phone to what Treez stores: ten digits without the country code [doc]."""
    digits = "".join(c for c in str(phone) if c.isascii() and c.isdigit())
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def lookup(criteria: Criteria) -> tuple[str, Mapping[str, str]] | None:
    """Return the path that singles people out best; Treez takes one criterion at a time [doc].

    None if nobody can have what is asked for.

    :raises UnsupportedByPosError: Treez does not search by what is given.
    """
    if criteria.email:
        return "/customer/email/{email}", {"email": criteria.email}
    if criteria.phone:
        digits = ten_digits(criteria.phone)
        return ("/customer/phone/{phone}", {"phone": digits}) if digits else None
    if criteria.licence:
        return "/customer/driverlicense/{dl}", {"dl": criteria.licence}
    if criteria.given_name and criteria.family_name:
        names = {"first": criteria.given_name, "last": criteria.family_name}
        return "/customer/firstname/{first}/lastname/{last}", names
    raise UnsupportedByPosError(
        "Treez finds customers by id, e-mail, phone, licence, or by given and family name"
    )


def fits(row: RawRow, criteria: Criteria) -> bool:
    """Apply the criteria that Treez was not asked about."""
    wanted = {
        "first_name": criteria.given_name,
        "last_name": criteria.family_name,
        "email": criteria.email,
        "drivers_license": criteria.licence,
        "birthday": criteria.born_on.isoformat() if criteria.born_on else "",
    }
    if criteria.phone and ten_digits(row.get("phone", "")) != ten_digits(criteria.phone):
        return False
    return all(
        str(row.get(key, "")).strip().casefold() == value.strip().casefold()
        for key, value in wanted.items()
        if value
    )
