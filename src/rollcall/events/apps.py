from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "rollcall.events"
    label = "events"
    verbose_name = "Events"

    def ready(self) -> None:
        """Say which entries of the audit are events."""
        from rollcall.events.queries import kinds  # noqa: F401, PLC0415  # models are ready now
