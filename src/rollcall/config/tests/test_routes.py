"""Every address of the application, walked as people who must not get anything."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from rollcall.access.operations.break_glass import open_break_glass
from rollcall.access.operations.invitations import invite
from rollcall.access.operations.tablets import note_person, set_up_tablet
from rollcall.access.web import ALLAUTH_PAGES
from rollcall.customers.models import Customer, PosAccount, PosRecord
from rollcall.events.operations.subscribing import create_webhook
from rollcall.identity.models import Decision, Merge, PosMergePlan, Suggestion
from rollcall.identity.operations.merging import merge_people
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.orders.tests.order_shop import place_for
from rollcall.orders.tests.pos_order import pos_order
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.enqueue import put_entry
from rollcall.outbox.rules.wishes import Wish
from rollcall.proofs.models import WebIdentity
from rollcall.stores.models import DataKey, Membership, Store, User
from rollcall.stores.operations import mint_key, save_kiosk
from rollcall.sync.models import AccountState, CustomerSync, PosConnection, Task
from rollcall.testing.fixtures import NOON, Ingest, incoming

#: Pages that people see before they have a Scope.
OPEN = {
    *("account_login", "account_logout", "account_inactive", "account_change_password"),
    *("access:join", "openid_connect_login", "openid_connect_callback"),
    *("access:switch", "access:switch_to"),
}
#: What may stand on no page that Charlie sees.
OF_A = (
    "Alder",
    "alder-way",
    "alderway",
    "alder.example",
    "Reyes",
    "1042",
    "5550134",
    "ana@example.com",
    "Okafor",
)


def walk(
    patterns: list[URLPattern | URLResolver], space: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from walk(pattern.url_patterns, inner)
        else:
            yield f"{space}{pattern.name}", pattern


ROUTES = dict(walk(get_resolver().url_patterns))
#: The JSON APIs have their own door and their own walk, and so have pages about one's own sign-in.
PAGES = sorted(
    name
    for name, pattern in ROUTES.items()
    if "api" not in name.partition(":")[0] and name not in ALLAUTH_PAGES
)


@pytest.fixture
def of_a(
    scope_a: Scope,
    store_a: Store,
    connection_a: PosConnection,
    account_a: PosAccount,
    ingest: Ingest,
) -> dict[str, object]:
    """The ids that stand in A's addresses."""
    row = incoming(
        scope_a,
        "1042",
        given_name="Ana",
        family_name="Reyes",
        phone="+14155550134",
        email="ana@example.com",
    )
    ingest(scope_a, account_a, [row])
    AccountState.objects.scoped(scope_a).filter(account=account_a).update(
        brake_pulled_at=NOON, brake_missing=30
    )
    run = CustomerSync.objects.scoped(scope_a).create(
        connection=connection_a, account=account_a, requested_by="user:1", state="finished"
    )
    customer = Customer.objects.scoped(scope_a).get()
    with transaction.atomic():
        entry = put_entry(
            scope_a,
            customer,
            connection=connection_a,
            external_id="1042",
            intent=OutboxEntry.Intent.UPDATE,
            wish=Wish(values={"email": "ana@example.com"}),
            store=None,
            hub_record=None,
            now=NOON,
        )
    worker = User.objects.create_user("nadia.alder@example.com", name="Nadia Alder")
    invitation = invite(
        scope_a,
        email="omar@alder.example",
        name="",
        role=Role.STAFF,
        store_ids=None,
        now=utc_now(),
    )
    merge = merge_people(
        scope_a,
        customer,
        Customer.objects.scoped(scope_a).create(),
        reason=Merge.Reason.PERSON,
        now=NOON,
    )
    webhook = create_webhook(
        scope_a, url="https://hooks.example.com/alderway", name="Alder", now=NOON
    ).webhook
    return {
        **_asked_about(scope_a, customer, account_a, ingest),
        "public_id": customer.public_id,
        "web_identity_id": _log_in(scope_a, customer).public_id,
        "provider_id": "sso-000000000000",
        "order_uuid": place_for(scope_a, store_a, customer).uuid,
        "merge_id": merge.pk,
        "webhook_id": webhook.pk,
        "pos_order_id": pos_order(scope_a, account_a, "1042", connection=connection_a).public_id,
        "slug": connection_a.slug,
        "public_part": kiosk_key_of(scope_a),
        "run_id": run.pk,
        "entry_id": entry.pk,
        **_tablet_of(scope_a, store_a, worker),
        "membership_id": Membership.objects.scoped(scope_a).create(user=worker, role="staff").pk,
        "invitation_id": invitation.pk,
        "glass_id": open_break_glass(
            scope_a, worker, reason="to see why", lasts=dt.timedelta(hours=1), now=utc_now()
        ).pk,
    }


