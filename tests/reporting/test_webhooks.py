"""Changes that go out by themselves: signed, in order, until they are taken, and never into our own network."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook as Signer
from standardwebhooks.webhooks import WebhookVerificationError

from actionlearning.foundation.clock import database_now
from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent, ClientToken, Notice
from actionlearning.foundation.notices import subject_and_text
from groups.actions.tokens import revoke_token
from reporting.actions.deliveries import RESTORED_GAP, close_restored, send_webhooks
from reporting.actions.webhooks import (
    create_webhook,
    end_webhook,
    move_webhook,
    pause_webhook,
    renew_secret,
    resume_webhook,
    send_test,
)
from reporting.models import Publication, Series, Webhook, WebhookDelivery
from tests.reporting.clients import Reader, client_of, corrected, published, withdrawn
from tests.reporting.issues import TOLD, series_of
from tests.reporting.items import questions
from tests.reporting.receiving import Receiver, receiving
from tests.world import World

State = WebhookDelivery.State


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.AL_WEBHOOK_ALLOW_LOOPBACK = True
    with receiving() as found:
        yield found


@pytest.fixture
def series(world: World) -> Series:
    return series_of(world)


def hook(world: World, url: str, client: ClientToken | None = None, **facts: Any) -> Any:
    token = client or client_of(world, world.bureau)[0]
    words = {"name": "门户", "by": world.dora, "now": database_now()}
    return create_webhook(client=token, organisation=world.bureau, url=url, **(words | facts))


def at_once() -> None:
    """As if the pause before the next try were over."""
    Webhook.objects.update(not_before=database_now())


def test_a_change_arrives_signed_and_equal_to_the_feed_s(
    world: World, series: Series, receiver: Receiver
) -> None:
    _made, secret = hook(world, receiver.address)
    published(world, series)

    assert send_webhooks() == 1
    [(headers, body)] = receiver.seen
    told = Signer(secret).verify(body, headers)
    entry = Reader(world, world.bureau)("changes/").json()["results"][0]
    assert (told["type"], told["data"]) == ("briefing.published", entry)
    with pytest.raises(WebhookVerificationError):
        Signer(secret).verify(body.replace("published", "withdrawn"), headers)
    assert send_webhooks() == 0


def test_changes_arrive_in_their_order_and_one_that_fails_holds_the_others(
    world: World, series: Series, receiver: Receiver
) -> None:
    hook(world, receiver.address)
    issue, _told = published(world, series)
    corrected(world, issue)
    withdrawn(world, issue)
    receiver.answers = [503]

    assert send_webhooks() == 0
    assert len(receiver.seen) == 1
    at_once()
    assert send_webhooks() == 3
    kinds = [json.loads(body)["type"] for _headers, body in receiver.seen]
    assert kinds == [f"briefing.{k}" for k in ("published", "published", "corrected", "withdrawn")]
    first, again, *_others = receiver.ids()
    assert first == again
    assert len(set(receiver.ids())) == 3


def test_whether_there_is_time_left_is_asked_before_each_message(
    world: World, series: Series, receiver: Receiver
) -> None:
    for _each in range(3):
        hook(world, receiver.address)
    published(world, series)
    time_left = iter([True, True, True, False])

    assert send_webhooks(more=lambda: next(time_left)) == 2
    assert send_webhooks() == 1


def test_after_a_restore_nothing_old_is_sent_and_no_old_place_of_a_client_counts(
    world: World, series: Series, receiver: Receiver
) -> None:
    hook(world, receiver.address)
    issue, _told = published(world, series)
    corrected(world, issue)
    receiver.answers = [503]
    send_webhooks()  # the first waits for its second try, the correction behind it

    assert close_restored(reason="Restored") == 1
    at_once()
    assert send_webhooks() == 0
    assert WebhookDelivery.objects.get().problem == "Restored"

    withdrawn(world, issue)
    assert send_webhooks() == 1
    assert json.loads(receiver.seen[-1][1])["type"] == "briefing.withdrawn"
    newest = Publication.objects.latest("sequence")
    assert newest.sequence > RESTORED_GAP


def test_what_fails_is_tried_later_and_later(
    world: World, series: Series, receiver: Receiver
) -> None:
    made, _secret = hook(world, receiver.address)
    published(world, series)
    waits = []
    for _try in range(4):
        receiver.answers = [500]
        send_webhooks()
        made.refresh_from_db()
        waits.append((made.not_before - database_now()).total_seconds())
        at_once()
    assert waits == [10, 60, 300, 1_800]
    delivery = made.deliveries.get()
    assert (delivery.attempts, delivery.answered, delivery.problem) == (4, 500, "answered 500")


def test_after_three_days_it_is_paused_and_the_office_is_told(
    world: World, series: Series, receiver: Receiver
) -> None:
    made, _secret = hook(world, receiver.address)
    _issue, told = published(world, series)
    Webhook.objects.update(failing_since=database_now() - timedelta(days=3))
    receiver.answers = [500]
    send_webhooks()

    made.refresh_from_db()
    assert made.paused_at is not None
    notice = Notice.objects.get(kind="reporting.webhook_paused", recipient=world.dora)
    assert "门户" in subject_and_text(notice)[0]
    assert "three days" in subject_and_text(notice)[1]
    at_once()
    assert send_webhooks() == 0
    resume_webhook(made, by=world.dora, now=database_now())
    assert send_webhooks() == 1
    assert json.loads(receiver.seen[-1][1])["data"]["id"] == str(told.pk)


@pytest.mark.parametrize("status", [301, 302, 307, 404, 500])
def test_no_redirect_is_followed_and_no_error_taken_for_arrival(
    world: World, series: Series, receiver: Receiver, status: int
) -> None:
    made, _secret = hook(world, receiver.address)
    published(world, series)
    receiver.answers = [status]

    assert send_webhooks() == 0
    assert len(receiver.seen) == 1
    assert made.deliveries.get().state == State.PENDING


def test_a_receiver_that_says_gone_is_not_asked_again(
    world: World, series: Series, receiver: Receiver
) -> None:
    made, _secret = hook(world, receiver.address)
    published(world, series)
    receiver.answers = [410]
    send_webhooks()

    made.refresh_from_db()
    assert made.paused_at is not None


PRIVATE = [
    "https://127.0.0.1/",
    "https://localhost/",
    "https://10.0.0.8/hook",
    "https://172.16.3.4/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.100.100.200/latest/",
    "https://[::1]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://0.0.0.0/",
    "https://2130706433/",
    "http://93.184.216.34/",
    "https://user:pw@93.184.216.34/",
    "ftp://93.184.216.34/",
    "javascript:alert(1)",
    "",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_our_own_network_is_refused_when_the_webhook_is_made(world: World, url: str) -> None:
    with pytest.raises(BadInput) as refused:
        hook(world, url)
    assert list(refused.value.fields) == ["url"]
    assert Webhook.objects.count() == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1"])
def test_a_name_that_points_inwards_later_is_not_called(
    world: World, series: Series, receiver: Receiver, settings: Any, address: str
) -> None:
    """DNS rebinding: public when the webhook was made, private when it is called."""
    settings.AL_WEBHOOK_ALLOW_LOOPBACK = False
    url = f"https://rebound.example:{receiver.port}/"
    made, _secret = hook(world, url, resolve=lambda host, port: ["93.184.216.34"])
    published(world, series)

    assert send_webhooks(resolve=lambda host, port: ["93.184.216.34", address]) == 0
    made.refresh_from_db()
    assert (receiver.seen, made.paused_at is not None) == ([], True)
    assert "not in the open internet" in made.deliveries.get().problem


def test_only_what_its_client_may_read_is_told(
    world: World, series: Series, receiver: Receiver
) -> None:
    hook(world, receiver.address)
    hidden = series_of(world, "nei", organisation=world.sister)
    published(world, hidden, by=world.sis)
    _issue, told = published(world, series)

    send_webhooks()
    assert [json.loads(body)["data"]["id"] for _headers, body in receiver.seen] == [str(told.pk)]


def test_a_series_closed_to_the_client_takes_its_waiting_messages_along(
    world: World, series: Series, receiver: Receiver
) -> None:
    made, _secret = hook(world, receiver.address)
    published(world, series)
    receiver.answers = [500]
    send_webhooks()
    Series.objects.update(organisation=world.sister)
    at_once()
    send_webhooks()

    assert len(receiver.seen) == 1
    assert made.deliveries.get().state == State.CANCELLED


def test_a_revoked_client_is_told_nothing_more(
    world: World, series: Series, receiver: Receiver
) -> None:
    made, _secret = hook(world, receiver.address)
    revoke_token(made.client, organisation=world.bureau, by=world.dora, now=database_now())
    published(world, series)
    send_webhooks()

    made.refresh_from_db()
    assert (receiver.seen, made.paused_at is not None) == ([], True)


def test_another_token_takes_its_webhook_over(
    world: World, series: Series, receiver: Receiver, sign_in: Callable[[Any], Any]
) -> None:
    made, _secret = hook(world, receiver.address)
    revoke_token(made.client, organisation=world.bureau, by=world.dora, now=database_now())
    _issue, told = published(world, series)
    send_webhooks()
    with pytest.raises(RuleBroken) as refused:
        resume_webhook(made, by=world.dora, now=database_now())
    assert refused.value.code == "client_ended"

    stranger = client_of(world, world.sister)[0]
    with pytest.raises(BadInput, match="another organisation"):
        move_webhook(made, client=stranger, by=world.dora, now=database_now())
    heir, client = client_of(world, world.bureau)[0], sign_in(world.dora)
    address = f"/t/teng/webhooks/{made.pk}/move/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"client": str(heir.pk)}).status_code == 302

    assert send_webhooks() == 1
    assert json.loads(receiver.seen[-1][1])["data"]["id"] == str(told.pk)
    assert AuditEvent.objects.get(action="webhook.moved").detail["client"] == str(heir.pk)
    again = client_of(world, world.bureau)[0]
    body = json.dumps({"client": str(again.pk)})
    twin = client.post(
        f"/t/teng/api/v1/webhooks/{made.pk}/move/", body, content_type="application/json"
    )
    assert (twin.status_code, twin.json()["client"]) == (200, str(again.pk))


@pytest.mark.parametrize(("from_beginning", "expected"), [(False, [3]), (True, [1, 2, 3])])
def test_a_new_webhook_begins_now_or_at_the_beginning(
    world: World, series: Series, receiver: Receiver, from_beginning: bool, expected: list[int]
) -> None:
    for number in (1, 2):
        published(world, series, number=number)
    hook(world, receiver.address, from_beginning=from_beginning)
    published(world, series, number=3)
    send_webhooks()

    assert [json.loads(body)["data"]["number"] for _head, body in receiver.seen] == expected


def test_what_a_dead_worker_held_is_sent_by_the_next_one(
    world: World, series: Series, receiver: Receiver
) -> None:
    made, _secret = hook(world, receiver.address)
    published(world, series)
    Webhook.objects.update(claim_token=made.pk, claimed_until=database_now() + timedelta(minutes=1))
    assert send_webhooks() == 0
    Webhook.objects.update(claimed_until=database_now() - timedelta(seconds=1))
    assert send_webhooks() == 1


def test_both_secrets_sign_for_a_day_after_a_renewal(
    world: World, series: Series, receiver: Receiver
) -> None:
    made, old = hook(world, receiver.address)
    _made, new = renew_secret(made, by=world.dora, now=database_now())
    published(world, series)
    send_webhooks()
    headers, body = receiver.seen[0]
    for secret in (old, new):
        assert Signer(secret).verify(body, headers)

    Webhook.objects.update(former_until=database_now() - timedelta(seconds=1))
    published(world, series, number=2)
    send_webhooks()
    headers, body = receiver.seen[1]
    assert Signer(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Signer(old).verify(body, headers)


def test_a_test_goes_the_way_of_all_messages(world: World, receiver: Receiver) -> None:
    made, secret = hook(world, receiver.address)
    send_test(made, by=world.dora, now=database_now())
    send_test(made, by=world.dora, now=database_now())

    assert send_webhooks() == 1
    headers, body = receiver.seen[0]
    assert Signer(secret).verify(body, headers)["type"] == "webhook.test"


def test_who_manages_no_clients_manages_no_webhooks(world: World, receiver: Receiver) -> None:
    made, _secret = hook(world, receiver.address)
    for verb in (renew_secret, send_test, pause_webhook, end_webhook):
        with pytest.raises(NotAllowed):
            verb(made, by=world.ben, now=TOLD)
    with pytest.raises(NotAllowed):
        hook(world, receiver.address, by=world.ben)


def test_a_client_that_reads_no_briefings_gets_no_webhook(world: World, receiver: Receiver) -> None:
    writer = client_of(world, world.bureau, ["item.write"])[0]
    with pytest.raises(BadInput, match="may not read briefings"):
        hook(world, receiver.address, client=writer)
    stranger = client_of(world, world.sister)[0]
    with pytest.raises(BadInput, match="another organisation"):
        hook(world, receiver.address, client=stranger)


def test_a_removed_webhook_forgets_its_secrets(world: World, receiver: Receiver) -> None:
    made, _secret = hook(world, receiver.address)
    end_webhook(made, by=world.dora, now=database_now())

    made.refresh_from_db()
    assert (made.secret, made.former_secret) == ("", "")
    with pytest.raises(RuleBroken):
        resume_webhook(made, by=world.dora, now=database_now())
    actions = AuditEvent.objects.filter(target=made.pk).values_list("action", flat=True)
    assert set(actions) == {"webhook.created", "webhook.removed"}


def test_the_director_manages_webhooks_on_the_screen(
    world: World, series: Series, receiver: Receiver, sign_in: Callable[[Any], Any]
) -> None:
    token = client_of(world, world.bureau)[0]
    client, base = sign_in(world.dora), "/t/teng/webhooks/"
    words = {"client": str(token.pk), "name": "门户", "url": receiver.address}

    wrong = client.post(f"{base}new/", words | {"url": "https://10.0.0.1/x"})
    assert (wrong.status_code, "10.0.0.1" in wrong.content.decode()) == (422, True)
    made = client.post(f"{base}new/", words)
    row = Webhook.objects.get()
    assert row.secret in made.content.decode()
    for act, said in (("test", 302), ("pause", 302), ("resumption", 302), ("secret", 200)):
        assert client.post(f"{base}{row.pk}/{act}/").status_code == said
    send_webhooks()
    page = client.get(f"{base}{row.pk}/").content.decode()
    assert "delivered" in page
    row.refresh_from_db()
    for secret in (row.secret, row.former_secret, "key=abc"):
        assert secret not in page
    assert "127.0.0.1" in client.get(base).content.decode()
    assert client.post(f"{base}{row.pk}/removal/").status_code == 302
    assert client.get(f"{base}{row.pk}/").status_code == 404
    assert sign_in(world.ben).get(base).status_code == 404


def test_the_same_over_rest(
    world: World, series: Series, receiver: Receiver, sign_in: Callable[[Any], Any]
) -> None:
    token = client_of(world, world.bureau)[0]
    client, base = sign_in(world.dora), "/t/teng/api/v1/webhooks/"

    def post(path: str = "", body: Any = None) -> Any:
        return client.post(base + path, json.dumps(body or {}), content_type="application/json")

    words = {"client": str(token.pk), "name": "门户", "url": receiver.address}
    assert post("", words | {"url": "https://127.0.0.9/"}).json()["errors"].keys() == {"url"}
    made = post("", words).json()
    one = f"{made['id']}/"
    assert made["secret"].startswith("whsec_")
    assert post(f"{one}test/").status_code == 201
    send_webhooks()
    [log] = client.get(f"{base}{one}deliveries/").json()["results"]
    assert (log["state"], log["answered"], log["change"]) == ("sent", 204, None)
    assert post(f"{one}pause/").json()["state"] == "paused"
    assert post(f"{one}pause/").json()["code"] == "paused"
    assert client.delete(f"{base}{one}pause/").json()["state"] == "in_force"
    assert post(f"{one}secret/").json()["secret"] != made["secret"]
    assert "secret" not in client.get(f"{base}{one}").json()
    assert client.delete(base + one).status_code == 204
    assert client.get(base).json()["results"] == []


@pytest.mark.parametrize("path", ["/t/teng/webhooks/", "/t/teng/api/v1/webhooks/"])
def test_one_webhook_and_three_cost_the_same(
    world: World, receiver: Receiver, sign_in: Callable[[Any], Any], path: str
) -> None:
    hook(world, receiver.address)
    client = sign_in(world.dora)
    one = questions(client, path)
    for _more in range(2):
        hook(world, receiver.address)
    assert questions(client, path) == one <= 5
