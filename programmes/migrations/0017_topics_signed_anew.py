"""What topics speak of, counted anew: half a signature is its title now, and the words of one meaning are many more."""

from django.db import migrations

from actionlearning.foundation.similarity import signature


def sign(apps, schema_editor):
    """The owner is held by the walls like everybody else: for this they stand open. Nothing that is shown changes."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE programmes_project NO FORCE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE programmes_project DISABLE TRIGGER USER")
        cursor.execute("SELECT id, title, background FROM programmes_project")
        for pk, title, background in cursor.fetchall():
            cursor.execute(
                "UPDATE programmes_project SET signature = %s::bit varying WHERE id = %s",
                [signature(title, background), pk],
            )
        cursor.execute("ALTER TABLE programmes_project ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE programmes_project FORCE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies = [("programmes", "0016_hours_and_places_planned")]

    operations = [migrations.RunPython(sign, migrations.RunPython.noop)]
