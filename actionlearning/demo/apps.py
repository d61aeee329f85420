from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "actionlearning.demo"
    label = "demo"
