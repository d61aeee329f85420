import pytest
from django.db import transaction

from tests.isolation.browsing import unthrottled
from tests.isolation.probing import Probe


@pytest.fixture(scope="package")
def probe(django_db_setup, django_db_blocker):
    """Two tenants, everything in them marked; nothing of it is left behind."""
    with django_db_blocker.unblock(), unthrottled(), transaction.atomic():
        yield Probe()
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def calibrated(probe):
    return probe.calibrate()
