"""The web server's entry: refuses to start with a hole in the walls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "actionlearning.settings")
application = get_wsgi_application()

from django.db import connection, transaction  # noqa: E402  only after Django is set up

from actionlearning.foundation.catalogue import refuse_holes  # noqa: E402

with transaction.atomic():
    refuse_holes(connection)
connection.close()
