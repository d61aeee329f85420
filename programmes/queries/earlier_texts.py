"""What a revision is read against: the text that was in effect before it (P2-66)."""

from django.db.models import JSONField, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.db.models.lookups import IsNull

from actionlearning.foundation.models import User
from programmes.models import Dossier, DossierText

_SAME = ("programme", "kind", "organisation", "number")
_OF_THE_SERIES = Q(**{name: OuterRef(name) for name in _SAME}) & (
    Q(project=OuterRef("project")) | Q(IsNull(OuterRef("project"), True), project=None)
)
"""DossierQuerySet.series() inside a statement about the paper."""


def in_effect_before(user: User) -> Subquery:
    """Of each paper that a statement reads, as one of its columns; the last revision before it that came into effect.

    {dossier_id, revision, state, number, title, content}; None where there is none that `user` may read.
    """
    text = DossierText.objects.filter(dossier=OuterRef("pk"), number=OuterRef("standing_text"))
    told = JSONObject(
        dossier_id="id",
        revision="revision",
        state="state",
        number="standing_text",
        title=Subquery(text.values("title")[:1]),
        content=Subquery(text.values("content")[:1]),
    )
    rows = Dossier.objects.visible_to(user).filter(
        _OF_THE_SERIES, revision__lt=OuterRef("revision"), standing_text__gt=0
    )
    return Subquery(rows.order_by("-revision").values(told=told)[:1], output_field=JSONField())
