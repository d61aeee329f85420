from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "actionlearning.desk"
    label = "desk"