def _log_in(scope: Scope, customer: Customer) -> WebIdentity:
    """One of a web shop, as if it had been proven."""
    return WebIdentity.objects.scoped(scope).create(
        customer=customer, holder=customer, issuer="https://id.alder.example", sealed_subject=b"",
        subject_key=1, channel="email", bound_at=NOON, bound_by="user:1",
    )  # fmt: skip


def kiosk_key_of(scope: Scope) -> str:
    store = Store.objects.scoped(scope).get()
    kiosk = save_kiosk(scope, catalog_id="42", name="Alder door", store=store).row
    return mint_key(scope, kiosk, now=NOON).row.public_part


def _asked_about(
    scope: Scope, customer: Customer, account: PosAccount, ingest: Ingest
) -> dict[str, object]:
    """Somebody else of A who may be the same person, lives with them, and is to be merged away."""
    first = PosRecord.objects.scoped(scope).get(link__customer=customer)
    ingest(scope, account, [incoming(scope, "1043", given_name="Anna", family_name="Reyes")])
    second = PosRecord.objects.scoped(scope).get(external_id="1043")
    suggestion = Suggestion.objects.scoped(scope).create(
        first=first, second=second, bits=15.0, reasons=["bits"], evidence={}, at=NOON
    )
    decision = Decision.objects.scoped(scope).create(
        kind=Decision.Kind.HOUSEHOLD, first_record=first, second_record=second, at=NOON, actor="x"
    )
    plan = PosMergePlan.objects.scoped(scope).create(
        account=account, customer=customer, holder=customer, donor=second, kept=first,
        at=NOON, actor="x", changed_at=NOON, changed_by="x",
    )  # fmt: skip
    return {
        "suggestion_id": suggestion.pk,
        "decision_id": decision.pk,
        "plan_id": plan.pk,
    }


def _tablet_of(scope: Scope, store: Store, worker: User) -> dict[str, object]:
    """A shared tablet at which somebody is."""
    tablet, _ = set_up_tablet(
        scope, name="Alder counter", store_id=store.pk, user=worker, now=utc_now()
    )
    return {
        "tablet_id": tablet.pk,
        "person_id": note_person(tablet, worker, proven_at=utc_now()).pk,
    }


def address(name: str, ids: dict[str, object]) -> str:
    wanted = ROUTES[name].pattern.converters
    return reverse(name, kwargs={key: ids[key] for key in wanted})


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(content: bytes) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", content.decode())


def state_of_a(scope: Scope) -> tuple[int, int, int]:
    pulled = AccountState.objects.scoped(scope).filter(brake_pulled_at__isnull=False).count()
    runs = CustomerSync.objects.scoped(scope).count()
    return runs, Task.objects.scoped(scope).count(), pulled


def walk_pages(check: Callable[[str], None]) -> None:
    """Call ``check`` with every page, each in a savepoint of its own; names all pages it fails on.

    One test for all pages: making what their addresses name takes longer than asking for one.
    """
    wrong = {}
    for name in PAGES:
        with transaction.atomic():
            try:
                check(name)
            except AssertionError as error:
                wrong[name] = str(error)
            transaction.set_rollback(True)
    assert wrong == {}


class TestEveryPage:
    @pytest.mark.parametrize("name", PAGES)
    def test_goes_through_the_one_door(self, name: str) -> None:
        assert hasattr(ROUTES[name].callback, "required_role") or name in OPEN

    def test_sends_strangers_to_sign_in(self, of_a: dict[str, object], scope_a: Scope) -> None:
        before = state_of_a(scope_a)

        def check(name: str) -> None:
            for method in ("get", "post"):
                answer = getattr(Client(), method)(address(name, of_a))

                elsewhere = answer.status_code == 302 and answer["Location"].startswith("/sign-in/")
                assert elsewhere or answer.status_code == 405 or name in OPEN
                assert not [word for word in OF_A if word in text_of(answer.content)]
            assert state_of_a(scope_a) == before

        walk_pages(check)

    def test_shows_charlie_nothing_of_a(
        self, charlie: User, of_a: dict[str, object], scope_a: Scope
    ) -> None:
        before = state_of_a(scope_a)

        def check(name: str) -> None:
            client = signed_in(charlie)
            for method in ("get", "post"):
                answer = getattr(client, method)(
                    address(name, of_a), {"text": "Reyes", "kind": "reconcile", "missing": "30"}
                )

                if ROUTES[name].pattern.converters and name not in OPEN:
                    assert answer.status_code in (404, 405)
                said = text_of(answer.content).replace('Reyes"', "")
                assert not [word for word in OF_A if word in said]
            assert state_of_a(scope_a) == before

        walk_pages(check)

    def test_is_kept_by_no_cache(self, alice: User, of_a: dict[str, object]) -> None:
        def check(name: str) -> None:
            answer = signed_in(alice).get(address(name, of_a))

            assert answer["Cache-Control"] == "no-store, private"
            assert "'unsafe" not in answer["Content-Security-Policy"]

        walk_pages(check)

    def test_carries_no_inline_script_or_style(self, alice: User, of_a: dict[str, object]) -> None:
        def check(name: str) -> None:
            text = text_of(signed_in(alice).get(address(name, of_a), follow=True).content)

            found = re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", text)
            assert not found
            assert not re.search(r'(?:src|href)="(?:https?:)?//', text)

        walk_pages(check)


