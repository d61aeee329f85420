"""Makes a copy of one request's notices wait, then sends one tick: python -m tests.operation.copies NUMBER."""

import sys

import django

django.setup()

from django.db import transaction  # noqa: E402  only after the set-up

from actionlearning.celery import app  # noqa: E402, F401  the broker's address
from actionlearning.foundation.clock import database_now  # noqa: E402
from actionlearning.foundation.jobs import dispatch  # noqa: E402
from actionlearning.foundation.models import Channel, Notice, Tenant  # noqa: E402
from actionlearning.foundation.outbox import queue_digests  # noqa: E402
from actionlearning.foundation.request_ids import about  # noqa: E402
from actionlearning.foundation.scope import WHOLE, no_scope, scope  # noqa: E402


def main(number: str) -> None:
    with no_scope(), transaction.atomic():
        tenant = Tenant.objects.get(slug="teng")
    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        reader = Notice.objects.filter(request_id=number, recipient__isnull=False).first().recipient
        Channel.objects.create(user=reader, kind="email", address="reader@example.gov.cn")
        queue_digests(now=database_now(), day="a-day-of-work")
    with about(request="tick-of-the-test"):
        dispatch.apply_async()


if __name__ == "__main__":
    main(sys.argv[1])
