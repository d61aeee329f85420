from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


def _without_source_maps(patterns: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(p for p in patterns if not (isinstance(p, tuple) and "sourceMappingURL" in p[0]))


class Storage(CompressedManifestStaticFilesStorage):
    """Minified files of others name source maps that their packages leave out: do not look for those."""

    patterns = tuple(
        (extension, _without_source_maps(patterns))
        for extension, patterns in CompressedManifestStaticFilesStorage.patterns
    )
