from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0006_publicity"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(
                fields=["tenant", "-dated", "-published_at", "-id"], name="publication_reading"
            ),
        ),
    ]
