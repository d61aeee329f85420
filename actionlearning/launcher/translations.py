"""Compile locale/**/*.po with polib: no gettext on the machine, nothing binary in the repository."""

import sys
from pathlib import Path

import polib


def compile_translations(locale: Path) -> list[Path]:
    """Write each catalogue that is missing or older than its source; return the sources of those."""
    return [source for source in sorted(locale.rglob("*.po")) if _compile(source)]


def _compile(source: Path) -> bool:
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return False
    fresh = target.with_suffix(".mo.new")
    polib.pofile(str(source)).save_as_mofile(str(fresh))
    fresh.replace(target)
    return True


if __name__ == "__main__":
    for path in compile_translations(Path(sys.argv[1])):
        print(f"compiled {path}")
