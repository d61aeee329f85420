from django import template
from django.utils.translation import get_language

from actionlearning.foundation.languages import product_words

register = template.Library()
register.filter("product_words", product_words)

_TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}


@register.simple_tag
def language_tag() -> str:
    """The reader's language as BCP 47 writes it, for `lang`: fonts are chosen by it."""
    language = get_language() or ""
    return _TAGS.get(language, language)
