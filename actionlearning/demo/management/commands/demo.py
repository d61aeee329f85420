from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import translation

from actionlearning.demo.staff import PASSWORD
from actionlearning.demo.worlds import WORLDS, World
from actionlearning.foundation import demonstration
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.founding import found_tenant
from actionlearning.foundation.models import Tenant
from actionlearning.foundation.scope import WHOLE, no_scope, scope

BEIJING = ZoneInfo("Asia/Shanghai")


class Command(BaseCommand):
    help = "Loads the demonstration world, each tenant in one transaction: killed half-way, nothing of it is there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--background", action="store_true", help="only tell when something is new"
        )

    def handle(self, *args: Any, background: bool, **options: Any) -> None:
        with no_scope(), transaction.atomic():
            present = set(Tenant.objects.values_list("slug", flat=True))
        for number, world in enumerate(WORLDS):
            if world.slug not in present:
                self._load(world, number)
                self.stdout.write(f"{world.name} ({world.slug}) is ready.")
        cache.set(demonstration.PROGRESS, 100, None)

    def _load(self, world: World, number: int) -> None:
        def told(share: float) -> None:
            cache.set(demonstration.PROGRESS, int(100 * (number + share) / len(WORLDS)), None)

        told(0.0)
        with translation.override(settings.LANGUAGE_CODE), no_scope(), transaction.atomic():
            now = database_now()
            tenant, system = found_tenant(world.slug, world.name, now=now)
            with scope(tenant, path=WHOLE, actor=None):
                shown = world.build(system, now.astimezone(BEIJING).date(), told)
        cache.set(demonstration.PEOPLE % world.slug, shown, None)
        cache.set(demonstration.PASSWORD % world.slug, PASSWORD, None)
