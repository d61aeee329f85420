"""What the tests of the screens of papers share: addresses, answers, who reads them."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actionlearning.foundation.models import User
from programmes.models import Dossier
from tests.programmes.papers_on_their_way import promoter
from tests.world import World


def at(name: str, world: World, *args: Any) -> str:
    return reverse(f"programmes:{name}", args=[world.tenant.slug, *args])


def text_of(response: Any) -> str:
    return response.content.decode()  # type: ignore[no-any-return]


def leader(world: World) -> User:
    """Of the county's promotion team, past the first password."""
    User.objects.filter(pk=promoter(world).pk).update(must_change_password=False, language="en")
    return User.objects.get(login="pro")


def again(dossier: Dossier) -> Dossier:
    return Dossier.objects.get(pk=dossier.pk)


def count_queries(client: Any, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    told = ("set_config", "SAVEPOINT", "join_collapse_limit")
    return len([q for q in caught if not any(word in q["sql"] for word in told)])
