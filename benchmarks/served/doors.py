"""Every way a file or a long text comes into the product, each sent to as its users send to it."""

import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO

from django.conf import settings
from django.urls import reverse
from PIL import Image

from actionlearning.launcher.addresses import CHECKOUT
from benchmarks.hostile import sheets, texts
from benchmarks.served.calling import Answer, Caller
from benchmarks.served.office import Office
from benchmarks.served.watching import Watch, peak_of
from groups.actions.roster_work import work_off
from groups.divisions.reading import SHIPPED
from groups.models import RosterBatch
from programmes.packs.reading import shipped_text
from tests.foundation import hostile_files

KINDS = ("image/jpeg", "image/png", "application/pdf")
TRAPS = (b"<script", b"<?php", b"PK\x05\x06", b"/JavaScript", b"/Launch", b"/EmbeddedFile")
HTML_TRAPS = (b"<script>alert(1)", b"<img src=x onerror")


@dataclass
class Told:
    """What became of one file: `wrong` is empty when it was refused in words or taken in safely."""

    accepted: bool
    seconds: float
    wrong: list[str] = field(default_factory=list)
    child: int = 0
    """Bytes that the process which read it had at most, as far as it was not seen from outside."""


Try = Callable[[str, bytes], Told]


class Doors:
    """`every()`: (door, name of the file, content, how to send it)."""

    def __init__(self, office: Office, port: int, watch: Watch) -> None:
        self.office, self.watch = office, watch
        self.clerk: Caller = office.caller(port, "ben")
        self.director: Caller = office.caller(port, "ana")
        self.unit: Caller = office.caller(port, "dora")

    def every(self) -> Iterator[tuple[str, str, bytes, Try]]:
        attached = hostile_files.refused() | hostile_files.made_safe()
        for door, files, send in (
            ("attachment", attached, self.attach),
            ("roster", sheets.sheets(), self.roster),
            ("pack", texts.packs(shipped_text("plan2")), self.pack),
            ("notice", texts.notices(), self.notice),
            ("divisions", texts.divisions(SHIPPED.read_bytes()), self.load_divisions),
        ):
            for name, content in files.items():
                yield door, name, content, send

    def attach(self, name: str, content: bytes) -> Told:
        """By REST, and read back by its page if it came in."""
        office = self.office
        with office.open() as now:
            item = office.draft(now)
        answer = self.clerk.upload(
            office.api(f"information-items/{item.pk}/attachments/"), name, content
        )
        if not answer.done:
            return Told(False, answer.seconds, _refusal(answer))
        path = office.page(f"information/{item.pk}/attachments/{answer.json()['id']}/")
        wrong = _served_unsafely(self.clerk.get(path), b"attachment")
        wrong += _served_unsafely(self.clerk.get(f"{path}?inline"), b"")
        return Told(True, answer.seconds, wrong)

    def roster(self, name: str, content: bytes) -> Told:
        """Sent in by its form; read as the worker reads it, here, so that its memory can be watched."""
        office = self.office
        sent = self.unit.upload(
            reverse("groups:roster_new", args=[office.tenant.slug]),
            name,
            content,
            kind="persons",
            organisation=str(office.world.bureau.pk),
        )
        if not sent.done:
            return Told(False, sent.seconds, _refusal(sent))
        began = time.monotonic()
        with office.outside():
            work_off()
        seconds = sent.seconds + time.monotonic() - began
        page = self.unit.get(sent.headers["location"])
        wrong = _shown_unsafely(page)
        with office.open():
            batch = RosterBatch.objects.get(pk=sent.headers["location"].rstrip("/").split("/")[-1])
        if batch.state not in ("checked", "refused"):
            wrong.append(f"the sheet is left {batch.state}")
        return Told(batch.state == "checked", seconds, wrong)

    def pack(self, name: str, content: bytes) -> Told:
        """As a file for a new programme."""
        path = self.office.page("programmes/new/")
        owner = str(self.office.world.county.pk)
        answer = self.director.upload(path, name, content, year="2031", owner=owner)
        return self._of_page(self.director, answer)

    def notice(self, _name: str, content: bytes) -> Told:
        answer = self.director.fill_in(
            self.office.page("calendar/notice/"), scope="450422", year="2026", text=content
        )
        return self._of_page(self.director, answer)

    def _of_page(self, caller: Caller, answer: Answer) -> Told:
        if answer.status in (302, 303):
            return Told(
                True, answer.seconds, _shown_unsafely(caller.get(answer.headers["location"]))
            )
        if answer.status == 200:
            return Told(True, answer.seconds, _shown_unsafely(answer))
        return Told(False, answer.seconds, _refusal(answer) + _shown_unsafely(answer))

    def load_divisions(self, _name: str, content: bytes) -> Told:
        """By the operator's command: nobody else may bring one in. Its start is not counted, its reading is."""
        file = self._file(content)
        script = (
            "import sys, time, pathlib, django; django.setup(); "
            "from groups.divisions.reading import read; from actionlearning.foundation.errors import Refusal\n"
            "raw = pathlib.Path(sys.argv[1]).read_bytes(); began = time.monotonic(); told = 'read'\n"
            "try: read(raw)\n"
            "except Refusal: told = 'refused'\n"
            "text = pathlib.Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0]\n"
            "print(told, time.monotonic() - began, text)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, file],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return Told(False, 0.0, [f"broke off: {done.stderr[-300:]}"])
        told, seconds, used = done.stdout.split()
        return Told(told == "read", float(seconds), child=int(used) * 1024)

    def _file(self, content: bytes) -> str:
        place = settings.STATE_DIR / f"{uuid.uuid4().hex}.csv"
        place.write_bytes(content)
        return str(place)


def _refusal(answer: Answer) -> list[str]:
    """A refusal is a 4xx in words."""
    if not 400 <= answer.status < 500:
        return [f"answered {answer.status}"]
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        told = answer.json()
        return [] if told.get("title") and told.get("code") else ["a refusal without words"]
    return [] if len(answer.body) > 200 else [f"{answer.status} without words"]


def _served_unsafely(answer: Answer, disposition: bytes) -> list[str]:
    wrong, kind = [], answer.headers.get("content-type", "")
    if answer.status != 200 or kind not in KINDS:
        wrong.append(f"served as {answer.status} {kind}")
    if answer.headers.get("x-content-type-options") != "nosniff":
        wrong.append("served without nosniff")
    if "content-security-policy" not in answer.headers:
        wrong.append("served without a policy")
    if disposition and disposition.decode() not in answer.headers.get("content-disposition", ""):
        wrong.append("served as a page")
    wrong += [f"{trap!r} is still in it" for trap in TRAPS if trap in answer.body]
    if hostile_files.SECRET in answer.body:
        wrong.append("what was hidden in it is still in it")
    if kind.startswith("image/"):
        Image.open(BytesIO(answer.body)).load()
    return wrong


def _shown_unsafely(answer: Answer) -> list[str]:
    wrong = [f"{trap!r} stands in the page" for trap in HTML_TRAPS if trap in answer.body]
    if answer.status >= 500 or answer.status == 0:
        wrong.append(f"its page answers {answer.status}")
    return wrong


def peaks(pids: list[int]) -> int:
    """Bytes, of the largest of these processes."""
    return max((peak_of(pid) for pid in pids), default=0)
