"""What clients get of briefings, for the description of the interface."""

from rest_framework import serializers

from reporting.models import Publication


class BriefingLine(serializers.Serializer):
    """One issue as it stands now."""

    id = serializers.UUIDField(help_text="The issue's address; the same for all its corrections.")
    state = serializers.ChoiceField(Publication.Kind.choices)
    series = serializers.CharField(help_text="Slug of the series; never changes.")
    series_title = serializers.CharField()
    year = serializers.IntegerField()
    number = serializers.IntegerField(help_text="第×期, from 1 each year.")
    total = serializers.IntegerField(help_text="总第×期.")
    correction = serializers.IntegerField(help_text="0: the issue itself; 1 for `7-corr-1`.")
    label = serializers.CharField(help_text="`7`, `7-corr-1`.")
    title = serializers.CharField()
    dated = serializers.DateField(help_text="The day of signing.")
    published_at = serializers.DateTimeField(help_text="When what stands now was published.")
    digest = serializers.CharField(help_text="Changes with every version; the ETag of the issue.")


class BriefingPage(serializers.Serializer):
    results = BriefingLine(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class BriefingUnit(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class BriefingParagraph(serializers.Serializer):
    """A paragraph and the unit that sent it in. The item it was compiled from is named to nobody here."""

    text = serializers.CharField()
    unit = BriefingUnit(allow_null=True, help_text="Null: written by the office itself.")
    activity = serializers.UUIDField(allow_null=True)


class BriefingArticle(serializers.Serializer):
    title = serializers.CharField(help_text="As printed.")
    paragraphs = BriefingParagraph(many=True)


class BriefingMasthead(serializers.Serializer):
    name = serializers.CharField()
    body = serializers.CharField()
    issue = serializers.CharField()
    unit = serializers.CharField()
    dated = serializers.CharField()
    note = serializers.CharField()


class BriefingFileLine(serializers.Serializer):
    media_type = serializers.CharField()
    name = serializers.CharField()
    sha256 = serializers.CharField()
    address = serializers.CharField()


class BriefingWhole(BriefingLine):
    """The whole issue as printed."""

    masthead = BriefingMasthead()
    signer = serializers.CharField()
    correction_note = serializers.ListField(child=serializers.CharField())
    editors_note = serializers.ListField(child=serializers.CharField())
    articles = BriefingArticle(many=True)
    report_to = serializers.ListField(child=serializers.CharField())
    send_to = serializers.ListField(child=serializers.CharField())
    issue_to = serializers.ListField(child=serializers.CharField())
    copies = serializers.IntegerField()
    files = BriefingFileLine(many=True)


class Change(serializers.Serializer):
    """Something that was told: an issue published, corrected or withdrawn."""

    id = serializers.UUIDField(help_text="Of this change; the cursor behind it.")
    kind = serializers.ChoiceField(Publication.Kind.choices)
    briefing = serializers.UUIDField(help_text="The issue it is about.")
    series = serializers.CharField()
    series_title = serializers.CharField()
    year = serializers.IntegerField()
    number = serializers.IntegerField()
    total = serializers.IntegerField()
    correction = serializers.IntegerField()
    label = serializers.CharField()
    title = serializers.CharField(help_text="Empty once the issue is withdrawn.")
    dated = serializers.DateField()
    published_at = serializers.DateTimeField()
    digest = serializers.CharField()
    reason = serializers.CharField(help_text="Of a withdrawal.")


class ChangePage(serializers.Serializer):
    results = Change(many=True)
    next = serializers.CharField(
        help_text="Send it as `after` next time; given also when there is nothing new."
    )
    more = serializers.BooleanField(help_text="There is more behind `next` already.")
    series = serializers.ListField(
        child=serializers.CharField(),
        help_text="Slugs of the series that you may read. Of one that is new here, earlier issues stand in"
        " the list, not in this feed.",
    )
