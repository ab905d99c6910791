"""Pages of the outbox: what they show to whom, and what people do there."""

from __future__ import annotations

import pytest
from django.test import Client

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry, WriteSwitch
from rollcall.outbox.queries import find_stop, open_wish
from rollcall.outbox.tests.entries import (
    PHONE,
    ago,
    connect,
    hire_manager,
    make_ready,
    put,
    read,
    switch_on,
    take_in,
)
from rollcall.stores.models import Store, User
from rollcall.sync.models import PosConnection

SHOWN_PHONE = "(415) 555-0177"


@pytest.fixture
def connection(scope_a: Scope, store_a: Store) -> PosConnection:
    return connect(scope_a, store_a)


@pytest.fixture
def ana(scope_a: Scope, connection: PosConnection) -> Customer:
    return take_in(scope_a, connection)


@pytest.fixture
def entry(scope_a: Scope, ana: Customer, connection: PosConnection) -> OutboxEntry:
    return put(scope_a, ana, connection, state="refused", code="invalid", reason="phone is taken")


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def manager(client: Client, scope_a: Scope) -> Client:
    client.force_login(hire_manager(scope_a))
    return client


@pytest.fixture
def staff(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


class TestList:
    def test_shows_state_reason_and_fields_but_no_values(
        self, manager: Client, entry: OutboxEntry
    ) -> None:
        shown = text(manager, "/outbox/")

        assert f'href="/outbox/{entry.pk}/"' in shown
        assert "phone is taken" in shown
        assert "refused" in shown
        assert "Change: Phone" in shown
        assert SHOWN_PHONE not in shown
        assert PHONE not in shown

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", True),
            ("?state=refused", True),
            ("?state=stuck", True),
            ("?state=queued", False),
            ("?state=delivered", False),
            ("?state=%00&connection=%00", True),
            ("?connection=alder-way", True),
            ("?connection=bay-street", False),
        ],
    )
    def test_is_filtered(
        self,
        manager: Client,
        scope_a: Scope,
        store_a: Store,
        entry: OutboxEntry,
        query: str,
        found: bool,
    ) -> None:
        connect(scope_a, store_a, slug="bay-street")

        assert (f'href="/outbox/{entry.pk}/"' in text(manager, f"/outbox/{query}")) is found

    def test_asks_for_itself_while_something_may_change(
        self, manager: Client, entry: OutboxEntry
    ) -> None:
        assert 'hx-get="/outbox/rows/?state=&amp;connection="' in text(manager, "/outbox/")
        assert "/outbox/rows/" not in text(manager, "/outbox/?state=delivered")
        assert "<html" not in text(manager, "/outbox/rows/")

    def test_says_why_something_waits(
        self, manager: Client, scope_a: Scope, ana: Customer, connection: PosConnection
    ) -> None:
        put(scope_a, ana, connection)
        assert "writing is not switched on" in text(manager, "/outbox/")

        OutboxEntry.objects.scoped(scope_a).update(state="queued")
        switch_on(scope_a, connection, stopped_at=ago(minutes=1), stopped_by="user:1")
        assert "writing is stopped" in text(manager, "/outbox/")

        switch_on(scope_a, connection, stopped_at=None, hourly_cap=0)
        assert "writes are used up" in text(manager, "/outbox/")

    def test_is_not_for_staff(self, staff: Client, entry: OutboxEntry) -> None:
        assert staff.get("/outbox/").status_code == 403
        assert staff.get("/outbox/rows/").status_code == 403

    def test_shows_managers_their_stores_only(
        self, client: Client, scope_a: Scope, entry: OutboxEntry
    ) -> None:
        elsewhere = Store.objects.scoped(scope_a).create(
            slug="bay-street", name="Bay", time_zone="America/Los_Angeles", jurisdiction="US-CA"
        )
        client.force_login(hire_manager(scope_a, elsewhere))

        assert f'href="/outbox/{entry.pk}/"' not in text(client, "/outbox/")
        assert client.get(f"/outbox/{entry.pk}/").status_code == 404
        assert client.post(f"/outbox/{entry.pk}/again/").status_code == 404
        assert client.get("/connections/alder-way/writing/").status_code == 404
        assert (
            client.post("/connections/alder-way/writing/stop/", {"do": "stop"}).status_code == 404
        )
        assert read(scope_a, entry).state == "refused"

    def test_shows_nothing_of_another_retailer(
        self, client: Client, charlie: User, entry: OutboxEntry
    ) -> None:
        client.force_login(charlie)

        assert "Nothing waits" in text(client, "/outbox/")
        assert client.get(f"/outbox/{entry.pk}/").status_code == 404


