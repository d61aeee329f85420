"""What was signed and what was told keep their own names and readers; issues told before get today's."""

from django.db import migrations, models

_AUDIENCES = [
    ("recipients", "the units below and those who supervise"),
    ("tenant", "everybody who signs in here"),
    ("public", "everybody, also without signing in"),
]
_TABLES = ("reporting_publication", "reporting_issue", "reporting_series")

# The owner is held by the walls like everybody else, and the triggers keep what was told: for this one
# statement they stand open, inside the migration's transaction. They are raised again after it.
_OPEN = "".join(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY;" for name in _TABLES)
_SHUT = "".join(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY;" for name in _TABLES)
_FILL = f"""
{_OPEN}
ALTER TABLE reporting_publication DISABLE TRIGGER USER;
UPDATE reporting_publication told
   SET series_title = first.content #>> '{{series,title}}',
       compiler = first.content #>> '{{masthead,unit}}',
       audience = s.audience
  FROM reporting_publication first, reporting_series s
 WHERE first.id = told.root AND s.id = told.series_id;
ALTER TABLE reporting_publication ENABLE TRIGGER USER;
{_SHUT}
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0008_hands_and_given_up_issues")]

    operations = [
        migrations.AddField("issue", "masthead", models.JSONField(default=dict)),
        migrations.AddField("issue", "audience", models.CharField(blank=True, max_length=12)),
        migrations.AddField("issue", "signed_digest", models.CharField(blank=True, max_length=64)),
        migrations.AddField(
            "publication",
            "series_title",
            models.CharField(max_length=60, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "publication",
            "compiler",
            models.CharField(max_length=80, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "publication",
            "audience",
            models.CharField(max_length=12, choices=_AUDIENCES, default="recipients"),
            preserve_default=False,
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
