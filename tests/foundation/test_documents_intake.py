import hashlib
import subprocess
import sys
import time
from functools import cache
from io import BytesIO

import pytest
from PIL import Image

from actionlearning.foundation.documents import intake
from actionlearning.foundation.documents.intake import FileRefused, receive
from actionlearning.foundation.documents.tables import read_table, receive_table
from actionlearning.foundation.errors import Refusal
from tests.foundation import hostile_files

WALL_SECONDS = 10
MEMORY_KB = 300 * 1024

refused = cache(hostile_files.refused)
made_safe = cache(hostile_files.made_safe)
REASONS = {
    "drawing.svg": "wrong_kind",
    "page.png": "wrong_content",
    "a picture.jpg": "wrong_content",
    "empty.pdf": "empty",
    "too large.jpg": "too_large",
    "pixel flood.png": "too_many_pixels",
    "real flood.png": "too_many_pixels",
    "half.jpg": "damaged",
    "zip around.pdf": "mixed",
    "html in front.pdf": "mixed",
    "locked.pdf": "encrypted",
    "owner locked.pdf": "encrypted",
    "301 pages.pdf": "too_many_pages",
    "script at opening.pdf": "active_content",
    "written otherwise.pdf": "active_content",
    "unreachable script.pdf": "active_content",
    "hidden in objects.pdf": "active_content",
}


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


@cache
def fifty_million_pixels() -> bytes:
    stream = BytesIO()
    Image.new("RGB", (8160, 6120), "olive").save(stream, "JPEG")
    return stream.getvalue()


@pytest.mark.parametrize("name", refused())
def test_receive_refuses(name):
    began = time.monotonic()

    with pytest.raises(FileRefused) as problem:
        receive(BytesIO(refused()[name]), name)

    assert time.monotonic() - began < WALL_SECONDS
    assert problem.value.code == REASONS.get(name, problem.value.code)
    assert (problem.value.status, problem.value.fields) == (422, {"file": problem.value.message})


@pytest.mark.parametrize("name", made_safe())
def test_receive_makes_safe(name):
    stored = receive(BytesIO(made_safe()[name]), name)

    assert hostile_files.SECRET not in stored.content
    assert not [trap for trap in (b"PK\x05\x06", b"<script", b"<?php") if trap in stored.content]
    assert (stored.size, stored.sha256) == (
        len(stored.content),
        hashlib.sha256(stored.content).hexdigest(),
    )
    assert "/" not in stored.original_name
    assert "\\" not in stored.original_name


@pytest.mark.parametrize(
    "name", ["photo.jpg", "text bomb.png", "object bomb.pdf", "real flood.png"]
)
def test_inspection_stays_within_its_memory(name, tmp_path):
    upload = tmp_path / name
    upload.write_bytes(refused()[name] if name in refused() else fifty_million_pixels())
    kind = {"jpg": "jpeg"}.get(name[-3:], name[-3:])

    command = [sys.executable, "-I", "-B", str(intake._INSPECTION), kind]
    with upload.open("rb") as source:
        told = subprocess.run(
            [sys.executable, "-I", "-c", _WATCH, *command],
            stdin=source,
            capture_output=True,
            check=True,
        )
    status, used = map(int, told.stdout.split())

    assert (status, used < MEMORY_KB) == (0, True)


_WATCH = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
child.returncode = status
print(status, used.ru_maxrss)
"""
"""A small process in between: a child's peak counts the memory of whoever started it."""


def test_receive_keeps_a_pdf_byte_for_byte():
    content = hostile_files.pdf(3)

    stored = receive(BytesIO(content), "计划.PDF")

    assert (stored.content, stored.media_type) == (content, "application/pdf")
    assert (stored.extension, stored.original_name) == ("pdf", "计划.PDF")


@pytest.mark.parametrize("name", ["gps.jpg", "gps.png"])
def test_receive_removes_the_place_and_keeps_the_picture_upright(name):
    before = opened(made_safe()[name])

    after = opened(receive(BytesIO(made_safe()[name]), name).content)

    assert before.getexif().get_ifd(0x8825)
    assert not after.getexif()
    assert not {"exif", "comment", "icc_profile", "Comment"} & after.info.keys()
    assert (before.size, after.size) == ((64, 48), (48, 64))


