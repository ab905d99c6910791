from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "rollcall.access"
    label = "access"
    verbose_name = "Sign-in"

    def ready(self) -> None:
        """Listen for sign-ins."""
        from rollcall.access import accounts  # noqa: PLC0415  # models are ready only now

        accounts.listen()
