from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import translation

from actionlearning.demo.worlds import WORLDS, World
from actionlearning.foundation import demonstration
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.founding import found_tenant
from actionlearning.foundation.models import Tenant, User
from actionlearning.foundation.scope import WHOLE, no_scope, scope

BEIJING = ZoneInfo("Asia/Shanghai")


class Command(BaseCommand):
    help = (
        "Loads the demonstration world. The spaces are there at once, so that their pages can tell how far it is; "
        "what is in them comes in one transaction each: killed half-way, the next start begins afresh."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--background", action="store_true", help="only tell when something is new"
        )
        parser.add_argument(
            "--space", action="append", help="only this one; may be given several times"
        )

    def handle(
        self, *args: Any, background: bool, space: list[str] | None = None, **options: Any
    ) -> None:
        worlds = [world for world in WORLDS if space is None or world.slug in space]
        for world in worlds:
            demonstration.tell(world.slug, 0)
        tenants = [_founded(world) for world in worlds]
        for number, (world, tenant) in enumerate(zip(worlds, tenants, strict=True)):
            try:
                if self._load(world, tenant):
                    self.stdout.write(f"{world.name} ({world.slug}) is ready.")
            except Exception:
                for each in worlds[number:]:
                    demonstration.tell_failure(each.slug)
                raise
            demonstration.tell(world.slug, 1)

    def _load(self, world: World, tenant: Tenant) -> bool:
        """False: it was there already."""

        def told(share: float) -> None:
            demonstration.tell(world.slug, share)

        with (
            translation.override("zh-hans"),
            scope(tenant, path=WHOLE, actor=None),
            transaction.atomic(),
        ):
            locked = Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
            if locked.ready_at is not None:
                return False
            system, now = User.objects.get(is_system=True), database_now()
            world.build(system, now.astimezone(BEIJING).date(), told)
            Tenant.objects.filter(pk=tenant.pk).update(ready_at=now)
        return True


def _founded(world: World) -> Tenant:
    """The space itself, empty at first, so that its door can already be found."""
    with no_scope(), transaction.atomic():
        found = Tenant.objects.filter(slug=world.slug).first()
        return found or found_tenant(world.slug, world.name, now=database_now(), ready=False)[0]
