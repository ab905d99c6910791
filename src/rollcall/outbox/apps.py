from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "rollcall.outbox"
    label = "outbox"
    verbose_name = "Outbox"
