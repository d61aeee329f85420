"""What the tests of the screens of papers share: addresses, answers, who reads them."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actionlearning.foundation.models import User
from programmes.models import Dossier
from tests.programmes.papers_on_their_way import promoter, turn_of
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


def refuses_no_words(
    sign_in: Any, world: World, paper: Dossier, reader: User, *, outcome: str, opinion: str
) -> None:
    """Page and twin refuse an act that carries no opinion, name the field, and keep no voice."""
    User.objects.filter(pk=reader.pk).update(must_change_password=False, language="en")
    client, turn = sign_in(User.objects.get(pk=reader.pk)), turn_of(paper)
    told = {"outcome": outcome, "text": 1, "opinion": opinion}
    page = client.post(at("dossier_turn", world, paper.pk, turn.pk), told)
    assert page.status_code == 422
    assert "carries an opinion" in text_of(page)
    rest = client.post(
        f"/t/{world.tenant.slug}/api/v1/dossiers/{paper.pk}/turns/{turn.pk}/",
        told, content_type="application/json",
    )  # fmt: skip
    assert (rest.status_code, list(rest.json()["errors"])) == (422, ["opinion"])
    assert not turn.voices.exists()
