from collections.abc import Iterator

import pytest

from tests.operation.servers import RealServers, Site, make_servers


@pytest.fixture(scope="session")
def real_servers() -> Iterator[RealServers]:
    yield from make_servers()


@pytest.fixture(scope="session")
def site(real_servers: RealServers) -> Site:
    """An installation with people, duties and papers (office.py): shared, so add and do not take away."""
    made = real_servers.site("office")
    made.create_roles()
    made.must("migrate", "--no-input", "-v", "0")
    done = made.python("-m", "tests.operation.office")
    assert done.returncode == 0, done.stderr
    return made
