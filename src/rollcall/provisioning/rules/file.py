"""What a file may say: one retailer with its stores, kiosks, people and connections."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Annotated, Final, Literal, Self
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from rollcall.kit.fields import FIELDS
from rollcall.kit.normalise.phone import phone_e164
from rollcall.kit.scope import Role
from rollcall.orders.rules.products import ProductInvalidError, ProductSaid, read_product
from rollcall.pos.registry import kinds
from rollcall.sync.rules.schedule_words import ScheduleWordError, read_days, read_time

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CATALOG_ID: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_JURISDICTION: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST_PHONE: Final = 40
_MOST_PRODUCTS: Final = 5_000
#: Names of the time zone database that are no places.
_NO_ZONES: Final = frozenset({"Factory", "localtime", "posixrules"})


def _wrong(problem: str) -> PydanticCustomError:
    return PydanticCustomError("wrong", "{problem}", {"problem": problem})


def _matching(pattern: re.Pattern[str], *, longest: int, problem: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if len(value) > longest or not pattern.fullmatch(value):
            raise _wrong(f"{_quoted(value)} {problem}")
        return value

    return check


def _quoted(value: str) -> str:
    return f'"{value[:60]}…"' if len(value) > 60 else f'"{value}"'


def _check_name(value: str) -> str:
    if not value.strip():
        raise _wrong("is empty")
    if len(value) > 200:
        raise _wrong("is longer than 200 characters")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise _wrong("holds a character that cannot be shown")
    return unicodedata.normalize("NFC", value.strip())


def _check_time_zone(value: str) -> str:
    if value not in available_timezones() or value in _NO_ZONES:
        raise _wrong(f"{_quoted(value)} is no IANA time zone")
    return value


def _check_email(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise _wrong("is no e-mail address") from None


def _check_contact_email(value: str) -> str:
    return _check_email(value) if value else ""


def _check_phone(value: str) -> str:
    if not value:
        return ""
    number = phone_e164(value) if len(value) <= _LONGEST_PHONE else None
    if number is None:
        raise _wrong("is no phone number")
    return number


def _refuse_page_name(value: str) -> str:
    # /connections/new/ is where the next one is made.
    if value == "new":
        raise _wrong('"new" is the name of a page; choose another')
    return value


def _read_stores(value: object) -> object:
    if value == "all":
        return None
    if not isinstance(value, list):
        raise _wrong('has to be "all" or a list of stores')
    return value


def _read_reference(value: object) -> object:
    if not isinstance(value, dict):
        raise _wrong("has to be {env: NAME} or {file: path}; the secret itself may not stand here")
    return value


def _read_schedule_days(value: object) -> list[int]:
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise _wrong("has to be daily, never or a list of days such as [mon, thu]")
    try:
        return read_days(words)
    except ScheduleWordError as error:
        raise _wrong(str(error)) from None


def _read_schedule_time(value: object) -> dt.time:
    if not isinstance(value, str):
        raise _wrong('has to be a time such as "02:00"')
    try:
        return read_time(value)
    except ScheduleWordError as error:
        raise _wrong(str(error)) from None


def _read_role(value: object) -> Role:
    roles = (Role.STAFF, Role.MANAGER, Role.ADMIN)
    if value not in roles:
        raise _wrong("has to be staff, manager or admin")
    return Role(str(value))


Slug = Annotated[
    str,
    AfterValidator(
        _matching(
            _SLUG,
            longest=60,
            problem="is no slug (lower-case letters and digits, with single hyphens between)",
        )
    ),
]
Name = Annotated[str, AfterValidator(_check_name)]
Email = Annotated[str, AfterValidator(_check_email)]
TimeZone = Annotated[str, AfterValidator(_check_time_zone)]
CatalogId = Annotated[
    str,
    AfterValidator(
        _matching(
            _CATALOG_ID,
            longest=60,
            problem="is no catalog id (letters, digits and . _ - between them)",
        )
    ),
]
Jurisdiction = Annotated[
    str,
    AfterValidator(
        _matching(_JURISDICTION, longest=6, problem="is no jurisdiction such as US-CA (ISO 3166-2)")
    ),
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def _check_source(env: str | None, file: str | None) -> None:
    if env is not None and not _VARIABLE.fullmatch(env):
        raise _wrong("env: this is no name of an environment variable")
    if file is not None and (not file or "\0" in file):
        raise _wrong("file: this is no path")


class Reference(_Part):
    """Where a value comes from that does not stand in the file."""

    env: str | None = None
    file: str | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise _wrong("has to be {env: NAME} or {file: path}")
        _check_source(self.env, self.file)
        return self


class KeySource(_Part):
    """Where a kiosk's key comes from."""

    env: str | None = None
    file: str | None = None
    mint: Literal[True] | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if sum(source is not None for source in (self.env, self.file, self.mint)) != 1:
            raise _wrong("has to be {mint: true}, {env: NAME} or {file: path}")
        _check_source(self.env, self.file)
        return self

    @property
    def reference(self) -> Reference | None:
        """Where to read the key; None if it is minted here."""
        return None if self.mint else Reference(env=self.env, file=self.file)


SecretReference = Annotated[Reference, BeforeValidator(_read_reference)]
SecretKeySource = Annotated[KeySource, BeforeValidator(_read_reference)]


class RetailerPart(_Part):
    """The company."""

    slug: Slug
    name: Name


