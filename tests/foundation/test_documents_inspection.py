"""The child's own code, run in this process; what its limits do is tested with the intake."""

import json
from functools import cache
from io import BytesIO, TextIOWrapper
from types import SimpleNamespace

import pytest
from PIL import Image

from actionlearning.foundation.documents import inspection
from actionlearning.foundation.documents.inspection import (
    RefusedFile,
    inspect_pdf,
    main,
    rewrite_image,
)
from tests.foundation import hostile_files

active_pdfs = cache(hostile_files.active_pdfs)
refused = cache(hostile_files.refused)


@pytest.mark.parametrize("name", active_pdfs())
def test_inspect_pdf_refuses_what_acts(name):
    with pytest.raises(RefusedFile, match="active_content"):
        inspect_pdf(active_pdfs()[name])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("spaces first.pdf", "wrong_content"),
        ("zip behind.pdf", "damaged"),
        ("zip around.pdf", "mixed"),
        ("html in front.pdf", "mixed"),
        ("locked.pdf", "encrypted"),
        ("301 pages.pdf", "too_many_pages"),
        ("fewer said than held.pdf", "too_many_pages"),
        ("no pages counted.pdf", "damaged"),
    ],
)
def test_inspect_pdf_refuses(name, code):
    with pytest.raises(RefusedFile, match=code):
        inspect_pdf(refused()[name])


@pytest.mark.parametrize("name", ["pixel flood.png", "largest numbers.png", "pixel flood.jpg"])
def test_rewrite_image_reads_no_pixel_of_a_flood(name):
    with pytest.raises(RefusedFile, match="too_many_pixels"):
        rewrite_image("png" if name.endswith("png") else "jpeg", refused()[name])


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_rewrite_image_knows_every_kind_of_jpeg(mode):
    content = rewrite_image("jpeg", hostile_files.jpeg(mode))

    assert Image.open(BytesIO(content)).mode in {"L", "RGB"}


def test_inspect_pdf_counts_pages():
    assert inspect_pdf(hostile_files.pdf(7)) == 7


@pytest.mark.parametrize("name", ["/OpenAction", "/Open#41ction"])
def test_inspect_pdf_lets_a_document_open_at_a_page(name):
    content = hostile_files.by_hand(b"<</Type/Catalog/Pages 2 0 R%b[3 0 R/Fit]>>" % name.encode())

    assert inspect_pdf(content) == 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_rewrite_image_turns_the_picture_upright(orientation):
    upright = Image.new("L", (20, 10))
    upright.paste(255, (0, 0, 5, 5))
    exif = Image.Exif()
    exif[inspection.ORIENTATION] = orientation
    turn = inspection._turn(SimpleNamespace(getexif=lambda: exif))
    back = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}.get(orientation, turn)
    stored = upright if back is None else upright.transpose(back)
    stream = BytesIO()
    stored.save(stream, "PNG", exif=exif)

    result = Image.open(BytesIO(rewrite_image("png", stream.getvalue())))

    assert (result.size, result.tobytes()) == (upright.size, upright.tobytes())


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_rewrite_image_knows_every_kind_of_png(mode):
    stream = BytesIO()
    source = Image.new("RGBA", (9, 9), (200, 10, 10, 128))
    image = Image.new(mode, (9, 9)) if mode == "I;16" else source.convert(mode)
    image.save(stream, "PNG")

    assert Image.open(BytesIO(rewrite_image("png", stream.getvalue()))).mode in {"L", "RGB", "RGBA"}


@pytest.mark.parametrize(
    ("kind", "content", "answer"),
    [
        ("pdf", hostile_files.pdf(2), {"pages": 2}),
        ("png", hostile_files.png(), {}),
        ("png", b"noise", {"refused": "damaged"}),
        ("pdf", b"noise", {"refused": "wrong_content"}),
    ],
)
def test_main_answers_one_line_and_the_content(monkeypatch, kind, content, answer):
    output = BytesIO()
    monkeypatch.setattr(inspection, "limit_resources", lambda: None)
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(content)))
    monkeypatch.setattr("sys.stdout", SimpleNamespace(buffer=output))

    main(kind)

    line, _, rest = output.getvalue().partition(b"\n")
    assert json.loads(line) == answer
    assert bool(rest) == (answer == {})


def test_main_says_when_the_memory_is_at_its_end(monkeypatch):
    def greedy(kind: str, content: bytes) -> None:
        raise MemoryError

    output = BytesIO()
    monkeypatch.setattr(inspection, "limit_resources", lambda: None)
    monkeypatch.setattr(inspection, "_inspect", greedy)
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO()))
    monkeypatch.setattr("sys.stdout", SimpleNamespace(buffer=output))

    main("png")

    assert json.loads(output.getvalue()) == {"refused": "too_complicated"}


def test_limits_are_set_as_far_as_the_system_knows_them(monkeypatch):
    asked = []
    monkeypatch.setattr("resource.setrlimit", lambda limit, amounts: asked.append(amounts))
    monkeypatch.delattr("resource.RLIMIT_AS")

    inspection.limit_resources()

    assert (inspection.CPU_SECONDS, inspection.CPU_SECONDS) in asked


def test_limits_are_left_out_where_there_are_none(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "resource", None)

    assert inspection.limit_resources() is None
