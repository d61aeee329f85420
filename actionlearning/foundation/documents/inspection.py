"""The child process that opens an uploaded file so that the application never has to.

Run by path, isolated, without Django: `python -I -B inspection.py jpeg|png|pdf [pixels a side]`, the
file on standard input. Answers one line of JSON and, for an image, the rewritten image behind it.
"""

import contextlib
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from typing import Any

MEMORY = 300 * 1024 * 1024
CPU_SECONDS = 5
OUTPUT = 32 * 1024 * 1024
# What still opens within the memory above: a photograph of 8160 x 6120, half of whose pixels are left out while
# it is unpacked, and a page of A4 scanned at 600 dots an inch, which has to be unpacked whole.
MAX_PIXELS = {"jpeg": 50_000_000, "png": 36_000_000}
HALVED = 24_000_000
MAX_SIDE = 4096
MAX_PAGES = 300

ORIENTATION = 0x0112

_WRITTEN_MODES = {"L": "L", "RGBA": "RGBA"}  # everything else becomes RGB

# Scripts, actions on events, programs, attached files, film players, forms with their own code.
FORBIDDEN_KEYS = frozenset({
    "/JavaScript", "/JS", "/AA", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF",
    "/RichMedia", "/RichMediaContent", "/XFA",
})  # fmt: skip
FORBIDDEN_KINDS = frozenset({
    "/JavaScript", "/Launch", "/EmbeddedFile", "/FileAttachment", "/RichMedia", "/RichMediaExecute",
    "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound", "/Screen",
    "/3D",
})  # fmt: skip
KIND_KEYS = frozenset({"/Type", "/Subtype", "/S"})
# The same, looked for in the bytes, for a reader that rebuilds the file in another way than ours.
# Long names only: /JS and /AA turn up by chance in compressed pictures.
_RAW = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA)(?=[\s/\[\](){}<>%]|$)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe)\b", re.IGNORECASE)


class RefusedFile(Exception):
    """Carries the code for which the parent has the words."""


def main(kind: str, side: str = "") -> None:
    sized: dict[str, Any] = {"side": int(side)} if side else {}
    answer_with(partial(_inspect, kind, **sized))


def answer_with(inspect: Callable[[bytes], tuple[dict[str, object], bytes]]) -> None:
    """Read the file under limits and say what `inspect` made of it; it may raise anything."""
    limit_resources()
    output = sys.stdout.buffer
    try:
        answer, content = inspect(sys.stdin.buffer.read())
    except RefusedFile as problem:
        answer, content = {"refused": str(problem)}, b""
    except MemoryError:
        answer, content = {"refused": "too_complicated"}, b""
    except Exception:  # noqa: BLE001 - a parser fed with hostile bytes may raise anything
        answer, content = {"refused": "damaged"}, b""
    output.write(json.dumps(answer).encode() + b"\n")
    output.write(content)
    output.flush()


