"""In which language the reader reads, and sentences that come with the product as data."""

import re

from django.utils.translation import get_language, pgettext

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")


def in_english() -> bool:
    return (get_language() or "").startswith("en")


def product_words(text: str) -> str:
    """A sentence of a plan pack or the name of a holiday, in the characters of the reader.

    Found as it stands, or with its year taken out again; in any other case, as where people changed the
    plan or wrote it themselves, it stays what it is.
    """
    if get_language() != "zh-hant" or not text:
        return text
    told = pgettext("data", text)
    return told if told != text else _with_its_year(text)


def _with_its_year(text: str) -> str:
    named = {int(year) for year in _YEAR.findall(text)}
    for year in sorted(named | {each - 1 for each in named}):
        bare = text.replace(str(year), "{year}").replace(str(year + 1), "{year+1}")
        told = pgettext("data", bare)
        if told != bare:
            return told.replace("{year}", str(year)).replace("{year+1}", str(year + 1))
    return text
