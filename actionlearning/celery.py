"""Celery: ticks only. What has to be done is read from the rows, so a lost tick costs a minute."""

import os

from celery import Celery

import actionlearning.foundation.task_logs  # noqa: F401  connects itself

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "actionlearning.settings")

app = Celery("actionlearning")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.imports = ["actionlearning.schedule"]
