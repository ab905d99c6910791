from django.apps import AppConfig


class ProvisioningConfig(AppConfig):
    name = "rollcall.provisioning"
    label = "provisioning"
    verbose_name = "Provisioning"
