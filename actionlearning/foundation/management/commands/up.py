import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from actionlearning.launcher.addresses import state_directory


class Command(BaseCommand):
    help = "Run everything on this machine: database, cache, web server, worker, timetable. Ctrl-C stops it."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--state", type=Path, help="where data is kept (read by manage.py, see AL_STATE_DIR)"
        )
        parser.add_argument(
            "--no-demo", action="store_true", help="start empty, without the demonstration data"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if os.name == "nt":
            sys.exit("Windows: use WSL2 or docker compose (see README.md).")
        from actionlearning.launcher.up import Order, up  # noqa: PLC0415  it cannot be imported on Windows

        order = Order(state_directory(), options["host"], options["port"], not options["no_demo"])
        sys.exit(up(order))
