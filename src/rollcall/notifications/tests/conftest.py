from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from rollcall.kit.scope import Role, Scope
from rollcall.notifications.rules.kinds import Finding, Kind, Severity, declare
from rollcall.notifications.rules.mail_server import parse_mail_server
from rollcall.notifications.tests.mail_catcher import MailCatcher, running_mail_catcher
from rollcall.stores.models import Membership, Store, User
from rollcall.sync.tests.sabotage import empty_queue

Hire = Callable[..., User]


@pytest.fixture(autouse=True)
def kinds() -> None:
    """A kind for managers, and one for administrators alone."""
    declare(
        Kind(
            code="test.broken",
            severity=Severity.WARNING,
            role=Role.MANAGER,
            title="The %(thing)s is broken",
            advice="Mend the %(thing)s. It broke %(count)d times.",
        ),
        Kind(
            code="test.internal",
            severity=Severity.CRITICAL,
            role=Role.ADMIN,
            title="Something inside is broken",
            advice="Look inside.",
        ),
    )


@pytest.fixture
def store_2(scope_a: Scope) -> Store:
    return Store.objects.scoped(scope_a).create(
        slug="bay-street", name="Bay Street", time_zone="America/Los_Angeles", jurisdiction="US-CA"
    )


@pytest.fixture
def hire(scope_a: Scope) -> Hire:
    """``hire("mia", Role.MANAGER, store_a)``: somebody of retailer A, in some stores or in all."""

    def make(name: str, role: Role, *stores: Store) -> User:
        user = User.objects.create_user(f"{name}@example.com", None, name=name.title())
        membership = Membership.objects.scoped(scope_a).create(
            user=user, role=role.value, all_stores=not stores
        )
        membership.stores.add(*stores)
        return user

    return make


def broken(*stores: Store, thing: str = "till", kind: str = "test.broken") -> Finding:
    """A finding about a thing of some stores."""
    return Finding(
        kind=kind,
        subject=f"thing:{thing}",
        store_ids=frozenset(store.pk for store in stores),
        data={"thing": thing, "count": 3},
        page="/connections/",
    )


@pytest.fixture
def post(settings: Settings, db: None) -> Iterator[MailCatcher]:
    """A mail server that Rollcall sends through."""
    empty_queue()
    settings.ORIGIN = "https://rollcall.example"
    settings.MAIL_FROM = "Rollcall <rollcall@rollcall.example>"
    with running_mail_catcher() as server:
        settings.MAIL_SERVER = parse_mail_server(f"smtp://localhost:{server.port}?tls=none")
        yield server
