import base64
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django_otp.oath import totp

from actionlearning.foundation.second_factor import matches, new_secret, provisioning_uri, qr_svg

# The secret and the moments of RFC 6238, appendix B (its eight digits end in our six).
SECRET = base64.b32encode(b"12345678901234567890").decode()
MOMENT = datetime(2009, 2, 13, 23, 31, 30, tzinfo=UTC)
STEP = 1234567890 // 30
CODE = "005924"


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]
)
def test_matches_the_published_codes(seconds, code):
    at = datetime.fromtimestamp(seconds, tz=UTC)

    assert matches(SECRET, code, at, None) == seconds // 30


@pytest.mark.parametrize("typed", ["005924", " 005 924 ", "００５９２４"])
def test_matches_forgives_how_a_code_is_typed(typed):
    assert matches(SECRET, typed, MOMENT, None) == STEP


@pytest.mark.parametrize("typed", ["", "005925", "5924", "0005924", "abcdef", "00592٤", "-05924"])
def test_matches_refuses_anything_else(typed):
    assert matches(SECRET, typed, MOMENT, None) is None


@pytest.mark.parametrize(
    ("late", "step"), [(-31, None), (-30, STEP), (0, STEP), (59, STEP), (60, None)]
)
def test_matches_within_one_step_either_way(late, step):
    assert matches(SECRET, CODE, MOMENT + timedelta(seconds=late), None) == step


@pytest.mark.parametrize(("last", "step"), [(STEP - 1, STEP), (STEP, None), (STEP + 1, None)])
def test_matches_no_code_twice(last, step):
    assert matches(SECRET, CODE, MOMENT, last) == step


def test_new_secret_is_long_and_new():
    first, second = new_secret(), new_secret()

    assert first != second
    assert len(base64.b32decode(first)) == 20
    code = f"{totp(base64.b32decode(first)):06d}"
    assert matches(first, code, datetime.now(tz=UTC), None) is not None


def test_provisioning_uri_says_who_and_where():
    uri = urlsplit(provisioning_uri(SECRET, "li@teng", "行动学习 &x=1"))

    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path) == "/行动学习 &x=1:li@teng"
    assert parse_qs(uri.query) == {
        "secret": [SECRET], "issuer": ["行动学习 &x=1"], "digits": ["6"], "period": ["30"],
    }  # fmt: skip


def test_qr_svg_needs_neither_style_nor_script():
    drawing = qr_svg(provisioning_uri(SECRET, "li<script>", "x"))

    elements = list(ET.fromstring(drawing).iter())
    assert {element.tag for element in elements} <= {"svg", "path", "g"}
    attributes = {name for element in elements for name in element.attrib}
    assert not {name for name in attributes if name == "style" or name.startswith("on")}
    assert "li" not in drawing.replace("line", "")
