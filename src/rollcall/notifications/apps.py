from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "rollcall.notifications"
    label = "notifications"
    verbose_name = "Notifications"
