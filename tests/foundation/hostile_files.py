"""Files as an attacker, a careless program or a broken line would send them; built in memory.

`refused()` must all be turned away; `made_safe()` come in, and what is stored carries no trap.
"""

import struct
import zipfile
import zlib
from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

Files = dict[str, bytes]
SECRET = b"canary-7f3a"


def refused() -> Files:
    return {**_disguised(), **_broken_images(), **_bombs(), **_broken_pdfs(), **active_pdfs()}


def made_safe() -> Files:
    photo = jpeg()
    return {
        "zip behind a photo.jpg": photo + archive(),
        "html behind a photo.jpg": photo + b"<html><script>alert(1)</script>" + SECRET,
        "pdf behind a photo.jpg": photo + pdf(),
        "php in a comment.jpg": jpeg(comment=b"<?php system($_GET[0]); ?>" + SECRET),
        "gps.jpg": jpeg(exif=exif_with_place()),
        "broken exif.jpg": jpeg(exif=b"Exif\x00\x00" + b"\xff" * 40),
        "profile.jpg": jpeg(icc_profile=b"\x00" * 128 + SECRET),
        "cmyk.jpg": jpeg(mode="CMYK"),
        "zip behind a picture.png": png() + archive(),
        "html in a text.png": png(text="<script>alert(1)</script>" + SECRET.decode()),
        "gps.png": png(exif=exif_with_place()),
        "sixteen bits.png": _encoded(Image.new("I;16", (40, 30), 40_000), "PNG"),
        "palette with hole.png": _palette(),
        "one bit.png": _encoded(Image.new("1", (40, 30), 1), "PNG"),
        "film.png": _film(),
        "big.png": _encoded(Image.new("RGB", (5000, 3000), "white"), "PNG"),
        "../../etc/passwd.png": png(),
        "C:\\temp\\photo.JPEG": photo,
        "opens at page one.pdf": opening(ArrayObject([NumberObject(0), NameObject("/Fit")])),
        "packed.pdf": _with_object_stream(zlib.compress(b"5 0 <</S/P/Title(harmless)>>")),
        "link.pdf": _annotated(_action("/URI", "/URI", "https://example.org/")),
    }


def jpeg(mode: str = "RGB", **options: object) -> bytes:
    return _encoded(Image.linear_gradient("L").resize((64, 48)).convert(mode), "JPEG", **options)


def png(text: str = "", **options: object) -> bytes:
    info = PngInfo()
    if text:
        info.add_text("Comment", text)
    return _encoded(Image.new("RGB", (64, 48), "green"), "PNG", pnginfo=info, **options)


def exif_with_place() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (23.0, 28.0, 30.0), 3: "E", 4: (111.0, 16.0, 40.0)})
    return exif


def pdf(pages: int = 1) -> bytes:
    return _written(_writer(pages))


def opening(action: object) -> bytes:
    writer = _writer()
    writer.root_object[NameObject("/OpenAction")] = action  # type: ignore[index]
    return _written(writer)


def archive(name: str = "payload.txt", content: bytes = SECRET) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, content)
    return stream.getvalue()


def _disguised() -> Files:
    svg = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    html = b"<!doctype html><script>alert(1)</script>"
    return {
        "drawing.svg": svg,
        "drawing.png": svg,
        "page.html": html,
        "page.png": html,
        "page.jpg": html,
        "page.pdf": html,
        "program.exe": b"MZ" + b"\x00" * 200,
        "program.jpg": b"MZ" + b"\x00" * 200,
        "script.pdf": b"#!/bin/sh\nrm -rf /\n",
        "archive.pdf": archive(),
        "sheet.xlsx": archive("xl/workbook.xml", b"<workbook/>"),
        "sheet.png": archive("xl/workbook.xml", b"<workbook/>"),
        "picture.gif": b"GIF89a" + b"\x00" * 40,
        "gif.png": b"GIF89a" + b"\x00" * 40,
        "photo.heic": b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40,
        "tiff.jpg": b"II*\x00" + b"\x00" * 40,
        "webp.png": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        "postscript.pdf": b"%!PS-Adobe-3.0\n(%pipe%id) (r) file\n",
        "a picture.jpg": png(),
        "a photo.png": jpeg(),
        "a photo.pdf": jpeg(),
        "a document.png": pdf(),
        "no extension": png(),
        "png": png(),
        "turned\u202egpj.exe": jpeg(),
        "picture.png\x00.exe": png(),
        "empty.pdf": b"",
        "empty.png": b"",
        "spaces first.pdf": b"\n\n" + pdf(),
        "photo first.pdf": jpeg() + pdf(),
    }


