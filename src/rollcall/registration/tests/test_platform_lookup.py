"""A live look at a POS by an administrator's program: what it shows, and what it leaves alone."""

from __future__ import annotations

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer, PosRecord
from rollcall.kit.scope import Role
from rollcall.outbox.tests.writing_world import WritingWorld
from rollcall.testing.platform_client import PlatformClient


class TestALiveLook:
    def test_shows_what_the_pos_says_now_and_keeps_nothing(self, writing: WritingWorld) -> None:
        scope = writing.world.scope
        api = PlatformClient.of(scope, role=Role.ADMIN)
        address = f"/connections/{writing.world.slug}/lookup"
        ines = writing.control.create(
            given_name="Ines", family_name="Okafor", phone="4155550177", born_on="1988-07-19"
        )
        before = PosRecord.objects.scoped(scope).count()
        here = PosRecord.objects.scoped(scope).exclude(account__kind="hub").order_by("pk")[0]

        (found,) = api.post(address, {"phone": "(415) 555-0177"}).json["items"]
        (known,) = api.post(address, {"record_id": here.external_id}).json["items"]
        nobody = api.post(address, {"record_id": "999999999"})
        told = Entry.objects.scoped(scope).filter(action="connection.looked_up").order_by("id")

        assert (found["record_id"], found["customer"]) == (ines, None)
        assert found["fields"]["phone"] == "+14155550177"
        person = Customer.objects.scoped(scope).get(public_id=known["customer"])
        assert here.link.customer_id == person.pk
        assert (nobody.status, nobody.json["items"]) == (200, [])
        assert PosRecord.objects.scoped(scope).count() == before
        assert [(one.fields, one.context) for one in told] == [
            (["phone"], {"found": 1}),
            (["external_id"], {"found": 1}),
            (["external_id"], {"found": 0}),
        ]

        writing.control.set_faults(error_500_rate=1.0)
        failed = api.post(address, {"phone": "415 555 0178"})
        assert (failed.status, failed.code) == (502, "pos_failed")
        assert failed.json["reason"] == "http_500"
