"""Opens a programme from a pack, or loads a pack as the next version of one that runs."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.commands import TenantCommand
from actionlearning.foundation.errors import Refusal
from actionlearning.foundation.models import Tenant
from actionlearning.foundation.tasks import system_user
from groups.models import Organisation
from programmes.actions.plans import load_plan, read_pack
from programmes.actions.programmes import open_programme
from programmes.models import Programme
from programmes.packs.format import Pack
from programmes.packs.reading import SHIPPED, shipped_text


class Command(TenantCommand):
    help = (
        "load_pack --tenant teng --pack plan2 --year 2026 --owner 藤县 opens a draft; "
        "with --programme ID --applies-from DATE the pack becomes its next version."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--pack", choices=SHIPPED)
        source.add_argument("--file", type=Path)
        parser.add_argument("--year", type=int)
        parser.add_argument("--owner", help="name of the organisation that runs it")
        parser.add_argument("--name", default="")
        parser.add_argument("--programme", help="id of a programme that is there already")
        parser.add_argument("--applies-from", type=date.fromisoformat)

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        try:
            pack = read_pack(_text(options))
            said = _next_version(pack, options) if options["programme"] else _opened(pack, options)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"{tenant.slug}: {said}")


def _text(options: dict[str, Any]) -> str:
    if options["pack"]:
        return shipped_text(options["pack"])
    try:
        return str(options["file"].read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as problem:
        raise CommandError(str(problem)) from None


def _opened(pack: Pack, options: dict[str, Any]) -> str:
    if not options["year"] or not options["owner"]:
        raise CommandError("Say --year and --owner, or --programme.")
    owners = Organisation.objects.filter(name=options["owner"], ends_on=None)
    if owners.count() != 1:
        raise CommandError(f"{owners.count()} organisations are called {options['owner']!r}.")
    made = open_programme(
        pack,
        owner=owners.get(),
        year=options["year"],
        name=options["name"],
        by=system_user(),
        now=database_now(),
    )
    return f"{made.name} is a draft: {made.pk}"


def _next_version(pack: Pack, options: dict[str, Any]) -> str:
    if not options["applies_from"]:
        raise CommandError("Say --applies-from.")
    found = Programme.objects.filter(pk=options["programme"]).first()
    if found is None:
        raise CommandError("No such programme.")
    plan, new = load_plan(
        found, pack, applies_from=options["applies_from"], by=system_user(), now=database_now()
    )
    return f"version {plan.number} is loaded" if new else f"nothing changed: version {plan.number}"
