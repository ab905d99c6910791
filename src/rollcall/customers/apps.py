from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "rollcall.customers"
    label = "customers"
    verbose_name = "Customers"
