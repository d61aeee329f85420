"""Photographs of an activity as pages, papers and other apps ask for them."""

from django.db.models import QuerySet

from programmes.models import Activity, ActivityPhoto


def photos_of(activity: Activity) -> QuerySet[ActivityPhoto]:
    """In their order, without their contents; `.defer(None)` reads these too."""
    rows = ActivityPhoto.objects.filter(activity=activity).defer("content")
    return rows.order_by("rank", "id")
