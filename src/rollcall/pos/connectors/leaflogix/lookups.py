"""What Dutchie is asked about single people, and who of its answers fits."""

from __future__ import annotations

from typing import Final

from rollcall.pos.contract import Criteria, RawRow
from rollcall.pos.errors import UnsupportedByPosError

_MAX_INT32: Final = 2**31 - 1


def is_id(external_id: str) -> bool:
    """Tell whether this can be one of Dutchie's ids; it answers others with all customers."""
    digits = external_id.isascii() and external_id.isdigit() and len(external_id) <= 10
    return digits and 0 < int(external_id) <= _MAX_INT32


def ten_digits(phone: object) -> str:
    """Reduce a phone, free text at Dutchie, to its digits without the country code."""
    digits = "".join(c for c in str(phone) if c.isascii() and c.isdigit())
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def question(criteria: Criteria) -> dict[str, str]:
    """Return the criterion that singles people out best; of several, Dutchie takes any [doc].

    :raises UnsupportedByPosError: Dutchie does not search by what is given.
    """
    if criteria.licence:
        return {"driversLicenseId": criteria.licence}
    if criteria.email:
        return {"emailAddress": criteria.email}
    if criteria.phone:
        return {"phone": ten_digits(criteria.phone) or criteria.phone}
    if criteria.family_name and criteria.born_on:
        born_at = f"{criteria.born_on.isoformat()}T00:00:00"
        return {"lastName": criteria.family_name, "dateOfBirth": born_at}
    raise UnsupportedByPosError(
        "Dutchie finds customers by id, licence, e-mail, phone, or family name with birth date"
    )


def fits(row: RawRow, criteria: Criteria) -> bool:
    """Apply the criteria that Dutchie was not asked about; a licence's number is never told."""
    if criteria.phone and ten_digits(criteria.phone) not in numbers(row):
        return False
    if criteria.born_on and str(row.get("dateOfBirth"))[:10] != criteria.born_on.isoformat():
        return False
    first, last = both_names(row)
    pairs = (
        (criteria.given_name, first),
        (criteria.family_name, last),
        (criteria.email, row.get("emailAddress")),
    )
    return all(folded(wanted) == folded(held) for wanted, held in pairs if wanted)


def both_names(row: RawRow) -> tuple[str, str]:
    """Return first and last name; old tenants fill the full name only [doc]."""
    first, last = row.get("firstName"), row.get("lastName")
    if not first and not last:
        first, _, last = str(row.get("name") or "").strip().partition(" ")
    return str(first or ""), str(last or "")


def numbers(row: RawRow) -> set[str]:
    """Return the digits of both phones."""
    return {ten_digits(row.get(key) or "") for key in ("phone", "cellPhone")}


def folded(text: object) -> str:
    """Return a text as it is compared."""
    return " ".join(str(text or "").split()).casefold()
