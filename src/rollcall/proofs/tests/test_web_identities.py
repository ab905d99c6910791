"""Log-ins of web shops: bound by a proof, found, followed through merges, taken off again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from pytest_django import Settings

from rollcall.audit.models import Entry
from rollcall.identity.blockers import find_consequences
from rollcall.identity.models import Merge
from rollcall.identity.operations.merging import merge_people, undo_merge
from rollcall.kit.clock import utc_now
from rollcall.kit.crypto import sealed_key_id
from rollcall.kit.ids import new_public_id
from rollcall.kit.scope import ForbiddenError, Grant, Role, Scope
from rollcall.orders.tests.guests import Guest, open_store
from rollcall.orders.tests.guests import guest as guest
from rollcall.orders.tests.order_shop import quick_api as quick_api
from rollcall.orders.tests.order_shop import shop as shop
from rollcall.proofs.models import WebIdentity
from rollcall.proofs.operations.web_identities import bind
from rollcall.proofs.queries.web_identities import bound_identities, find_bound, open_subject
from rollcall.proofs.rules.tokens import mint_proof
from rollcall.stores.models import User
from rollcall.stores.operations import reseal_values, rotate_data_key
from rollcall.stores.queries import forget_keys
from rollcall.testing.fixtures import NOON, Ingest, incoming
from rollcall.testing.platform_client import PlatformClient, Reply

ISSUER = "https://id.example.com"
LOGIN = {"issuer": ISSUER, "subject": "248289761001"}


@pytest.fixture
def api(guest: Guest) -> PlatformClient:
    return PlatformClient.of(guest.shop.scope)


def bound(api: PlatformClient, token: str, **changes: str) -> Reply:
    return api.post("/web-identities", {**LOGIN, "proof": token, **changes})


def whose(api: PlatformClient, **changes: str) -> str | None:
    found = api.post("/web-identities/lookup", {**LOGIN, **changes}).json["identity"]
    return None if found is None else str(found["customer_id"])


class TestBinding:
    def test_gives_the_log_in_to_whoever_proved_it(self, guest: Guest, api: PlatformClient) -> None:
        made = bound(api, guest.prove())

        person = str(guest.person.public_id)
        listed = api.get(f"/customers/{person}/identities").json["web"]
        assert (made.status, made.json["customer_id"]) == (201, person)
        assert whose(api) == person
        assert listed == [
            {"id": made.json["id"], "issuer": ISSUER, "bound_at": made.json["bound_at"]}
        ]

    def test_is_found_by_issuer_and_subject_alone(self, guest: Guest, api: PlatformClient) -> None:
        bound(api, guest.prove())

        others = [
            {"subject": "248289761002"},
            {"issuer": "https://id.example.org"},
            {"issuer": ISSUER + "/"},
            {"subject": LOGIN["subject"] + " "},
        ]
        assert [whose(api, **one) for one in others] == [None] * 4

    def test_twice_is_once(self, guest: Guest, api: PlatformClient) -> None:
        first, again = (bound(api, guest.prove()) for _ in range(2))

        assert first.json == again.json
        assert WebIdentity.objects.scoped(guest.shop.scope).count() == 1

    def test_keeps_no_subject_in_the_open_and_none_in_the_audit(
        self, guest: Guest, api: PlatformClient
    ) -> None:
        bound(api, guest.prove())

        scope = guest.shop.scope
        with connection.cursor() as cursor:
            cursor.execute("select t::text from proofs_webidentity t")
            (row,) = cursor.fetchone()
        entry = Entry.objects.scoped(scope).get(action="customer.web_identity_bound")
        assert LOGIN["subject"] not in row
        assert LOGIN["subject"].encode().hex() not in row
        assert (entry.subject_ids, entry.context["proven_by"]) == ([guest.person.pk], "email")
        assert LOGIN["subject"] not in str(entry.__dict__)

    def test_stays_readable_under_a_new_data_key(self, guest: Guest, api: PlatformClient) -> None:
        bound(api, guest.prove())
        scope = guest.shop.scope
        newest = rotate_data_key(scope, now=NOON).pk
        forget_keys()

        assert reseal_values(scope).is_complete
        held = WebIdentity.objects.scoped(scope).get()
        assert sealed_key_id(bytes(held.sealed_subject)) == newest
        assert open_subject(scope, held) == LOGIN["subject"]

    def test_is_refused_to_kiosks(self, guest: Guest) -> None:
        with pytest.raises(ForbiddenError):
            bind(guest.shop.as_role(Role.KIOSK), **LOGIN, proof=guest.prove(), now=utc_now())

    @pytest.mark.parametrize(
        "wrong",
        [
            {"issuer": "http://id.example.com"},
            {"issuer": "https://"},
            {"issuer": "https://id.example.com/a b"},
            {"issuer": "https://" + "x" * 255},
            {"subject": ""},
            {"subject": "x" * 256},
            {"subject": "\u00e9"},
            {"subject": "a\n"},
            {"proof": "x" * 101},
            {"email": "nora@example.com"},
        ],
    )
    def test_refuses_what_is_no_log_in(
        self, guest: Guest, api: PlatformClient, wrong: dict[str, str]
    ) -> None:
        assert bound(api, guest.prove(), **wrong).status == 422


class TestWithoutProof:
    def test_nothing_is_bound_and_every_reason_looks_the_same(
        self, guest: Guest, api: PlatformClient, scope_b: Scope
    ) -> None:
        scope = guest.shop.scope
        elsewhere = PlatformClient.of(scope, stores=[open_store(scope)])
        good = guest.prove()

        told = [
            bound(api, guest.prove(by_code=False)),
            bound(api, guest.prove(age=dt.timedelta(minutes=11))),
            bound(api, mint_proof()),
            bound(api, ""),
            bound(elsewhere, good),
            bound(PlatformClient.of(scope_b), good),
        ]

        assert {(one.status, one.body) for one in told} == {(403, told[0].body)}
        assert told[0].code == "proof_needed"
        assert WebIdentity.objects.scoped(scope).count() == 0

    def test_there_is_a_limit(self, guest: Guest, api: PlatformClient, settings: Settings) -> None:
        settings.KIOSK_IDENTIFICATIONS_PER_HOUR = 2

        assert [bound(api, mint_proof()).status for _ in range(3)] == [403, 403, 429]


class TestSomebodyElseS:
    def test_is_not_given_to_another(
        self, guest: Guest, api: PlatformClient, ingest: Ingest
    ) -> None:
        other = vera(guest, ingest)
        bound(api, guest.prove())

        late = bound(api, other.prove())

        assert (late.status, late.code) == (409, "already_bound")
        assert whose(api) == str(guest.person.public_id)

    def test_is_given_once_it_was_unbound(
        self, guest: Guest, api: PlatformClient, ingest: Ingest
    ) -> None:
        other = vera(guest, ingest)
        made = bound(api, guest.prove()).json["id"]

        off = api.post(f"/web-identities/{made}/unbind")
        nobody, late = whose(api), bound(api, other.prove())

        assert (off.status, off.json["unbound_at"] is not None, nobody) == (200, True, None)
        assert (late.status, whose(api)) == (201, str(other.person.public_id))
        assert api.post(f"/web-identities/{made}/unbind").status == 404
        rows = WebIdentity.objects.scoped(guest.shop.scope).order_by("pk")
        assert [row.unbound_by.partition(":")[0] for row in rows] == ["integration", ""]

    def test_is_kept_once_by_the_table_itself(self, guest: Guest, api: PlatformClient) -> None:
        bound(api, guest.prove())
        held = WebIdentity.objects.scoped(guest.shop.scope).get()
        held.pk, held.public_id = None, new_public_id()

        with pytest.raises(IntegrityError), transaction.atomic():
            held.save(force_insert=True)


class TestWhoMaySee:
    def test_is_nobody_of_another_store_or_another_retailer(
        self, guest: Guest, api: PlatformClient, scope_b: Scope
    ) -> None:
        scope = guest.shop.scope
        made = bound(api, guest.prove()).json["id"]
        strangers = [
            PlatformClient.of(scope, stores=[open_store(scope)]),
            PlatformClient.of(scope_b),
        ]

        for one in strangers:
            assert whose(one) is None
            assert one.post(f"/web-identities/{made}/unbind").status == 404
        assert api.post("/web-identities/nothing/unbind").status == 404
        assert find_bound(scope_b, ISSUER, LOGIN["subject"]) is None

    def test_needs_the_right_to_write(self, guest: Guest) -> None:
        api = PlatformClient.of(guest.shop.scope, grants=[Grant.READ_CUSTOMERS])

        assert bound(api, guest.prove()).status == 403
        assert whose(api) is None


class TestThePersonsPage:
    def test_shows_log_ins_and_takes_one_off(
        self, guest: Guest, api: PlatformClient, client: Client, alice: User
    ) -> None:
        made = bound(api, guest.prove()).json["id"]
        client.force_login(alice)
        page = f"/customers/{guest.person.public_id}/"

        before = client.get(page).content.decode()
        answer = client.post(f"/log-ins/{made}/unbind/")

        assert (ISSUER in before, LOGIN["subject"] in before) == (True, False)
        assert (answer.status_code, answer["Location"]) == (302, page)
        assert ISSUER not in client.get(page).content.decode()
        assert bound_identities(guest.shop.scope).count() == 0
        assert client.post(f"/log-ins/{made}/unbind/").status_code == 404

    def test_is_not_everybody_s(
        self, guest: Guest, api: PlatformClient, client: Client, charlie: User
    ) -> None:
        made = bound(api, guest.prove()).json["id"]
        client.force_login(charlie)

        assert client.post(f"/log-ins/{made}/unbind/").status_code == 404
        assert bound_identities(guest.shop.scope).get().holder_id == guest.person.pk


class TestMerges:
    def test_take_log_ins_along_and_undoing_brings_them_back(
        self, guest: Guest, api: PlatformClient
    ) -> None:
        scope, nora, ana = guest.shop.scope, guest.person, guest.shop.ana
        bound(api, guest.prove())
        told = find_consequences(scope, [{nora.pk}, {ana.pk}], parting=False)
        merge = merge_people(scope, ana, nora, reason=Merge.Reason.PERSON, now=utc_now())
        during = whose(api)
        bound(api, guest.prove(), subject="later")
        undo_merge(scope, merge.pk, now=utc_now())

        assert [(one.code, one.count) for one in told] == [("web_identities", 1)]
        assert during == str(ana.public_id)
        # Also what was bound while they were one goes to whom the proof was of.
        assert [whose(api), whose(api, subject="later")] == [str(nora.public_id)] * 2


def vera(guest: Guest, ingest: Ingest) -> Guest:
    """Somebody else of the store, who can prove the same way."""
    scope = guest.shop.scope
    values = {"given_name": "Vera", "family_name": "Lindqvist", "email": "nora@example.com"}
    account = guest.record.account
    taken = ingest(scope, account, [incoming(scope, "8", **values)])
    record = type(guest.record).objects.scoped(scope).get(pk=taken.record_ids["8"])
    return Guest(shop=guest.shop, record=record, order=guest.order)
