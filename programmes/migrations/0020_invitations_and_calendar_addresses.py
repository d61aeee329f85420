"""The row of the invited says until when it lasts and who holds it; addresses of one programme and of one body."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

_TABLES = ("programmes_participant", "programmes_activity")

# The owner is held by the walls like everybody else: for this one statement they stand open, inside the
# migration's transaction.
_OPEN = "".join(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY;" for name in _TABLES)
_SHUT = "".join(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY;" for name in _TABLES)
_FILL = f"""
{_OPEN}
UPDATE programmes_participant p
   SET organiser_id = a.organisation_id,
       last_day = CASE WHEN a.began_at IS NULL THEN a.last_day
                       ELSE ((a.ended_at - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date END
  FROM programmes_activity a
 WHERE a.id = p.activity_id;
SET CONSTRAINTS ALL IMMEDIATE;
{_SHUT}
"""


class Migration(migrations.Migration):
    dependencies = [
        ("groups", "0006_delegations"),
        ("programmes", "0019_what_activities_leave"),
    ]

    operations = [
        migrations.AddField("participant", "last_day", models.DateField(null=True)),
        migrations.AddField(
            "participant",
            "organiser",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="groups.organisation",
            ),
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.AlterField("participant", "last_day", models.DateField()),
        migrations.AlterField(
            "participant",
            "organiser",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="groups.organisation",
            ),
        ),
        migrations.AlterField(
            "calendarfeed",
            "span",
            models.CharField(
                max_length=12,
                choices=[
                    ("own", "only what concerns me"),
                    ("whole", "everything I may see"),
                    ("organisation", "one organisation and everything below it"),
                    ("project", "one topic and its parts"),
                    ("programme", "one programme"),
                    ("body", "one body: where its members take part, and what lies before it"),
                ],
            ),
        ),
        migrations.RemoveConstraint("calendarfeed", "calendar_feed_subject"),
        migrations.AddConstraint(
            "calendarfeed",
            models.CheckConstraint(
                condition=Q(span__in=("own", "whole"), subject__isnull=True)
                | Q(~Q(span__in=("own", "whole")), subject__isnull=False),
                name="calendar_feed_subject",
            ),
        ),
    ]
