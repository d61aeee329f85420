"""Several things in one process, in the order they are named: python -m tests.operation.steps STEP ...

`day:NAME` makes up a working day's copies, whatever day it is; `news:NAME` tells one line; any other
step is a command of the product, its words joined by commas.
"""

import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402  only after the set-up
from django.db import transaction  # noqa: E402

from actionlearning.foundation.clock import database_now  # noqa: E402
from actionlearning.foundation.models import User  # noqa: E402
from actionlearning.foundation.outbox import queue_digests, queue_notice  # noqa: E402
from actionlearning.foundation.scope import WHOLE, scope  # noqa: E402
from actionlearning.foundation.tasks import all_tenants  # noqa: E402


def copies(day: str) -> None:
    for tenant in all_tenants():
        with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
            queue_digests(now=database_now(), day=day)


def news(key: str) -> None:
    (tenant,) = (each for each in all_tenants() if each.slug == "teng")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        reader = User.objects.get(login="dora")
        queue_notice(to=reader, kind="reporting.item_kept", at=database_now(), key=key, title="新")


def main(steps: list[str]) -> None:
    for step in steps:
        kind, _colon, name = step.partition(":")
        if name:
            {"day": copies, "news": news}[kind](name)
        else:
            call_command(*step.split(","))


if __name__ == "__main__":
    main(sys.argv[1:])
