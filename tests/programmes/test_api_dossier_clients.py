"""Papers as programs ask for them: what a token's scopes open, and that none of them decides."""

import json
from datetime import timedelta
from typing import Any

from django.test import Client

from groups.queries.sitting import members_of
from groups.roles import CLIENT_SCOPES
from programmes.models import Programme
from programmes.procedures import Outcome
from tests.programmes.papers_on_their_way import act, draft, june, promoter, sent, turn_of
from tests.reporting.clients import client_of
from tests.world import World


def at(paper: Any, rest: str = "") -> str:
    return f"dossiers/{paper.pk}/{rest}"


def turn_at(paper: Any) -> str:
    return at(paper, f"turns/{turn_of(paper).pk}/")


def as_client(secret: str, method: str, path: str, body: Any = None) -> Any:
    given = {} if method == "get" else {"data": json.dumps(body or {})}
    return getattr(Client(), method)(
        f"/api/v1/{path}",
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
        **given,
    )


def test_a_client_that_reads_briefings_finds_no_paper(world: World, programme: Programme) -> None:
    paper = sent(world, programme)
    secret = client_of(world, world.county)[1]

    for path in ("dossiers/", "dossiers/waiting/", at(paper), at(paper, "texts/1/"), "papers/"):
        assert as_client(secret, "get", path).status_code == 404
    for path in ("dossiers/", at(paper, "sending/"), turn_at(paper)):
        assert as_client(secret, "post", path).status_code == 404


def test_a_client_that_reads_papers_changes_none(world: World, programme: Programme) -> None:
    paper = draft(world, programme)
    secret = client_of(world, world.bureau, ("dossier.view",))[1]

    assert as_client(secret, "get", at(paper)).status_code == 200
    assert as_client(secret, "patch", at(paper), {"title": "x"}).status_code == 403
    assert as_client(secret, "post", at(paper, "sending/")).status_code == 403
    assert as_client(secret, "get", f"papers/?programme={programme.pk}").status_code == 404


def test_no_client_sits_in_a_body_or_decides(world: World, programme: Programme) -> None:
    """Nobody could tell whether who holds its token has written the paper."""
    token, secret = client_of(world, world.county, [str(scope) for scope in CLIENT_SCOPES])
    paper = act(sent(world, programme), Outcome.APPROVED, promoter(world), june(12))

    answer = as_client(secret, "post", turn_at(paper), {"outcome": "filed", "text": 1})

    assert answer.status_code == 403
    assert "dossier.act" not in CLIENT_SCOPES
    sitting = members_of(world.county, "executive_office", token.created_at.date() + timedelta(1))
    assert token.user_id not in {row.user for row in sitting}
    assert as_client(secret, "get", "dossiers/waiting/").json()["results"] == []
