"""What runs by itself beside the months: points by the programme's rules, and a portal that is told of issues."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from actionlearning.demo.clock import Clock, at
from actionlearning.demo.staff import Unit
from actionlearning.foundation.models import ClientToken
from groups.actions.tokens import create_token
from groups.roles import READING_SCOPES
from programmes.models import Programme
from reporting.actions.deliveries import send_webhooks
from reporting.actions.score_rules import set_score_rule
from reporting.actions.scores import book_points
from reporting.actions.webhooks import create_webhook, pause_webhook, send_test
from reporting.models import ScoreEvent, Webhook

POINTS = (
    (ScoreEvent.SUBMITTED, "", 5),
    (ScoreEvent.SUBMITTED_LATE, "", 2),
    (ScoreEvent.ADOPTED, "", 10),
    (ScoreEvent.PRINTED, "", 5),
)
PORTAL = "县政务门户网站"
ADDRESS = "https://portal.example/hooks/briefings"
"""A name that is kept for examples: no host on the internet can ever have it."""


def points(clock: Clock, programme: Programme, office: Unit) -> None:
    """Set before the first item comes in."""

    def give(now: datetime) -> None:
        for event, kind, number in POINTS:
            set_score_rule(
                programme,
                event=event,
                kind=kind,
                points=Decimal(number),
                applies_from=programme.starts_on,
                by=office.director,
                now=now,
            )

    clock.put(at(programme.starts_on, 10), give)


def points_by_hand(
    clock: Clock, programme: Programme, office: Unit, unit: Unit, day: date, reason: str
) -> None:
    def book(now: datetime) -> None:
        book_points(
            programme,
            unit.organisation,
            month=f"{day:%Y-%m}",
            points=Decimal(5),
            reason=reason,
            by=office.director,
            now=now,
        )

    clock.put(at(day, 11), book)


def portal(clock: Clock, office: Unit, days: tuple[date, date]) -> None:
    """A client that reads briefings; its webhook cannot be reached and rests until the portal has moved."""
    made_on, paused_on = days
    clock.put(at(made_on, 11), lambda now: _connect(office, now))
    clock.put(at(paused_on, 17), lambda now: _pause(office, now))


def _connect(office: Unit, now: datetime) -> None:
    client, _token = create_token(
        tenant=office.organisation.tenant,
        organisation=office.organisation,
        name=PORTAL,
        scopes=list(READING_SCOPES),
        expires_at=now + timedelta(days=365),
        by=office.director,
        now=now,
    )
    create_webhook(
        client=client,
        organisation=office.organisation,
        name=f"{PORTAL}：简报更新",
        url=ADDRESS,
        by=office.director,
        now=now,
        resolve=lambda _host, _port: ["93.184.215.14"],
    )


def _pause(office: Unit, now: datetime) -> None:
    client = ClientToken.objects.filter(name=PORTAL).first()
    if client is None:
        return
    webhook = Webhook.objects.get(client=client)
    send_webhooks(resolve=_nowhere)
    send_test(webhook, by=office.director, now=now)
    pause_webhook(webhook, by=office.director, now=now)


def _nowhere(host: str, _port: int) -> list[str]:
    """As the real look-up would answer, without asking anybody."""
    raise OSError(host)