def limit_resources() -> None:
    """Set what the system knows; macOS refuses an address-space limit, Windows has none of it."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    wanted = {
        "RLIMIT_AS": MEMORY, "RLIMIT_DATA": MEMORY, "RLIMIT_CPU": CPU_SECONDS,
        "RLIMIT_FSIZE": OUTPUT, "RLIMIT_CORE": 0, "RLIMIT_NOFILE": 64, "RLIMIT_NPROC": 0,
    }  # fmt: skip
    for name, amount in wanted.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (amount, amount))


def _inspect(kind: str, content: bytes, side: int = MAX_SIDE) -> tuple[dict[str, object], bytes]:
    if kind == "pdf":
        return {"pages": inspect_pdf(content)}, b""
    return {}, rewrite_image(kind, content, side)


def rewrite_image(kind: str, content: bytes, side: int = MAX_SIDE) -> bytes:
    """Draw the picture anew: upright, at most `side` pixels a side, and nothing in it but pixels."""
    from PIL import Image  # noqa: PLC0415 - a PDF shall not pay for it

    Image.MAX_IMAGE_PIXELS = None  # the size is checked here, before a pixel is read
    with Image.open(BytesIO(content), formats=[kind]) as image:
        pixels = image.width * image.height
        if pixels > MAX_PIXELS[kind]:
            raise RefusedFile("too_many_pixels")
        if pixels > HALVED:  # of a PNG this changes nothing
            image.draft(None, (image.width // 2, image.height // 2))
        turn = _turn(image)
        image.load()
        picture = _smooth_pixels(image, kind)
        picture.thumbnail((side, side), Image.Resampling.BICUBIC)
    picture = picture.convert(_WRITTEN_MODES.get(picture.mode, "RGB"))
    if turn is not None:
        picture = picture.transpose(turn)
    picture.info.clear()  # colour profile, comments, texts: the writers would copy some of it
    output = BytesIO()
    if kind == "jpeg":
        picture.save(output, "JPEG", quality=88)
    else:
        picture.save(output, "PNG", compress_level=6)
    return output.getvalue()


def _turn(image: Any) -> Any:
    """How to turn the pixels so that the picture is upright without its EXIF block."""
    from PIL.Image import Transpose  # noqa: PLC0415

    orientation = 1
    with contextlib.suppress(Exception):  # a broken EXIF block is no reason to lose the photograph
        orientation = image.getexif().get(ORIENTATION, 1)
    return {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation)


def _smooth_pixels(image: Any, kind: str) -> Any:
    """In a mode that can be made smaller; no copy without need, one of 50 million is 200 MB."""
    if kind == "png" and image.mode != "RGBA" and image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"1", "P"}:
        return image.convert("L" if image.mode == "1" else "RGB")
    return image


def inspect_pdf(content: bytes) -> int:
    """The number of pages of a PDF that is nothing but pages; anything else is refused."""
    _check_envelope(content)
    from pypdf import PdfReader  # noqa: PLC0415 - a picture shall not pay for it

    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted:
        raise RefusedFile("encrypted")
    pages = len(reader.pages)
    if pages > MAX_PAGES:
        raise RefusedFile("too_many_pages")
    drawn = sum(_check_object(found) for found in _objects(reader))
    if drawn > MAX_PAGES:  # the tree may say less than the file holds
        raise RefusedFile("too_many_pages")
    if not pages or not drawn:
        raise RefusedFile("damaged")
    return pages


def _check_envelope(content: bytes) -> None:
    if not content.startswith(b"%PDF-"):
        raise RefusedFile("wrong_content")
    if not content.rstrip(b"\x00\t\n\r\x0c ").endswith(b"%%EOF"):
        raise RefusedFile("damaged")  # cut off, or something is hung on behind its end
    if zipfile.is_zipfile(BytesIO(content)) or _MARKUP.search(content[:2048]):
        raise RefusedFile("mixed")
    if _RAW.search(_ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)):
        raise RefusedFile("active_content")


def _objects(reader: Any) -> Iterator[Any]:
    """Every object in the file's tables, reachable from a page or not."""
    from pypdf.generic import IndirectObject  # noqa: PLC0415

    numbers = {(number, age) for age, table in reader.xref.items() for number in table}
    numbers.update((number, 0) for number in reader.xref_objStm)
    yield reader.trailer
    for number, age in sorted(numbers):
        yield IndirectObject(number, age, reader).get_object()


def _check_object(found: Any) -> int:
    """1 for a page, 0 for another object; does not follow references, all are visited anyway."""
    pages, waiting = 0, [found]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            _check_dictionary(item)
            pages += _name(item.get("/Type")) == "/Page"
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return pages


def _check_dictionary(item: dict[str, Any]) -> None:
    kinds = {_name(item[key]) for key in KIND_KEYS & item.keys()}
    if FORBIDDEN_KEYS & item.keys() or FORBIDDEN_KINDS & kinds:
        raise RefusedFile("active_content")
    if "/OpenAction" in item and not _only_turns_to_a_page(item["/OpenAction"]):
        raise RefusedFile("active_content")


def _only_turns_to_a_page(action: Any) -> bool:
    """Office programs write "open at page 1" into every file they make; that is no action."""
    action = action.get_object()
    if isinstance(action, dict):
        return _name(action.get("/S")) == "/GoTo" and "/Next" not in action
    return isinstance(action, list)


def _name(value: Any) -> str:
    return str(value.get_object()) if hasattr(value, "get_object") else ""


if __name__ == "__main__":
    main(*sys.argv[1:3])