class TestNotFound:
    def test_is_the_same_for_ids_of_others_and_for_unknown_ones(
        self, client: Client, charlie: User, of_a: dict[str, object]
    ) -> None:
        client.force_login(charlie)
        unknown = {
            "public_id": "01a201a8-0000-7000-8000-000000000000",
            "web_identity_id": "01a201a8-0000-7000-8000-000000000000",
            "slug": "nowhere",
            "provider_id": "sso-111111111111",
            "public_part": "nobodys0key0",
            "run_id": 10**30,
            "entry_id": 10**30,
            "order_uuid": "01a201a8-0000-4000-8000-000000000000",
            "pos_order_id": "01a201a8-0000-4000-8000-000000000000",
            "merge_id": 10**30,
            "suggestion_id": 10**30,
            "decision_id": 10**30,
            "plan_id": 10**30,
            "webhook_id": 10**30,
            "membership_id": 10**30,
            "invitation_id": 10**30,
            "glass_id": 10**30,
            "tablet_id": 10**30,
            "person_id": 10**30,
        }
        for name in PAGES:
            if not ROUTES[name].pattern.converters:
                continue
            of_others, of_nobody = (client.get(address(name, ids)) for ids in (of_a, unknown))
            assert of_others.status_code == of_nobody.status_code
            assert text_of(of_others.content) == text_of(of_nobody.content)


class TestHostileRequests:
    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/customers/not-an-id/", 404),
            ("/runs/99999999999999999999999999/", 404),
            ("/runs/-1/", 404),
            ("/connections/%00/", 404),
            ("/connections/..%2f..%2fetc/", 404),
            ("/customers/?text=%00", 200),
            ("/static/../rollcall/config/settings.py", 404),
            ("/nothing/%ff", 404),
        ],
    )
    def test_get_an_answer_below_500(
        self, client: Client, alice: User, path: str, status: int
    ) -> None:
        client.force_login(alice)

        assert client.get(path).status_code == status

    @pytest.mark.parametrize(
        "content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=X"]
    )
    def test_that_are_huge_are_refused(
        self, client: Client, alice: User, content_type: str
    ) -> None:
        client.force_login(alice)
        head = '--X\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
        body = ("text=" if "url" in content_type else head) + "a" * 1_100_000

        answer = client.post("/customers/", body, content_type=content_type)

        assert answer.status_code == 400
        assert b"This request cannot be read" in answer.content

    def test_with_a_thousand_fields_are_refused(self, client: Client, alice: User) -> None:
        client.force_login(alice)

        answer = client.post("/customers/", {f"text{number}": "" for number in range(1_001)})

        assert answer.status_code == 400

    def test_for_other_hosts_are_refused(self, client: Client, db: None) -> None:
        answer = client.get("/customers/", headers={"host": "evil.example"})

        assert answer.status_code == 400
        assert b"evil.example" not in answer.content

    def test_by_another_method_get_a_page(self, client: Client, alice: User) -> None:
        client.force_login(alice)

        answer = client.delete("/customers/")

        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")
        assert b"This is not the way" in answer.content


class TestServerError:
    def test_gets_a_page_without_internals(self, alice: User, scope_a: Scope) -> None:
        client = Client(raise_request_exception=False)
        client.force_login(alice)
        DataKey.objects.scoped(scope_a).delete()

        answer = client.post("/customers/", {"text": "Reyes"})

        assert answer.status_code == 500
        text = answer.content.decode()
        assert "Something went wrong on our side" in text
        assert not [word for word in ("Reyes", "Traceback", "Error", "keys") if word in text]
