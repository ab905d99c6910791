from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "rollcall.outbox"
    label = "outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        """Let entries follow people who are merged, and previews tell of them."""
        from rollcall.customers.joins import add_follower  # noqa: PLC0415  # models are ready now
        from rollcall.identity.blockers import add_consequence  # noqa: PLC0415
        from rollcall.outbox.operations.following import (  # noqa: PLC0415
            find_entries,
            follow_people,
        )

        add_follower("outbox", follow_people)
        add_consequence("outbox", find_entries)
