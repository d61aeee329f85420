"""One-time codes from a phone (TOTP, RFC 6238): six digits, thirty seconds, SHA-1.

Nothing is stored here: the caller keeps the secret and the last step that was used.
"""

import base64
import hmac
import secrets
import unicodedata
from datetime import datetime
from urllib.parse import quote, urlencode

import segno
from django.utils.safestring import SafeString
from django_otp.oath import hotp

STEP_SECONDS = 30
DIGITS = 6
# One step either way: for the clock of a phone and for slow fingers.
TOLERANCE = 1


def new_secret() -> str:
    """160 random bits in base32, as the apps want them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def provisioning_uri(secret: str, account: str, issuer: str) -> str:
    """What the QR code says to the app."""
    label = quote(f"{issuer}:{account}", safe=":@")
    values = {"secret": secret, "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{label}?{urlencode(values, quote_via=quote)}"


def matches(secret: str, code: str, at: datetime, last_step: int | None) -> int | None:
    """The step the code belongs to, None when it is wrong, too old or used before.

    The caller stores the step and hands it in as `last_step` next time: no code works twice.
    """
    typed = "".join(unicodedata.normalize("NFKC", code).split())
    if len(typed) != DIGITS or not typed.isascii():
        return None
    key = base64.b32decode(secret)
    current = int(at.timestamp()) // STEP_SECONDS
    found = None
    for step in range(current - TOLERANCE, current + TOLERANCE + 1):
        expected = str(hotp(key, step, digits=DIGITS)).zfill(DIGITS)
        unused = last_step is None or step > last_step
        if hmac.compare_digest(expected, typed) and unused and found is None:
            found = step
    return found


def qr_svg(uri: str) -> str:
    """The QR code as inline SVG without style or script; marked safe, it holds nothing typed."""
    drawing: str = segno.make(uri, error="m").svg_inline(
        scale=5,
        border=4,
        omitsize=True,
        dark="#000",
        light="#fff",
        svgclass="qr-code",
        lineclass=None,
    )
    return SafeString(drawing)
