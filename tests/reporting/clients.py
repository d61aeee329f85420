"""A REST client with a token of its own, for whom the tests publish, correct and withdraw."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.test import Client

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.scope import WHOLE, scope
from groups.actions.tokens import create_token
from groups.models import Organisation
from reporting.actions.publishing import publish_issue, withdraw_issue
from reporting.models import Issue, Publication, Series
from tests.reporting.issues import TOLD, signed_issue
from tests.world import World

READING = ("briefing.view",)


def client_of(
    world: World, organisation: Organisation, scopes: Iterable[str] = READING
) -> tuple[Any, str]:
    """(the token's row, the token)."""
    with scope(world.tenant, path=WHOLE, actor=None):
        return create_token(
            tenant=world.tenant,
            organisation=organisation,
            name="门户",
            scopes=list(scopes),
            expires_at=database_now() + timedelta(days=365),
            by=world.system,
            now=TOLD,
        )


class Reader:
    """Knows an address and a token, and nothing else."""

    def __init__(self, world: World, organisation: Organisation) -> None:
        self.secret = client_of(world, organisation)[1]
        self.client = Client(enforce_csrf_checks=True)

    def __call__(self, path: str, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Authorization"] = f"Bearer {self.secret}"
        return self.client.get(f"/api/v1/briefings/{path}", headers=named)


def published(world: World, series: Series, **facts: Any) -> tuple[Issue, Publication]:
    by = facts.pop("by", world.ana)
    issue = signed_issue(world, series, **facts)
    return issue, publish_issue(issue, by=by, now=facts.get("now", TOLD))


def corrected(world: World, issue: Issue, correction: int = 1, **facts: Any) -> Publication:
    now = facts.get("now", TOLD)
    mended = signed_issue(
        world,
        issue.series,
        number=issue.number or 1,
        corrects=issue,
        correction=correction,
        correction_note="“三条”应为“四条”。",
        **facts,
    )
    return publish_issue(mended, by=world.ana, now=now)


def withdrawn(world: World, issue: Issue, **facts: Any) -> Publication:
    by = facts.get("by", world.ana)
    return withdraw_issue(issue, reason="数字有误", by=by, now=facts.get("now", TOLD))
