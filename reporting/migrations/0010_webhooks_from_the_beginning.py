from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reporting", "0009_what_was_signed")]

    operations = [
        migrations.AlterField("webhook", "sequence", models.BigIntegerField(default=0)),
    ]
