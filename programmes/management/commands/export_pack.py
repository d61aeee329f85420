"""The plan of a programme as canonical YAML, rebuilt from the tables."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from actionlearning.foundation.commands import TenantCommand
from actionlearning.foundation.models import Tenant
from programmes.actions.plans import export_plan
from programmes.models import Plan


class Command(TenantCommand):
    help = "export_pack --tenant teng --programme ID [--number 2] [--file plan.yaml]"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--programme", required=True)
        parser.add_argument("--number", type=int, help="version; left out: the latest")
        parser.add_argument("--file", type=Path, help="left out: to standard output")

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        plans = Plan.objects.filter(programme=options["programme"]).order_by("-number")
        if options["number"]:
            plans = plans.filter(number=options["number"])
        plan = plans.first()
        if plan is None:
            raise CommandError("No such plan.")
        text = export_plan(plan)
        if options["file"] is None:
            self.stdout.write(text, ending="")
        else:
            options["file"].write_text(text, encoding="utf-8")
