"""Who worded a topic and who put its team together: none of them decides on it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programmes", "0009_papers_before_their_bodies")]

    operations = [
        migrations.AddField("project", "authors", models.JSONField(default=list)),
        migrations.AddField("project", "team_authors", models.JSONField(default=list)),
    ]