def _broken_images() -> Files:
    photo, picture = jpeg(), png()
    return {
        "only magic.png": picture[:8],
        "only magic.jpg": photo[:3],
        "half.png": picture[: len(picture) // 2],
        "half.jpg": photo[: len(photo) // 2],
        "wrong checksum.png": picture[:20] + b"\xff\xff" + picture[22:],
        "nothing but noise.png": picture[:8] + bytes(range(256)) * 20,
        "nothing but noise.jpg": b"\xff\xd8\xff" + bytes(range(256)) * 20,
        "no size.png": _png_of(0, 0, b""),
        "no pixels.png": _png_of(3000, 3000, b""),
    }


def _bombs() -> Files:
    return {
        "pixel flood.png": _png_of(60_000, 60_000, bytes(1000)),
        "largest numbers.png": _png_of(2**31 - 1, 2**31 - 1, bytes(1000)),
        "real flood.png": _png_of(30_000, 30_000, bytes(3_750 * 30_000 + 30_000), depth=1),
        "pixel flood.jpg": _with_size(jpeg(), 65_000, 65_000),
        "text bomb.png": _text_bomb(),
        "object bomb.pdf": _object_stream_bomb(),
        "too large.jpg": jpeg() + bytes(21 * 1024 * 1024),
        "301 pages.pdf": pdf(301),
        "page loop.pdf": _page_loop(),
        "fewer said than held.pdf": _lying_pages(),
        "deep.pdf": by_hand(b"<</Type/Catalog/Pages 2 0 R/Deep " + b"[" * 50_000),
    }


def _broken_pdfs() -> Files:
    document = pdf()
    return {
        "only magic.pdf": b"%PDF-1.7\n",
        "half.pdf": document[: len(document) // 2],
        "no pages.pdf": by_hand(b"<</Type/Catalog>>"),
        "no pages counted.pdf": by_hand(
            b"<</Type/Catalog/Pages 4 0 R>>", b"<</Type/Pages/Kids[]>>"
        ),
        "noise.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 20 + b"\n%%EOF",
        "zip behind.pdf": document + archive(),
        "zip around.pdf": document[:-6] + archive()[:-2] + b"\x06\x00%%EOF\n",
        "html behind.pdf": document + b"<script>alert(1)</script>",
        "html in front.pdf": document[:9] + b"%<html><script>alert(1)</script>\n" + document[9:],
        "locked.pdf": _encrypted("secret"),
        "owner locked.pdf": _encrypted(""),
    }


def active_pdfs() -> Files:
    script = _action("/JavaScript", "/JS", "app.alert(1)")
    launch = _action("/Launch", "/F", "cmd.exe")
    chained = _action("/GoTo", "/D", "one")
    chained[NameObject("/Next")] = script
    return {
        "script at opening.pdf": opening(script),
        "program at opening.pdf": opening(launch),
        "address at opening.pdf": opening(_action("/URI", "/URI", "https://example.org/")),
        "script behind a jump.pdf": opening(chained),
        "named script.pdf": _catalog_with("/Names", _named("/JavaScript", script)),
        "attached file.pdf": _attached(),
        "script on a page.pdf": _page_with("/AA", DictionaryObject({NameObject("/O"): script})),
        "script on a click.pdf": _annotated(script),
        "program on a click.pdf": _annotated(launch),
        "form sent away.pdf": _annotated(_action("/SubmitForm", "/F", "https://example.org/")),
        "film.pdf": _annotated(script, subtype="/RichMedia"),
        "form with code.pdf": _catalog_with(
            "/AcroForm", DictionaryObject({NameObject("/XFA"): TextStringObject("<xdp/>")})
        ),
        "written otherwise.pdf": pdf().replace(b"/Catalog", b"/Catalog/#4aavaScript(x)", 1),
        "unreachable script.pdf": by_hand(
            b"<</Type/Catalog/Pages 2 0 R>>", b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
        ),
        "hidden in objects.pdf": _script_in_object_stream(),
    }


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _palette() -> bytes:
    image = Image.new("P", (40, 30))
    image.putpalette([255, 0, 0, 0, 255, 0])
    return _encoded(image, "PNG", transparency=0)


def _film() -> bytes:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    return _encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def _png_of(width: int, height: int, pixels: bytes, depth: int = 8) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    chunks = [_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(pixels)), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _text_bomb() -> bytes:
    text = _chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(100_000_000), 9))
    picture = png()
    return picture[:33] + text + picture[33:]


def _with_size(photo: bytes, width: int, height: int) -> bytes:
    frame = photo.index(b"\xff\xc0") + 5
    return photo[:frame] + struct.pack(">HH", height, width) + photo[frame + 4 :]


def _writer(pages: int = 1) -> PdfWriter:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    return writer


def _written(writer: PdfWriter) -> bytes:
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _action(kind: str, key: str, value: str) -> DictionaryObject:
    return DictionaryObject(
        {NameObject("/S"): NameObject(kind), NameObject(key): TextStringObject(value)}
    )


def _catalog_with(key: str, value: object) -> bytes:
    writer = _writer()
    writer.root_object[NameObject(key)] = value  # type: ignore[index]
    return _written(writer)


def _page_with(key: str, value: object) -> bytes:
    writer = _writer()
    writer.pages[0][NameObject(key)] = value  # type: ignore[index]
    return _written(writer)


def _annotated(action: DictionaryObject, subtype: str = "/Link") -> bytes:
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject(subtype),
            NameObject("/Rect"): ArrayObject([NumberObject(n) for n in (0, 0, 50, 50)]),
            NameObject("/A"): action,
        }
    )
    return _page_with("/Annots", ArrayObject([note]))


