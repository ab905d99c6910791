"""What OpenAPI says of webhooks: shapes, problems and examples."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from ninja import Schema
from pydantic import StringConstraints

from rollcall.api import problems
from rollcall.api.bodies import PAGING, Line, Sent, describe
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.platform import IDEMPOTENCY
from rollcall.events.api.feed import SHARED
from rollcall.events.rules.targets import LONGEST_URL

Url = Annotated[str, StringConstraints(max_length=LONGEST_URL)]
Instant = Annotated[
    str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$")
]
_WRITTEN: Final = (
    *SHARED,
    problems.BAD_REQUEST,
    problems.CONTENT_TOO_LARGE,
    problems.INVALID,
    problems.KEY_REUSED,
    problems.KEY_IN_FLIGHT,
)
_OF_ONE: Final = (*_WRITTEN, problems.NOT_FOUND)


class WebhookTold(Schema):
    """An address that is called with events; no `types` means all of them."""

    id: int
    name: str
    url: str
    types: list[str]
    state: str
    created_at: str
    failing_since: str | None
    last_delivered_at: str | None
    last_code: str


class WebhookMade(WebhookTold):
    """The same with its secret, which is shown only in this answer."""

    secret: str


class SecretTold(Schema):
    """A new secret, shown only in this answer; the earlier one signs too until `overlaps_until`."""

    secret: str
    overlaps_until: str


class Webhooks(Schema):
    """All webhooks, the oldest first."""

    items: list[WebhookTold]


class DeliveryTold(Schema):
    """One event for one webhook; `event` is the `webhook-id` of every try."""

    id: int
    event: str
    type: str
    occurred_at: str
    state: str
    attempts: int
    next_try_at: str | None
    finished_at: str | None
    code: str


class Deliveries(Schema):
    """A page of deliveries, the newest first."""

    items: list[DeliveryTold]
    next: str | None


class Replayed(Schema):
    """How many deliveries wait again."""

    deliveries: int


class NewWebhook(Sent):
    """Where to call, for which events."""

    url: Url
    name: Line = ""
    types: list[str] = []


class WebhookChange(Sent):
    """What shall be otherwise; what is not named stays."""

    url: Url | None = None
    name: Line | None = None
    types: list[str] | None = None
    state: Literal["active", "paused"] | None = None


class WebhookReplay(Sent):
    """Some deliveries, or all of events in a range of time."""

    deliveries: list[int] = []
    since: Instant | None = None
    until: Instant | None = None
    only_given_up: bool = False


_URL: Final = {"url": "https://loyalty.example.com/rollcall", "types": ["customer.merged"]}
_NO_ADMIN: Final = Example(
    name="role",
    summary="A key that is no administrator's",
    path="/webhooks",
    status=403,
    key="staff",
    body=problem_example(problems.FORBIDDEN, "This needs a key with the role admin."),
)
LIST: Final = Description(problems=SHARED, examples=(_NO_ADMIN,))
MAKE: Final = Description(
    problems=(*_WRITTEN, problems.TOO_MANY_WEBHOOKS),
    parameters=(IDEMPOTENCY,),
    body=describe(NewWebhook, _URL),
)
READ: Final = Description(problems=(*SHARED, problems.NOT_FOUND))
CHANGE: Final = Description(
    problems=_OF_ONE,
    parameters=(IDEMPOTENCY,),
    body=describe(WebhookChange, {"state": "paused"}),
)
ACT: Final = Description(problems=_OF_ONE, parameters=(IDEMPOTENCY,))
DELIVERIES: Final = Description(
    problems=(*SHARED, problems.NOT_FOUND, problems.INVALID, problems.PARAMETER_REPEATED),
    parameters=PAGING,
)
REPLAY: Final = Description(
    problems=_OF_ONE,
    parameters=(IDEMPOTENCY,),
    body=describe(
        WebhookReplay, {"since": "2026-11-20T00:00:00Z", "until": "2026-11-21T00:00:00Z"}
    ),
)
#: What an answer has of a row; kept here beside the shapes.
Told = dict[str, Any]
