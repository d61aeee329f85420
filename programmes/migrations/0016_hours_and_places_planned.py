"""Hours, place and way of meeting are planned beside the days; whoever is invited reads them from his own row."""

from django.db import migrations, models
from django.db.models import F, Q

_TABLES = ("programmes_participant", "programmes_activity")

# The owner is held by the walls like everybody else: for this one statement they stand open, inside the
# migration's transaction.
_OPEN = "".join(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY;" for name in _TABLES)
_SHUT = "".join(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY;" for name in _TABLES)
_FILL = f"""
{_OPEN}
UPDATE programmes_participant p
   SET begins_at = a.began_at, ends_at = a.ended_at, venue = a.venue
  FROM programmes_activity a
 WHERE a.id = p.activity_id AND a.began_at IS NOT NULL;
{_SHUT}
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0015_calendars_to_subscribe")]

    operations = [
        migrations.AddField("activity", "begins", models.TimeField(null=True)),
        migrations.AddField("activity", "ends", models.TimeField(null=True)),
        migrations.AddField("activity", "planned_venue", models.CharField(max_length=120, blank=True)),
        migrations.AddField("activity", "planned_modes", models.JSONField(default=list)),
        migrations.AddConstraint(
            "activity",
            models.CheckConstraint(
                condition=Q(begins__isnull=True, ends__isnull=True)
                | Q(begins__isnull=False, ends__isnull=False),
                name="activity_hours_planned",
            ),
        ),
        migrations.AddConstraint(
            "activity",
            models.CheckConstraint(
                condition=Q(ends__gt=F("begins")) | Q(last_day__gt=F("first_day")),
                name="activity_hours_in_order",
            ),
        ),
        migrations.AddField("participant", "begins_at", models.DateTimeField(null=True)),
        migrations.AddField("participant", "ends_at", models.DateTimeField(null=True)),
        migrations.AddField("participant", "venue", models.CharField(max_length=120, blank=True)),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "participant",
            models.CheckConstraint(
                condition=Q(begins_at__isnull=True, ends_at__isnull=True)
                | Q(begins_at__isnull=False, ends_at__isnull=False),
                name="participant_hours",
            ),
        ),
    ]