def _check_priority(value: dict[str, list[str]]) -> dict[str, list[str]]:
    for field, wanted in value.items():
        if field not in FIELDS:
            raise _wrong(f"{_quoted(field)} is no field")
        unknown = [kind for kind in wanted if kind not in kinds()]
        if unknown:
            raise _wrong(f"{field}: {_quoted(unknown[0])} is no kind of POS")
        if len(set(wanted)) < len(wanted):
            raise _wrong(f"{field}: a POS can stand there only once")
    return value


def _read_products(value: object) -> list[ProductSaid]:
    if not isinstance(value, list):
        raise _wrong("has to be a list")
    if len(value) > _MOST_PRODUCTS:
        raise _wrong(f"has more than {_MOST_PRODUCTS:,} products; import them from a table")
    products: list[ProductSaid] = []
    for number, one in enumerate(value):
        if not isinstance(one, dict):
            raise _wrong(f"[{number}]: has to be a mapping of names to values")
        try:
            products.append(read_product(one))
        except ProductInvalidError as error:
            member, words = next(iter(error.errors.items()))
            raise _wrong(f"[{number}].{member}: {words[0]}") from None
    skus = [one.sku for one in products]
    if len(set(skus)) < len(skus):
        raise _wrong("has a sku twice")
    return products


class OrdersPart(_Part):
    """What a store allows with orders for its POS. What is left out stays as it is."""

    anonymous: bool | None = None
    #: An empty list: nobody is mailed to any more.
    mail_to: Annotated[list[Email] | None, Field(max_length=10)] = None
    mail_shopper: bool | None = None


class StorePart(_Part):
    """One licensed location. What is left out stays as it is; an empty contact is taken away."""

    slug: Slug
    name: Name
    time_zone: TimeZone
    jurisdiction: Jurisdiction
    licence_type: Name | None = None
    phone: Annotated[str, AfterValidator(_check_phone)] | None = None
    email: Annotated[str, AfterValidator(_check_contact_email)] | None = None
    active: bool | None = None
    #: What it sells, as far as orders need it; products that are not named stay as they are.
    products: Annotated[list[ProductSaid], PlainValidator(_read_products)] = Field(
        default_factory=list
    )
    orders: OrdersPart | None = None


class KioskPart(_Part):
    """A device or sales channel of a store, with up to two keys.

    ``mint: true`` makes a key only if the kiosk has no active one.
    """

    catalog_id: CatalogId
    name: Name
    store: Slug
    active: bool | None = None
    keys: list[SecretKeySource] = Field(default_factory=list, max_length=2)

    @model_validator(mode="after")
    def _mints_alone(self) -> Self:
        if len(self.keys) > 1 and any(key.mint for key in self.keys):
            raise _wrong("keys: mint: true stands alone; it makes a key if there is none")
        return self


class UserPart(_Part):
    """A person with a role. The password is set if they have none yet, or to reset theirs."""

    email: Email
    name: Name | None = None
    role: Annotated[Role, BeforeValidator(_read_role)]
    stores: Annotated[list[Slug] | None, BeforeValidator(_read_stores)]
    password: SecretReference | None = None
    reset_password: bool = False

    @model_validator(mode="after")
    def _resets_to_something(self) -> Self:
        if self.reset_password and self.password is None:
            raise _wrong("reset_password needs a password")
        return self


ConnectionSlug = Annotated[Slug, AfterValidator(_refuse_page_name)]
ScheduleDays = Annotated[list[int], BeforeValidator(_read_schedule_days)]
ScheduleTime = Annotated[dt.time, BeforeValidator(_read_schedule_time)]


class SchedulePart(_Part):
    """When a connection is read by itself. What is left out stays as it is."""

    changes_every_s: int | None = None
    full_on: ScheduleDays | None = None
    reconcile_on: ScheduleDays | None = None
    off_peak_from: ScheduleTime | None = None
    off_peak_until: ScheduleTime | None = None


class ConnectionPart(_Part):
    """How to speak to one POS. ``settings`` are the connector's own."""

    slug: ConnectionSlug
    kind: str
    stores: list[Slug] = Field(min_length=1)
    time_zone: TimeZone | None = None
    paused: bool | None = None
    confirm_account_change: bool = False
    schedule: SchedulePart | None = None
    settings: dict[str, object] = Field(default_factory=dict)


class Document(_Part):
    """One retailer."""

    retailer: RetailerPart
    stores: list[StorePart] = Field(default_factory=list)
    kiosks: list[KioskPart] = Field(default_factory=list)
    users: list[UserPart] = Field(default_factory=list)
    connections: list[ConnectionPart] = Field(default_factory=list)
    #: Field → kinds of POS, the one that counts most first; an empty list: the newest value stands.
    source_priority: Annotated[dict[str, list[str]], AfterValidator(_check_priority)] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _names_everything_once(self) -> Self:
        _refuse_twice("stores", "slug", (store.slug for store in self.stores))
        _refuse_twice("kiosks", "catalog_id", (kiosk.catalog_id for kiosk in self.kiosks))
        _refuse_twice("users", "email", (user.email for user in self.users))
        _refuse_twice("connections", "slug", (one.slug for one in self.connections))
        return self


def _refuse_twice(section: str, field: str, names: Iterable[str]) -> None:
    seen: dict[str, int] = {}
    for position, name in enumerate(names):
        if name in seen:
            raise _wrong(
                f"{section}[{position}].{field}: stands in {section}[{seen[name]}] already"
            )
        seen[name] = position
