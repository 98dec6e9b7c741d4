from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "common.operations"
    label = "operations"