class TestEntry:
    def test_shows_values_and_says_so_in_the_audit(
        self, manager: Client, scope_a: Scope, entry: OutboxEntry
    ) -> None:
        shown = text(manager, f"/outbox/{entry.pk}/")

        assert SHOWN_PHONE in shown
        assert "(415) 555-0134" in shown
        assert "Ana Reyes" in shown
        seen = Entry.objects.scoped(scope_a).get(action="outbox.viewed")
        assert (seen.fields, seen.context) == (["phone"], {"entry": entry.pk})
        assert seen.subject_ids == [entry.customer_id]

    def test_refreshes_without_values(
        self, manager: Client, scope_a: Scope, entry: OutboxEntry
    ) -> None:
        shown = text(manager, f"/outbox/{entry.pk}/state/")

        assert "phone is taken" in shown
        assert SHOWN_PHONE not in shown
        assert not Entry.objects.scoped(scope_a).filter(action="outbox.viewed").exists()

    def test_tells_what_became_of_each_field(
        self, manager: Client, scope_a: Scope, ana: Customer, connection: PosConnection
    ) -> None:
        decisions = {
            "given_name": "sent",
            "email": "already_there",
            "phone": "pos_newer",
            "city": "hub_newer",
            "notes": "kept_here",
            "zip": "something of another version",
        }
        over = put(
            scope_a, ana, connection, state="delivered", closed_at=ago(hours=1), decisions=decisions
        )

        shown = text(manager, f"/outbox/{over.pk}/state/")

        for words in ("already there", "POS newer", "hub newer: sent", "kept here"):
            assert words in shown
        assert "another version" not in shown
        assert "hx-get" not in shown

    def test_names_who_is_there_already(
        self, manager: Client, scope_a: Scope, entry: OutboxEntry
    ) -> None:
        OutboxEntry.objects.scoped(scope_a).update(decisions={"duplicate_of": "7731"})

        assert "7731" in text(manager, f"/outbox/{entry.pk}/")

    @pytest.mark.parametrize("state", ["sending", "delivered", "discarded"])
    def test_offers_nothing_when_nothing_can_be_done(
        self, manager: Client, scope_a: Scope, entry: OutboxEntry, state: str
    ) -> None:
        OutboxEntry.objects.scoped(scope_a).update(state=state)

        shown = text(manager, f"/outbox/{entry.pk}/")

        assert "/mend/" not in shown
        for action in ("again", "discard", "mend"):
            body = {"reason": "x", "phone": "4155550188"}
            answer = manager.post(f"/outbox/{entry.pk}/{action}/", body, follow=True)
            assert "nothing was done" in answer.content.decode()
        assert read(scope_a, entry).state == state

    @pytest.mark.parametrize("path", ["/outbox/999999/", f"/outbox/{10**30}/"])
    def test_of_no_known_number_is_not_found(self, manager: Client, path: str) -> None:
        assert manager.get(path).status_code == 404


