"""The panel of consent in a browser: taking one back, for everybody."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.browser.conftest import OpenPage
from tests.browser.looking import find_barriers, in_every_look, is_too_wide, photograph

from rollcall.consent.models import ConsentEntry
from rollcall.consent.operations.recording import Circumstances, record_consent
from rollcall.consent.operations.wordings import save_wording
from rollcall.consent.rules.vocabulary import Channel, Purpose
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.customers.queries.profile import resolve
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.stores.models import Store, User
from rollcall.sync.models import PosConnection
from rollcall.testing.fixtures import Ingest, incoming


@in_every_look
def test_can_be_used_by_everybody(
    open_page: OpenPage,
    alice: User,
    scope_a: Scope,
    store_a: Store,
    connection_a: PosConnection,
    ingest: Ingest,
    scheme: str,
    width: int,
    height: int,
) -> None:
    assert connection_a.account is not None
    set_account_stores(scope_a, connection_a.account.pk, {store_a.pk})
    row = incoming(scope_a, "1042", given_name="Nora", family_name="Okafor")
    ingest(scope_a, connection_a.account, [row])
    nora = resolve(scope_a, "1042")
    wording = save_wording(
        scope_a, purpose=Purpose.LOYALTY, channel=Channel.PUSH, language="en",
        text="Tell me about my points.", now=utc_now(),
    )  # fmt: skip
    shown = Circumstances(route=ConsentEntry.Route.STAFF, wording=wording)
    for purpose, how in (
        (Purpose.MARKETING, Circumstances(route=ConsentEntry.Route.STAFF)),
        (Purpose.LOYALTY, shown),
    ):
        record_consent(
            scope_a, nora, purpose=purpose, channel=Channel.PUSH, circumstances=how, now=utc_now()
        )
    page = open_page(user=alice, width=width, height=height, scheme=scheme)

    page.goto(f"/customers/{nora.public_id}/")
    page.get_by_role("button", name="Withdraw Loyalty programme by push message").click()

    panel = page.get_by_role("region", name="Consent", exact=True)
    expect(page.get_by_text("Withdrawn, from this moment on.")).to_be_visible()
    expect(panel.get_by_text("withdrawn", exact=True)).to_be_visible()
    expect(panel.get_by_role("button", name="Withdraw")).to_have_count(1)
    photograph(page, f"consent-{scheme}-{width}")
    assert find_barriers(page) == []
    assert not is_too_wide(page)
