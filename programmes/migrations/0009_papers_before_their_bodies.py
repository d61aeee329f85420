"""Papers that lie before a body already: whoever sits in it may see them, as with those that come from now on."""

from django.db import migrations

TABLES = ("programmes_turn", "groups_bodygrant")
OPEN = """
INSERT INTO groups_bodygrant
       (id, tenant_id, holder_id, kind, organisation_id, subject_kind, subject, opened_at)
SELECT gen_random_uuid(), t.tenant_id, t.holder_id, t.body, t.organisation_id,
       'programmes.dossier', t.dossier_id, min(t.received_at)
  FROM programmes_turn t
 WHERE t.acted_at IS NULL AND t.kind <> 'mend' AND t.body <> ''
 GROUP BY t.tenant_id, t.holder_id, t.body, t.organisation_id, t.dossier_id
"""


def lay(apps, schema_editor):
    """The owner is held by the walls like everybody else: for this they stand open."""
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        cursor.execute(OPEN)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no key waits to be checked when the walls close
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies = [
        ("groups", "0006_delegations"),
        ("programmes", "0008_seats_and_trainings"),
    ]

    operations = [migrations.RunPython(lay, migrations.RunPython.noop)]