class TestSendingAgain:
    def test_queues_it(
        self, manager: Client, scope_a: Scope, entry: OutboxEntry, connection: PosConnection
    ) -> None:
        switch_on(scope_a, connection)

        answer = manager.post(f"/outbox/{entry.pk}/again/")

        assert answer["Location"] == f"/outbox/{entry.pk}/"
        assert (read(scope_a, entry).state, read(scope_a, entry).reason) == ("queued", "")

    @pytest.mark.parametrize("action", ["again", "mend", "discard"])
    def test_is_not_for_staff(
        self, staff: Client, scope_a: Scope, entry: OutboxEntry, action: str
    ) -> None:
        assert staff.post(f"/outbox/{entry.pk}/{action}/", {"reason": "x"}).status_code == 403
        assert read(scope_a, entry).state == "refused"


class TestMending:
    def test_changes_what_was_typed_and_sends_it(
        self, manager: Client, scope_a: Scope, entry: OutboxEntry, connection: PosConnection
    ) -> None:
        switch_on(scope_a, connection)

        manager.post(f"/outbox/{entry.pk}/mend/", {"phone": "(415) 555-0188", "was-phone": PHONE})

        now = read(scope_a, entry)
        assert open_wish(scope_a, now).values == {"phone": "+14155550188"}
        assert now.state == "queued"

    def test_says_all_that_is_wrong_beside_the_fields(
        self, manager: Client, scope_a: Scope, ana: Customer, connection: PosConnection
    ) -> None:
        wrong = put(
            scope_a, ana, connection, values={"phone": PHONE, "email": "a@example.com"},
            state="refused",
        )  # fmt: skip

        answer = manager.post(f"/outbox/{wrong.pk}/mend/", {"phone": "12", "email": "nobody"})

        shown = answer.content.decode()
        assert answer.status_code == 200
        assert 'id="field-phone-error">Phone is not a phone number' in shown
        assert 'id="field-email-error">E-mail is not an e-mail address' in shown
        assert 'value="nobody"' in shown
        assert read(scope_a, wrong).state == "refused"

    def test_asks_for_what_the_pos_needs(
        self, manager: Client, scope_a: Scope, ana: Customer, connection: PosConnection
    ) -> None:
        create = put(
            scope_a, ana, connection, external_id="", intent=OutboxEntry.Intent.CREATE,
            values={"given_name": "Ana"}, state="refused",
        )  # fmt: skip
        assert 'name="born_on"' in text(manager, f"/outbox/{create.pk}/")

        answer = manager.post(f"/outbox/{create.pk}/mend/", {"given_name": "Anna", "was-phone": ""})

        shown = answer.content.decode()
        assert "Family name can&#x27;t be blank" in shown
        assert "Born on can&#x27;t be blank" in shown
        assert read(scope_a, create).state == "refused"

    def test_of_nothing_changes_nothing(
        self, manager: Client, scope_a: Scope, entry: OutboxEntry
    ) -> None:
        form = {"phone": PHONE, "was-phone": PHONE, "loyalty_points": "900", "nonsense": "1"}

        answer = manager.post(f"/outbox/{entry.pk}/mend/", form, follow=True)

        assert "Nothing was changed." in answer.content.decode()
        assert read(scope_a, entry).state == "refused"

    def test_says_so_when_the_settings_cannot_be_opened(
        self, manager: Client, scope_a: Scope, entry: OutboxEntry
    ) -> None:
        PosConnection.objects.scoped(scope_a).update(sealed_settings=b"")

        answer = manager.post(f"/outbox/{entry.pk}/mend/", {"phone": "4155550188"})

        assert answer.status_code == 200
        assert read(scope_a, entry).state == "refused"


class TestDiscarding:
    def test_needs_a_reason(self, manager: Client, scope_a: Scope, entry: OutboxEntry) -> None:
        answer = manager.post(f"/outbox/{entry.pk}/discard/", {"reason": "  "})

        assert answer.status_code == 200
        assert "Say why" in answer.content.decode()
        assert read(scope_a, entry).state == "refused"

    def test_is_for_good(self, manager: Client, scope_a: Scope, entry: OutboxEntry) -> None:
        manager.post(f"/outbox/{entry.pk}/discard/", {"reason": "<b>moved away</b>"})

        assert (read(scope_a, entry).state, read(scope_a, entry).reason) == (
            "discarded",
            "<b>moved away</b>",
        )
        shown = text(manager, f"/outbox/{entry.pk}/")
        assert "&lt;b&gt;moved away" in shown


