from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    name = "rollcall.registration"
    label = "registration"
    verbose_name = "Registration"

    def ready(self) -> None:
        """Show in previews of merges which log-ins go along: proofs and identity are siblings."""
        from rollcall.identity.blockers import add_consequence  # noqa: PLC0415  # models are ready
        from rollcall.registration.operations.web_logins import find_logins  # noqa: PLC0415

        add_consequence("web_identities", find_logins)