def _named(tree: str, value: object) -> DictionaryObject:
    names = ArrayObject([TextStringObject("one"), value])
    return DictionaryObject({NameObject(tree): DictionaryObject({NameObject("/Names"): names})})


def _attached() -> bytes:
    writer = _writer()
    writer.add_attachment("a.exe", b"MZ")
    return _written(writer)


def _encrypted(password: str) -> bytes:
    writer = _writer()
    writer.encrypt(password, "owner", algorithm="RC4-128")
    return _written(writer)


def by_hand(catalog: bytes, *others: bytes) -> bytes:
    """A PDF by hand: object 1 is the catalogue, 2 and 3 the page tree, then the others."""
    objects = [
        catalog,
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        *others,
    ]
    body, places = b"%PDF-1.5\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return b"%bxref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        body, size, table, size, len(body),
    )  # fmt: skip


def _page_loop() -> bytes:
    looped = by_hand(b"<</Type/Catalog/Pages 2 0 R>>")
    return looped.replace(b"Kids[3 0 R]", b"Kids[2 0 R]")


def _lying_pages() -> bytes:
    page = b"<</Type/Page/MediaBox[0 0 9 9]>>"
    return by_hand(b"<</Type/Catalog/Pages 2 0 R>>", *[page] * 301)


def _with_object_stream(stream: bytes) -> bytes:
    """A PDF 1.5 whose cross-reference is a stream and whose object 5 lies packed in object 4."""
    plain = by_hand(
        b"<</Type/Catalog/Pages 2 0 R/Extra 5 0 R>>",
        b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%b\nendstream"
        % (len(stream), stream),
    )
    body = plain[: plain.index(b"xref\n")]
    rows = [(0, 0, 255)]
    rows += [(1, body.index(b"%d 0 obj" % number), 0) for number in (1, 2, 3, 4)]
    rows += [(2, 4, 0), (1, len(body), 0)]
    table = b"".join(struct.pack(">BIB", *row) for row in rows)
    return body + (
        b"6 0 obj\n<</Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Length %d>>stream\n%b\nendstream\n"
        b"endobj\nstartxref\n%d\n%%%%EOF\n" % (len(table), table, len(body))
    )


def _script_in_object_stream() -> bytes:
    return _with_object_stream(zlib.compress(b"5 0 <</S/JavaScript/JS(app.alert\\(1\\))>>"))


def _object_stream_bomb() -> bytes:
    """800 MB in 800 kB, pressed in pieces so that the test itself stays small."""
    press = zlib.compressobj(9)
    pieces = [press.compress(b"5 0 (")]
    pieces += [press.compress(b"A" * 1_000_000) for _ in range(800)]
    return _with_object_stream(b"".join([*pieces, press.compress(b")"), press.flush()]))