class TestWriting:
    def test_shows_checks_in_words(self, admin: Client, connection: PosConnection) -> None:
        shown = text(admin, "/connections/alder-way/writing/")

        assert "Not everybody was read yet: run a full sync." in shown
        assert "off: reads only" in shown
        assert "Switch writing on" not in shown

    def test_is_switched_on_with_a_cap(
        self, admin: Client, scope_a: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        held = put(scope_a, ana, connection)
        make_ready(scope_a, connection)
        assert "Switch writing on" in text(admin, "/connections/alder-way/writing/")

        answer = admin.post(
            "/connections/alder-way/writing/switch/", {"do": "on", "cap": "20"}, follow=True
        )

        assert "1 held entry goes out" in answer.content.decode()
        assert "0 of 20 this hour" in answer.content.decode()
        assert read(scope_a, held).state == "queued"

    def test_stays_off_until_it_is_ready(
        self, admin: Client, scope_a: Scope, connection: PosConnection
    ) -> None:
        answer = admin.post("/connections/alder-way/writing/switch/", {"do": "on"}, follow=True)

        assert "Not yet: " in answer.content.decode()
        assert not WriteSwitch.objects.scoped(scope_a).exists()

    @pytest.mark.parametrize("cap", ["0", "-1", "many", "1.5", "100001", "9" * 5000, "²"])
    def test_refuses_a_cap_that_is_none(
        self, admin: Client, scope_a: Scope, connection: PosConnection, cap: str
    ) -> None:
        make_ready(scope_a, connection)

        answer = admin.post("/connections/alder-way/writing/switch/", {"do": "on", "cap": cap})

        assert answer.status_code == 200
        assert 'id="cap-error"' in answer.content.decode()
        assert not WriteSwitch.objects.scoped(scope_a).exists()

    def test_is_switched_off(
        self, admin: Client, scope_a: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        switch_on(scope_a, connection)
        queued = put(scope_a, ana, connection)

        admin.post("/connections/alder-way/writing/switch/", {"do": "off"})

        assert read(scope_a, queued).state == "held"

    @pytest.mark.parametrize("what", ["on", "off"])
    def test_is_switched_by_administrators_only(
        self, manager: Client, scope_a: Scope, connection: PosConnection, what: str
    ) -> None:
        make_ready(scope_a, connection)

        answer = manager.post("/connections/alder-way/writing/switch/", {"do": what})

        assert answer.status_code == 403
        assert not WriteSwitch.objects.scoped(scope_a).exists()
        assert "Switch writing" not in text(manager, "/connections/alder-way/writing/")

    def test_is_stopped_by_managers_and_released_by_administrators(
        self, manager: Client, scope_a: Scope, connection: PosConnection, alice: User
    ) -> None:
        switch_on(scope_a, connection)
        address = "/connections/alder-way/writing/stop/"

        answer = manager.post(address, {"do": "stop"}, follow=True)

        assert "by Mia" in answer.content.decode()
        assert "Let writing go on" not in answer.content.decode()
        assert manager.post(address, {"do": "release"}).status_code == 403
        assert WriteSwitch.objects.scoped(scope_a).get().stopped_at is not None
        manager.force_login(alice)
        manager.post(address, {"do": "release"})
        assert WriteSwitch.objects.scoped(scope_a).get().stopped_at is None

    @pytest.mark.parametrize("action", ["stop", "switch"])
    @pytest.mark.parametrize("what", ["", "erase", "a\0b"])
    def test_refuses_what_it_does_not_know(
        self, admin: Client, connection: PosConnection, action: str, what: str
    ) -> None:
        answer = admin.post(f"/connections/alder-way/writing/{action}/", {"do": what})

        assert answer.status_code == 400

    def test_reports_what_would_be_written(
        self, admin: Client, scope_a: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        put(scope_a, ana, connection, values={"phone": PHONE, "notes": "Rings twice."})
        put(scope_a, ana, connection, external_id="7", values={"phone": PHONE})
        create = OutboxEntry.Intent.CREATE
        put(scope_a, ana, connection, external_id="", intent=create, values={"phone": PHONE})

        shown = text(admin, "/connections/alder-way/writing/")

        assert "3 held: 1 new, 2 changed." in shown
        assert "<dt>Phone</dt><dd>3</dd>" in shown
        assert "<dt>Notes</dt><dd>1</dd>" in shown
        assert SHOWN_PHONE not in shown
        assert "Rings twice" not in shown

    def test_shows_the_switches_of_all(
        self, manager: Client, scope_a: Scope, entry: OutboxEntry
    ) -> None:
        shown = text(manager, "/outbox/writing/")

        assert 'href="/connections/alder-way/writing/"' in shown
        assert "Stop all writing" not in shown


class TestStoppingEverything:
    def test_is_done_and_released_by_administrators(
        self, admin: Client, scope_a: Scope, connection: PosConnection
    ) -> None:
        answer = admin.post("/outbox/writing/stop/", {"do": "stop"}, follow=True)

        assert "All writing is stopped" in answer.content.decode()
        assert find_stop(scope_a) is not None
        assert "All writing is stopped" in text(admin, "/outbox/")
        admin.post("/outbox/writing/stop/", {"do": "release"})
        assert find_stop(scope_a) is None

    def test_is_not_for_managers(
        self, manager: Client, scope_a: Scope, connection: PosConnection
    ) -> None:
        assert manager.post("/outbox/writing/stop/", {"do": "stop"}).status_code == 403
        assert find_stop(scope_a) is None

    def test_refuses_what_it_does_not_know(self, admin: Client, connection: PosConnection) -> None:
        assert admin.post("/outbox/writing/stop/", {"do": "erase"}).status_code == 400


class TestPanel:
    def test_shows_staff_what_is_on_its_way(
        self, staff: Client, ana: Customer, entry: OutboxEntry
    ) -> None:
        shown = text(staff, f"/customers/{ana.public_id}/")

        assert "On its way to POS systems" in shown
        assert "phone is taken" in shown
        assert f"/outbox/{entry.pk}/" not in shown
        assert SHOWN_PHONE not in shown

    def test_leads_managers_to_the_entry(
        self, manager: Client, ana: Customer, entry: OutboxEntry
    ) -> None:
        assert f'href="/outbox/{entry.pk}/"' in text(manager, f"/customers/{ana.public_id}/")

    def test_asks_for_itself_while_something_goes_on(
        self, staff: Client, scope_a: Scope, ana: Customer, entry: OutboxEntry
    ) -> None:
        path = f"/customers/{ana.public_id}/outbox/"
        assert "hx-get" not in text(staff, path)

        OutboxEntry.objects.scoped(scope_a).update(state="sending")

        assert f'hx-get="{path}"' in text(staff, path)

    def test_is_not_there_where_nothing_happened_lately(
        self, staff: Client, scope_a: Scope, ana: Customer, entry: OutboxEntry
    ) -> None:
        OutboxEntry.objects.scoped(scope_a).update(state="delivered", closed_at=ago(days=8))

        assert "On its way" not in text(staff, f"/customers/{ana.public_id}/")

    def test_shows_nothing_of_another_retailer(
        self, client: Client, charlie: User, ana: Customer, entry: OutboxEntry
    ) -> None:
        client.force_login(charlie)

        assert client.get(f"/customers/{ana.public_id}/outbox/").status_code == 404
