"""Whoever comes to an activity of several days signs in on each: an arrival is one door's, and a door one day's."""

import django.db.models.deletion
from django.db import migrations, models

from actionlearning.foundation.constraints import unique_in_tenant

TABLES = ("programmes_arrival", "programmes_door")
OF_ITS_DAY = """
UPDATE programmes_arrival a
   SET door_id = d.id
  FROM programmes_door d
 WHERE d.tenant_id = a.tenant_id AND d.activity_id = a.activity_id
   AND d.day = (a.at AT TIME ZONE 'Asia/Shanghai')::date
"""


def give_doors(apps, schema_editor):
    """The owner is held by the walls like everybody else: for this they stand open."""
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        cursor.execute(OF_ITS_DAY)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no key waits to be checked when the walls close
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def door(**given):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name="arrivals", to="programmes.door", **given
    )


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0017_topics_signed_anew"),
    ]

    operations = [
        migrations.AddField("arrival", "door", door(null=True)),
        migrations.RunPython(give_doors, migrations.RunPython.noop),
        migrations.AlterField("arrival", "door", door()),
        migrations.RemoveConstraint("arrival", "arrival_of_user"),
        migrations.RemoveConstraint("arrival", "arrival_of_person"),
        migrations.AddConstraint("arrival", unique_in_tenant("door", "user", name="arrival_of_user")),
        migrations.AddConstraint(
            "arrival",
            unique_in_tenant(
                "door", "person", name="arrival_of_person", condition=models.Q(person__isnull=False)
            ),
        ),
    ]
