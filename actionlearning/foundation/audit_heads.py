"""The head of each tenant's chain, kept outside the database: a cut tail shows (`security.md` §7)."""

import logging
import os
import uuid
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)


def keep(tenant: uuid.UUID, sequence: int, digest: str) -> None:
    """Remember the last link in a file and in the log. An older head never replaces a newer one."""
    logger.info("audit head of %s: %d %s", tenant, sequence, digest)
    try:
        before = kept(tenant)
        if before is not None and before[0] >= sequence:
            logger.error("audit head of %s: link %d stood here before", tenant, before[0])
            return
        path = _path(tenant)
        path.parent.mkdir(parents=True, exist_ok=True)
        place(path, f"{sequence} {digest}\n")
    except OSError:
        logger.exception("audit head of %s could not be kept", tenant)


def place(path: Path, text: str) -> None:
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(text, encoding="ascii")
    fresh.replace(path)


def kept(tenant: uuid.UUID) -> tuple[int, str] | None:
    """(number, hash) of the last link that was anchored; None where none ever was."""
    try:
        sequence, digest = _path(tenant).read_text(encoding="ascii").split()
    except FileNotFoundError:
        return None
    return int(sequence), digest


def _path(tenant: uuid.UUID) -> Path:
    return Path(settings.AL_AUDIT_HEADS) / f"{tenant}.head"
