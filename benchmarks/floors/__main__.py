"""The floor's requests for benchmarks/meter.py; makes its own table first.

python -m benchmarks.floors BYTES    of the bare answer
"""

import sys

import django
from django.core.wsgi import get_wsgi_application
from django.db import connection

django.setup()

from benchmarks.floors.models import Line  # noqa: E402  models need the set-up
from benchmarks.meter import request, serve  # noqa: E402

_FILL = """
INSERT INTO floors_line (id, organisation, rule, month, state, opens_at, due_at, met_at, minimum, reason)
SELECT gen_random_uuid(), gen_random_uuid(), 'monthly', '2026-11', 'open', now(), now() + i * interval '1 min',
       NULL, 1, '' FROM generate_series(1, 10000) i
"""


def main(size: int) -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Line)
    with connection.cursor() as cursor:
        cursor.execute(_FILL)
        cursor.execute("ANALYZE floors_line")
    application = get_wsgi_application()
    serve(
        {
            "page": request(application, "/page/"),
            "table": request(application, "/table/"),
            "bare": request(application, f"/bare/{size}/"),
        }
    )


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
