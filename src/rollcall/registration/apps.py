from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    name = "rollcall.registration"
    label = "registration"
    verbose_name = "Registration"
