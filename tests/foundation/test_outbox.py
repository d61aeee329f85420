"""A notice is written with its fact; its copies go out later, each once, or are told to be dead."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction

from actionlearning.foundation import channels
from actionlearning.foundation.channels import SendFailed
from actionlearning.foundation.channels.delivery import Channel as Kind
from actionlearning.foundation.models import Channel, Delivery, Notice
from actionlearning.foundation.notices import subject_and_text
from actionlearning.foundation.outbox import (
    BATCH,
    MOST_ATTEMPTS,
    dispatch,
    queue_digests,
    queue_notice,
    retract_notices,
)
from actionlearning.foundation.scope import WHOLE, scope
from tests.moments import NOON

DAY = "2026-03-02"
PARAMS = {
    "organisation": "民政局",
    "rule": "信息",
    "rule_en": "Item",
    "clause": "P2",
    "text": "文",
    "window": "3",
}


class Gateway:
    """A channel of which the test decides what happens; keeps what was sent."""

    def __init__(self):
        self.sent, self.failure, self.depth = [], None, None

    def send(self, address, secret, *, key, subject, text):
        self.depth = len(connection.savepoint_ids)
        if self.failure:
            raise self.failure
        self.sent.append((address, key, subject, text))


@pytest.fixture
def gateway(monkeypatch):
    made = Gateway()
    kind = Kind("gate", "Gate", made.send, lambda address: None, takes_secret=False)
    monkeypatch.setitem(channels.CHANNELS, "gate", kind)
    return made


@pytest.fixture
def told(world):
    """Ana with one channel; `told(n)` puts lines into her inbox."""
    Channel.objects.create(user=world.ana, kind="gate", address="a@b")

    def tell(*keys, to=world.ana, about=None):
        for key in keys:
            queue_notice(
                to=to,
                kind="programmes.reminder",
                at=NOON,
                key=key,
                about=about,
                due=NOON.isoformat(),
                asked_for=DAY,
                **PARAMS,
            )

    return tell


def collect(now=NOON, day=DAY):
    queue_digests(now=now, day=day)
    Delivery.objects.update(not_before=NOON)


def test_the_same_key_is_one_line(told, world):
    told("one", "one", "two")
    assert Notice.objects.filter(recipient=world.ana).count() == 2


def test_two_people_get_a_line_each_for_one_key(told, world):
    told("one")
    told("one", to=world.ben)
    assert Notice.objects.count() == 2


def test_a_vacant_post_keeps_its_line(told):
    told("one", to=None)
    assert Notice.objects.get().recipient is None


def test_one_copy_a_person_and_day(told, gateway):
    told("one", "two", "three")
    collect()
    collect()

    assert Delivery.objects.count() == 1
    assert dispatch() == 1
    assert (len(gateway.sent), dispatch()) == (1, 0)
    address, _key, subject, text = gateway.sent[0]
    assert address == "a@b"
    assert "3" in subject
    assert text.count("\n") == 3


def test_a_line_after_the_days_copy_waits_for_the_next_day(told, gateway):
    told("one")
    collect()
    dispatch()
    told("two")
    collect()
    assert dispatch() == 0

    collect(day="2026-03-03")
    assert dispatch() == 1


def test_without_a_channel_nothing_goes_out_and_nothing_waits(told, world, gateway):
    told("one", to=world.ben)
    collect()
    assert not Delivery.objects.exists()
    assert Notice.objects.exclude(digest="").count() == 1


def test_an_ended_channel_gets_nothing(told, world, gateway):
    Channel.objects.update(ended_at=NOON)
    told("one")
    collect()
    assert not Delivery.objects.exists()


def test_what_was_done_meanwhile_is_not_sent(told, world, gateway):
    told("one", about=world.county)
    collect()
    assert retract_notices([world.county.pk], now=NOON) == 1

    assert (dispatch(), gateway.sent) == (0, [])
    assert Delivery.objects.get().state == Delivery.State.CANCELLED


def test_what_was_done_is_left_out_of_a_copy_that_still_goes(told, world, gateway):
    told("one", about=world.county)
    told("two")
    collect()
    retract_notices([world.county.pk], now=NOON)
    dispatch()
    assert "1" in gateway.sent[0][2]


def test_a_failure_is_tried_again_later(told, gateway):
    told("one")
    collect()
    gateway.failure = SendFailed("line cut", permanent=False)

    assert dispatch() == 0
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.problem) == (Delivery.State.PENDING, 1, "line cut")
    assert row.not_before > NOON

    gateway.failure = None
    assert dispatch() == 0
    Delivery.objects.update(not_before=NOON)
    assert dispatch() == 1
    assert Delivery.objects.get().state == Delivery.State.SENT


def test_waits_grow_and_end(told, gateway):
    told("one")
    collect()
    gateway.failure = SendFailed("line cut", permanent=False)
    for _ in range(MOST_ATTEMPTS + 3):
        Delivery.objects.update(not_before=NOON)
        dispatch()
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == (Delivery.State.DEAD, MOST_ATTEMPTS)


def test_a_permanent_failure_is_dead_at_once(told, gateway):
    told("one")
    collect()
    gateway.failure = SendFailed("no such address", permanent=True)
    dispatch()
    assert Delivery.objects.get().state == Delivery.State.DEAD


def test_a_worker_that_dies_leaves_its_copy_to_the_lease(told, gateway):
    told("one")
    collect()
    gateway.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        dispatch()
    assert Delivery.objects.get().state == Delivery.State.CLAIMED

    gateway.failure = None
    Delivery.objects.update(claimed_until=NOON)
    assert dispatch() == 1


def test_nothing_is_sent_inside_a_transaction(told, gateway):
    told("one")
    collect()
    before = len(connection.savepoint_ids)
    dispatch()
    assert gateway.depth == before


def test_a_lease_in_force_is_left_alone(told, gateway):
    told("one")
    collect()
    Delivery.objects.update(state="claimed", claimed_until=NOON + timedelta(days=36500))
    assert dispatch() == 0


def test_the_key_travels_and_stays_the_same(told, gateway, world):
    told("one")
    collect()
    dispatch()
    Delivery.objects.update(state="pending", not_before=NOON)
    dispatch()
    assert gateway.sent[0][1] == gateway.sent[1][1] != ""
    assert str(world.tenant.pk) in gateway.sent[0][1]


def test_more_than_one_batch_goes_out(told, gateway, world):
    channel = Channel.objects.get()
    told("one")
    collect()
    batch = Delivery.objects.get().batch
    Delivery.objects.bulk_create(
        Delivery(key=str(n), batch=batch, channel=channel, not_before=NOON, created_at=NOON)
        for n in range(BATCH + 5)
    )
    assert dispatch() == BATCH + 6


def test_dispatch_stops_when_told(told, gateway):
    told("one")
    collect()
    assert dispatch(more=lambda: False) == 0


def test_another_tenants_copies_are_not_touched(told, gateway, rival):
    told("one")
    collect()
    with scope(rival.tenant, path=WHOLE, actor=None):
        assert dispatch() == 0


def test_a_mail_goes_out_with_its_number(told, world, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Channel.objects.update(kind="email", address="ana@example.gov.cn")
    told("one")
    collect()
    assert dispatch() == 1
    assert mail.outbox[0].to == ["ana@example.gov.cn"]
    assert mail.outbox[0].extra_headers["Message-ID"].startswith("<")


def test_the_words_of_a_notice_are_never_called_safe(told, world):
    """They are shown on pages: a name with a tag in it must be escaped there."""
    queue_notice(
        to=world.ana,
        kind="programmes.reminder",
        at=NOON,
        key="x",
        due=NOON.isoformat(),
        asked_for=DAY,
        **{**PARAMS, "rule": "<b>x</b>", "rule_en": "<b>x</b>"},
    )
    subject, text = subject_and_text(Notice.objects.get(key__contains=":x:"))
    assert "<b>" in subject
    assert [type(words) for words in (subject, text)] == [str, str]


def test_rolled_back_facts_tell_nobody(told):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError(told("one"))
    assert not Notice.objects.exists()


def test_a_poisonous_copy_does_not_stop_the_others(told, gateway, world):
    told("one")
    Channel.objects.create(user=world.ana, kind="gone", address="poisoned")
    collect()
    Delivery.objects.filter(channel__address="poisoned").update(not_before=NOON - timedelta(days=1))
    dispatch()

    assert "a@b" in [sent[0] for sent in gateway.sent]
    assert Delivery.objects.filter(channel__address="a@b").get().state == Delivery.State.SENT


def test_a_notice_of_a_kind_nobody_knows_is_put_back_with_its_reason(told, gateway, world):
    told("one")
    Notice.objects.update(kind="programmes.gone")
    collect()
    assert dispatch() == 0
    row = Delivery.objects.get()
    assert (row.state, row.problem) == (Delivery.State.PENDING, "TemplateDoesNotExist")
