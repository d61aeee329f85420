"""Sources, opinions, scores, milestones and conclusions of topics; what each speaks of, for the search."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import actionlearning.foundation.fields
import actionlearning.foundation.scope
import actionlearning.foundation.similarity
import actionlearning.foundation.tenancy
from actionlearning.foundation.similarity import signature


def sign(apps, schema_editor):
    """Topics that stand already. The owner is held by the walls like everybody else: for this they stand open."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE programmes_project NO FORCE ROW LEVEL SECURITY")
        cursor.execute("SELECT id, title, background FROM programmes_project")
        for pk, title, background in cursor.fetchall():
            cursor.execute(
                "UPDATE programmes_project SET signature = %s::bit varying WHERE id = %s",
                [signature(title, background), pk],
            )
        cursor.execute("ALTER TABLE programmes_project FORCE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies = [
        ("foundation", "0003_request_numbers_and_restoring"),
        ("groups", "0005_month_precision"),
        ("programmes", "0006_beside_the_papers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Milestone",
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
                ("org_path", models.CharField(db_collation="C", editable=False, max_length=80)),
                ("title", models.CharField(max_length=120)),
                ("due_on", models.DateField()),
                ("done_on", models.DateField(null=True)),
                ("done_name", models.CharField(blank=True, max_length=60)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="TopicOpinion",
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
                ("org_path", models.CharField(db_collation="C", editable=False, max_length=80)),
                ("giver", models.CharField(max_length=60)),
                ("giver_unit", models.CharField(blank=True, max_length=120)),
                ("given_on", models.DateField()),
                ("text", models.CharField(max_length=2000)),
                ("by_name", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="TopicScore",
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
                ("org_path", models.CharField(db_collation="C", editable=False, max_length=80)),
                ("criterion", models.CharField(max_length=40)),
                ("points", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(max_length=300)),
                ("by_name", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="project",
            name="concluded_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="project",
            name="concluded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="concluded_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="project",
            name="result_summary",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="project",
            name="signature",
            field=actionlearning.foundation.fields.BitsField(
                default=actionlearning.foundation.similarity.blank, editable=False, size=1024
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="solved",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="project",
            name="source",
            field=models.CharField(
                blank=True,
                choices=[
                    ("survey", "survey or field study"),
                    ("staff", "suggested by staff"),
                    ("units", "asked of other units"),
                    ("public", "raised by the public"),
                    ("above", "task from above"),
                    ("follow_up", "follow-up of an earlier topic"),
                    ("leaders", "put forward by leaders"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="source_note",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="project",
            name="year_task",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AlterField(
            model_name="project",
            name="state",
            field=models.CharField(
                choices=[
                    ("candidate", "candidate"),
                    ("chosen", "chosen"),
                    ("submitted", "submitted"),
                    ("returned", "returned as incomplete"),
                    ("accepted", "accepted"),
                    ("declined", "declined"),
                    ("concluded", "concluded"),
                ],
                default="candidate",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="projectturn",
            name="step",
            field=models.CharField(
                choices=[
                    ("candidate", "candidate"),
                    ("chosen", "chosen"),
                    ("submitted", "submitted"),
                    ("returned", "returned as incomplete"),
                    ("accepted", "accepted"),
                    ("declined", "declined"),
                    ("concluded", "concluded"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("concluded_at__isnull", True),
                        ("concluded_by__isnull", True),
                        ("concluded_on__isnull", True),
                    ),
                    models.Q(
                        ("concluded_at__isnull", False),
                        ("concluded_by__isnull", False),
                        ("concluded_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="project_concluded",
            ),
        ),
        migrations.AddField(
            model_name="milestone",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="milestone",
            name="done_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="milestone",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="groups.organisation",
            ),
        ),
        migrations.AddField(
            model_name="milestone",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="milestones",
                to="programmes.project",
            ),
        ),
        migrations.AddField(
            model_name="milestone",
            name="tenant",
            field=models.ForeignKey(
                db_index=False,
                default=actionlearning.foundation.scope.tenant_id_or_none,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="foundation.tenant",
            ),
        ),
        migrations.AddField(
            model_name="topicopinion",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="topicopinion",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="groups.organisation",
            ),
        ),
        migrations.AddField(
            model_name="topicopinion",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="opinions",
                to="programmes.project",
            ),
        ),
        migrations.AddField(
            model_name="topicopinion",
            name="tenant",
            field=models.ForeignKey(
                db_index=False,
                default=actionlearning.foundation.scope.tenant_id_or_none,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="foundation.tenant",
            ),
        ),
        migrations.AddField(
            model_name="topicscore",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="topicscore",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="groups.organisation",
            ),
        ),
        migrations.AddField(
            model_name="topicscore",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="scores",
                to="programmes.project",
            ),
        ),
        migrations.AddField(
            model_name="topicscore",
            name="tenant",
            field=models.ForeignKey(
                db_index=False,
                default=actionlearning.foundation.scope.tenant_id_or_none,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="foundation.tenant",
            ),
        ),
        migrations.AddIndex(
            model_name="milestone",
            index=models.Index(fields=["project", "due_on", "id"], name="milestone_order"),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_by__isnull", True), ("done_on__isnull", True)),
                    models.Q(("done_by__isnull", False), ("done_on__isnull", False)),
                    _connector="OR",
                ),
                name="milestone_done",
            ),
        ),
        migrations.AddIndex(
            model_name="topicopinion",
            index=models.Index(fields=["project", "given_on", "id"], name="topic_opinion_order"),
        ),
        migrations.AddConstraint(
            model_name="topicscore",
            constraint=models.UniqueConstraint(
                fields=("tenant", "project", "criterion", "by"), name="topic_score_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="topicscore",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("points__gte", 1), ("points__lte", 5), models.Q(("reason", ""), _negated=True)
                ),
                name="topic_score_points",
            ),
        ),
        migrations.RunPython(sign, migrations.RunPython.noop),
    ]
