"""A copy by mail: plain text, and the same Message-ID at each try so that servers may drop it."""

import hashlib
import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email

from actionlearning.foundation.channels.delivery import SendFailed

SUBJECT_LIMIT = 150


def send(address: str, secret: str, *, key: str, subject: str, text: str) -> None:
    """Raises SendFailed; permanent when the server refused this recipient or this text for good."""
    try:
        check_address(address)
        message(address, key=key, subject=subject, text=text).send()
    except ValidationError:
        raise SendFailed("not a mail address", permanent=True) from None
    except smtplib.SMTPRecipientsRefused as problem:
        codes = [code for code, _ in problem.recipients.values()]
        raise SendFailed(f"recipient refused {codes}", permanent=min(codes) >= 500) from problem
    except smtplib.SMTPDataError as problem:
        reason = f"text refused {problem.smtp_code}"
        raise SendFailed(reason, permanent=problem.smtp_code >= 500) from problem
    except (smtplib.SMTPException, OSError) as problem:
        # Sign-in, sender and line are the operator's to repair: the copy waits.
        raise SendFailed(f"mail server: {type(problem).__name__}", permanent=False) from problem


def check_address(address: str) -> None:
    validate_email(address)


def message(address: str, *, key: str, subject: str, text: str) -> EmailMessage:
    return EmailMessage(
        subject=" ".join(subject.split())[:SUBJECT_LIMIT],
        body=text,
        to=[address],
        headers={
            "Message-ID": message_id(key),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )


def message_id(key: str) -> str:
    """Made of the delivery key alone, which is hashed: it may name things strangers need not see."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"
