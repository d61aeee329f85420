import pytest
from django.db import transaction
from django.test import override_settings

from actionlearning.foundation.proxies import networks
from tests.isolation.browsing import unthrottled
from tests.isolation.probing import Probe


@pytest.fixture(scope="package")
def probe(django_db_setup, django_db_blocker):
    """Two tenants, everything in them marked; nothing of it is left behind."""
    measured = override_settings(AL_METRICS_FROM=networks(["127.0.0.1/32"]))
    with django_db_blocker.unblock(), unthrottled(), measured, transaction.atomic():
        yield Probe()
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def calibrated(probe):
    return probe.calibrate()