def test_receive_makes_big_pictures_smaller():
    content = receive(BytesIO(made_safe()["big.png"]), "big.png").content

    assert opened(content).size == (4096, 2458)


def test_receive_keeps_grey_and_transparency():
    grey = opened(receive(BytesIO(made_safe()["sixteen bits.png"]), "a.png").content)
    holed = opened(receive(BytesIO(made_safe()["palette with hole.png"]), "a.png").content)

    assert (grey.mode, grey.getpixel((5, 5))) == ("L", 40_000 // 256)
    assert (holed.mode, holed.getpixel((5, 5))[3]) == ("RGBA", 0)


def test_receive_takes_a_photograph_of_fifty_million_pixels():
    content = receive(BytesIO(fifty_million_pixels()), "photo.jpg").content

    assert opened(content).size == (4080, 3060)


def test_receive_refuses_a_picture_that_grows_too_large(monkeypatch):
    stream = BytesIO()
    Image.effect_noise((200, 200), 90).save(stream, "JPEG", quality=5)
    monkeypatch.setattr(intake, "MAX_BYTES", len(stream.getvalue()))

    with pytest.raises(FileRefused) as problem:
        receive(BytesIO(stream.getvalue()), "a.jpg")

    assert problem.value.code == "too_large"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\temp\\现场 照片.png", "现场 照片.png"),
        ("a\x00b\r\nc.png", "ab c.png"),
        ("pay\u202egnp.png", "paygnp.png"),
        ('"><img src=x>.png', "img src=x.png"),
        ("..png", "file.png"),
        ("e\u0301.png", "é.png"),
        ("长" * 300 + ".png", "长" * 116 + ".png"),
    ],
)
def test_receive_cleans_the_name(name, kept):
    assert receive(BytesIO(hostile_files.png()), name).original_name == kept


def test_file_refused_is_translated_by_the_edges_like_any_refusal():
    assert issubclass(FileRefused, Refusal)


@pytest.mark.parametrize(
    "child",
    ["while True: pass", "import time; time.sleep(60)", "raise SystemExit(3)", "print('x' * 9)"],
)
def test_receive_survives_any_end_of_the_child(monkeypatch, tmp_path, child):
    script = tmp_path / "child.py"
    script.write_text(child, encoding="utf-8")
    monkeypatch.setattr(intake, "_INSPECTION", script)
    monkeypatch.setattr(intake, "WALL_SECONDS", 0.5)

    with pytest.raises(FileRefused) as problem:
        receive(BytesIO(hostile_files.png()), "a.png")

    assert problem.value.code == "too_complicated"


@pytest.mark.skipif(sys.platform != "linux", reason="macOS refuses an address-space limit")
@pytest.mark.parametrize(
    "greed", ["bytearray(2**30)", "while True: pass", "open('f', 'wb').write(bytes(2**26))"]
)
def test_inspection_limits_what_a_parser_may_take(tmp_path, greed):
    program = (
        f"import inspection; inspection.CPU_SECONDS = 1; inspection.limit_resources()\n{greed}"
    )

    child = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(intake._INSPECTION.parent)},
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
        timeout=WALL_SECONDS,
        check=False,
    )

    assert child.returncode != 0


@pytest.mark.parametrize("content", [b"," * 300_000, b"\n" * 3_000_000], ids=["wide", "empty rows"])
def test_a_table_of_separators_is_refused_before_it_is_held(content):
    with pytest.raises(FileRefused) as problem:
        read_table(receive_table(BytesIO(content), "a.csv"))

    assert problem.value.code == "too_many_rows"


def test_a_file_name_beyond_all_measure_is_refused_in_words(world, sign_in):
    """Django stops reading such a request before any form has seen it."""
    head = f'--m\r\nContent-Disposition: form-data; name="file"; filename="{"长" * 400}.xlsx"\r\n'
    body = f"{head}Content-Type: x/x\r\n\r\nx\r\n--m--\r\n".encode()

    answer = sign_in(world.dora).generic(
        "POST", "/t/teng/rosters/new/", body, "multipart/form-data; boundary=m"
    )

    assert answer.status_code == 400
    assert "Shorten the name of the file" in answer.content.decode()
