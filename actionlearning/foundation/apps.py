from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "actionlearning.foundation"
    label = "foundation"
