"""Celery's processes: the product's log lines, whose request caused a task, a heartbeat.

Imported by actionlearning/celery.py before settings are read.
"""

import logging.config
from typing import Any

from celery import signals

from actionlearning.foundation.request_ids import about, current_request_id

_HEADER = "al_request"
_running: dict[str, Any] = {}


@signals.setup_logging.connect
def _set_up(**_kwargs: Any) -> None:
    """Whoever answers this signal keeps Celery from laying its own lines over ours."""
    from django.conf import settings  # noqa: PLC0415  read only once a worker starts

    logging.config.dictConfig(settings.LOGGING)


@signals.before_task_publish.connect
def _send_number(headers: dict[str, Any], **_kwargs: Any) -> None:
    if current_request_id():
        headers[_HEADER] = current_request_id()


@signals.task_prerun.connect
def _begin(task_id: str, task: Any, **_kwargs: Any) -> None:
    facts = {"task": task.name, "task_id": task_id}
    if caused := (task.request.get(_HEADER) or ""):
        facts["request"] = caused
    _running[task_id] = about(**facts)
    _running[task_id].__enter__()


@signals.task_postrun.connect
def _end(task_id: str, **_kwargs: Any) -> None:
    if task_id in _running:
        _running.pop(task_id).__exit__(None, None, None)


@signals.heartbeat_sent.connect
def _beat(sender: Any, **_kwargs: Any) -> None:
    from actionlearning.foundation import heartbeats  # noqa: PLC0415  it reads settings

    heartbeats.beat(str(sender.eventer.hostname))
