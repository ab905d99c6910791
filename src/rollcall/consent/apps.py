from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "rollcall.consent"
    label = "consent"
    verbose_name = "Consent"

    def ready(self) -> None:
        """Let entries follow people, and programs be told of them."""
        from rollcall.consent.operations.following import (  # noqa: PLC0415  # models are ready now
            find_entries,
            follow_people,
        )
        from rollcall.consent.queries.consent_events import SOURCES  # noqa: PLC0415
        from rollcall.customers.joins import add_follower  # noqa: PLC0415
        from rollcall.events.queries.sources import add_source  # noqa: PLC0415
        from rollcall.identity.blockers import add_consequence  # noqa: PLC0415

        add_follower("consent", follow_people)
        add_consequence("consent", find_entries)
        add_source(*SOURCES)
