"""Lucide's icons, each drawn once a process: the package itself draws one anew for every tag."""

from functools import lru_cache

from django import template
from lucide.templatetags import lucide

register = template.Library()
register.simple_tag(lru_cache(maxsize=256)(lucide.lucide), name="lucide")
