from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "rollcall.inbox"
    label = "inbox"
    verbose_name = "Inbox"
