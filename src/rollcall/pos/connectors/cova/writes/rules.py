"""What can be written to Cova, and what it would refuse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from rollcall.pos.fields import Fields
from rollcall.pos.writing import FieldProblem, WriteRules

#: Canonical field → key of the slim customer.
SLIM: Final = {
    "given_name": "PrimaryName",
    "middle_name": "MiddleName",
    "family_name": "FamilyName",
    "nickname": "AlternateName",
    "born_on": "DateOfBirth",
    "notes": "Notes",
}
#: Canonical field → key of an address, and the gateway's other name for it. [doc]
ADDRESS: Final = {
    "street": ("StreetAddress1", "AddressLine1"),
    "city": ("Locality", "City"),
    "state": ("StateCode", "StateName"),
    "zip": ("PostalCode", "Zip"),
}
#: Canonical contact → the consent that its own ``DoNotContact`` holds.
CONSENT_OF: Final = {"phone": "sms_opt_in", "email": "email_opt_in"}
#: What only extensions can hold, if the company has them.
IN_EXTENSIONS: Final = frozenset({"licence", "medical_id"})
CHANGEABLE: Final = frozenset(
    {*SLIM, *ADDRESS, *CONSENT_OF, *CONSENT_OF.values(), "marketing_opt_in"}
)
_CONSENTS: Final = frozenset({"marketing_opt_in", *CONSENT_OF.values()})
#: Holds the hub's key of a customer. [doc]
OUR_KEY: Final = "ExternalCustomerId"

#: Characters that Cova's columns hold. [code]
_LONGEST: Final = {
    "given_name": 100, "middle_name": 50, "family_name": 100, "nickname": 50, "notes": 2000,
}  # fmt: skip
_PROVINCES: Final = frozenset({
    "AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT",
})  # fmt: skip
_STATES: Final = frozenset({
    "AL", "AK", "AS", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "GU", "HI", "ID",
    "IL", "IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MP", "MT",
    "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "PR", "RI", "SC",
    "SD", "TN", "TX", "UT", "VT", "VA", "VI", "WA", "WV", "WI", "WY",
})  # fmt: skip


def rules_for(extensions: Mapping[str, str]) -> WriteRules:
    """Say what can be written.

    :param extensions: canonical field → name of the extension type that holds it, as the settings
        tell. One that two fields share, or that holds the hub's key, is left alone.
    """
    names = [name.casefold() for name in (*extensions.values(), OUR_KEY)]
    own = {field for field, name in extensions.items() if names.count(name.casefold()) == 1}
    return WriteRules(
        creatable=CHANGEABLE | own,
        updatable=CHANGEABLE | own,
        clearable=(CHANGEABLE | own) - _CONSENTS - {"given_name"},
        # Cova takes nameless people too. [doc]
        required=frozenset({"given_name"}),
        # Nothing is documented about a delay of searches.
        settles_after=dt.timedelta(minutes=1),
    )


def country_of(state: str) -> str | None:
    """Return the country, which has to come together with a state [doc]; Cova sells in two."""
    if state.upper() in _STATES:
        return "US"
    return "CA" if state.upper() in _PROVINCES else None


def problems_of(fields: Fields) -> list[FieldProblem]:
    """Say what Cova would refuse of these values."""
    problems = [
        FieldProblem(field=name, code="too_long", message=f"is longer than {most} characters")
        for name, most in _LONGEST.items()
        if len(str(fields.get(name) or "")) > most
    ]
    state = fields.get("state")
    if state and country_of(str(state)) is None:
        message = "has to be the code of a state or province, two letters"
        problems.append(FieldProblem(field="state", code="invalid", message=message))
    email = fields.get("email")
    if email and not _is_email(str(email)):
        problems.append(FieldProblem(field="email", code="invalid", message="is not an address"))
    return problems


def _is_email(text: str) -> bool:
    """Cova checks the format [doc]; this refuses only what no check can pass."""
    name, at, host = text.rpartition("@")
    return bool(name and at and "." in host.strip(".")) and not any(map(str.isspace, text))
