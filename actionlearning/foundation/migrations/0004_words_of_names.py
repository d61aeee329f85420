"""Words of names and titles, by which the search finds things; made by foundation/words/ after the walls."""

import django.db.models.deletion
from django.db import migrations, models

import actionlearning.foundation.scope
import actionlearning.foundation.tenancy


class Migration(migrations.Migration):
    dependencies = [
        ("foundation", "0003_request_numbers_and_restoring"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommonWord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=actionlearning.foundation.tenancy.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("object", models.UUIDField()),
                ("token", models.CharField(db_collation="C", max_length=2)),
                ("rest", models.CharField(db_collation="C", max_length=8)),
                ("size", models.PositiveSmallIntegerField()),
                ("own", models.BooleanField()),
                ("day", models.DateField()),
                ("path", models.CharField(db_collation="C", max_length=80)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=actionlearning.foundation.scope.tenant_id_or_none,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="foundation.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["tenant", "token", "path"],
                        include=("kind", "object", "rest", "size", "own", "day"),
                        name="common_word_lookup",
                    ),
                    models.Index(fields=["object"], name="common_word_object"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Word",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=actionlearning.foundation.tenancy.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("object", models.UUIDField()),
                ("token", models.CharField(db_collation="C", max_length=2)),
                ("rest", models.CharField(db_collation="C", max_length=8)),
                ("size", models.PositiveSmallIntegerField()),
                ("own", models.BooleanField()),
                ("day", models.DateField()),
                ("org_path", models.CharField(db_collation="C", max_length=80)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=actionlearning.foundation.scope.tenant_id_or_none,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="foundation.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["tenant", "token", "org_path"],
                        include=("kind", "object", "rest", "size", "own", "day"),
                        name="word_lookup",
                    ),
                    models.Index(fields=["object"], name="word_object"),
                ],
            },
        ),
    ]
