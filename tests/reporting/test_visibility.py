"""Who may see which item, and which words of it."""

import pytest
from django.urls import reverse

from actionlearning.foundation.scope import WHOLE, scope
from reporting.actions.items import return_item, save_draft, sign_item, submit_item
from reporting.models import InformationItem
from reporting.states import ItemState
from reporting.views.reading import item_for, page_of
from tests.reporting.items import BODY, SEPTEMBER, draft, in_state, signed, submitted
from tests.running import beijing, run_programme

SECRET = "未报送的修改稿"


def titles(user):
    rows = InformationItem.objects.visible_to(user).as_read_by(user)
    return list(rows.order_by("pk").values_list("shown_title", flat=True))


@pytest.mark.parametrize("make", [draft, signed])
def test_a_superior_sees_no_draft(world, programme, make):
    make(world, programme)

    assert titles(world.ana) == []
    assert titles(world.ben) == titles(world.lena) == ["民政局召开专题研讨会"]


def test_neither_sister_nor_child_sees_a_units_item(world, programme):
    submitted(world, programme)

    assert [titles(user) for user in (world.sis, world.kid, world.sysadmin, world.auditor)] == [
        []
    ] * 4
    assert titles(world.ana) == ["民政局召开专题研讨会"]


@pytest.fixture
def rewritten(world, programme):
    """Returned, and on its way to a better text that nobody above has received."""
    item = return_item(submitted(world, programme), reason="补充", by=world.ana, now=beijing(9, 11))
    return save_draft(item, title=SECRET, body=SECRET, by=world.ben, now=beijing(9, 12))


@pytest.mark.parametrize("sign", [False, True])
def test_a_superior_reads_the_submitted_text_while_it_is_rewritten(
    world, rewritten, sign, sign_in, clock
):
    if sign:
        sign_item(rewritten, by=world.dora, now=beijing(9, 12))
    client = sign_in(world.ana)
    slug = world.tenant.slug
    pages = [
        reverse("reporting:item_detail", args=[slug, rewritten.pk]),
        reverse("reporting:item_inbox", args=[slug]) + "?state=all",
        reverse("reporting:item_list", args=[slug]) + "?where=all",
        reverse("tenant_api:information-item-detail", args=[slug, rewritten.pk]),
        reverse("tenant_api:information-item-list", args=[slug]),
    ]

    answers = [client.get(page) for page in pages]

    assert [answer.status_code for answer in answers] == [200] * len(pages)
    assert [SECRET in answer.content.decode() for answer in answers] == [False] * len(pages)
    assert BODY in answers[0].content.decode()
    assert titles(world.ben) == [SECRET]


def test_a_superior_cannot_probe_the_rewritten_title_by_searching(world, rewritten, sign_in, clock):
    page = reverse("tenant_api:information-item-list", args=[world.tenant.slug])

    found = sign_in(world.ana).get(page, {"q": SECRET[:3]})

    assert found.json()["results"] == []


def test_the_new_text_is_read_once_it_comes_in(world, rewritten):
    item = sign_item(rewritten, by=world.dora, now=beijing(9, 12))
    submit_item(item, by=world.ben, now=beijing(9, 12))

    assert titles(world.ana) == [SECRET]


def routes(slug, pk, file="00000000-0000-7000-8000-000000000000"):
    """Every route about one item: (method, address)."""
    gets = [("item_detail", []), ("item_edit", []), ("item_attachment", [file])]
    posts = [
        "edit",
        "draft",
        "attachments",
        "signature",
        "signature_withdrawal",
        "submission",
        "return",
        "adoption",
        "keeping",
        "non_adoption",
    ]
    found = [("get", reverse(f"reporting:{n}", args=[slug, pk, *rest])) for n, rest in gets]
    found += [("post", reverse(f"reporting:item_{n}", args=[slug, pk])) for n in posts]
    found.append(("post", reverse("reporting:item_attachment_removal", args=[slug, pk, file])))
    nouns = [
        "signature",
        "submission",
        "return",
        "adoption",
        "keeping",
        "non-adoption",
        "attachments",
    ]
    one = "tenant_api:information-item"
    found += [("post", reverse(f"{one}-{noun}", args=[slug, pk])) for noun in nouns]
    found += [
        ("get", reverse(f"{one}-detail", args=[slug, pk])),
        ("patch", reverse(f"{one}-detail", args=[slug, pk])),
        ("delete", reverse(f"{one}-signature", args=[slug, pk])),
        ("get", reverse(f"{one}-attachment", args=[slug, pk, file])),
        ("delete", reverse(f"{one}-attachment", args=[slug, pk, file])),
    ]
    return found


@pytest.mark.parametrize("who", ["sis", "kid", "sysadmin", "secadmin", "auditor"])
def test_every_route_of_an_item_is_not_found_for_strangers(world, programme, sign_in, clock, who):
    item = submitted(world, programme)
    client = sign_in(getattr(world, who))

    answers = {
        (method, path): getattr(client, method)(path).status_code
        for method, path in routes(world.tenant.slug, item.pk)
    }

    assert set(answers.values()) == {404}, answers


def test_every_route_of_a_foreign_item_is_not_found(world, rival, sign_in, clock):
    with scope(rival.tenant, path=WHOLE, actor=None):
        theirs = submitted(rival, run_programme(rival))
    client = sign_in(world.ben)

    answers = {
        (method, path): getattr(client, method)(path).status_code
        for method, path in routes(world.tenant.slug, theirs.pk)
    }

    assert set(answers.values()) == {404}, answers


@pytest.mark.parametrize(
    ("name", "who", "status"),
    [
        ("item_list", "lena", 200),
        ("item_list", "sysadmin", 404),
        ("item_inbox", "ana", 200),
        ("item_inbox", "liu", 404),
        ("item_inbox", "lena", 404),
        ("item_new", "liu", 200),
        ("item_new", "lena", 404),
    ],
)
def test_pages_ask_for_their_permission(world, programme, sign_in, clock, name, who, status):
    page = reverse(f"reporting:{name}", args=[world.tenant.slug])

    assert sign_in(getattr(world, who)).get(page).status_code == status


def test_pages_send_strangers_to_the_sign_in(world, client):
    page = reverse("reporting:item_list", args=[world.tenant.slug])

    assert client.get(page).status_code == 302


@pytest.mark.parametrize("state", list(ItemState))
def test_buttons_are_offered_only_to_whom_the_verb_would_obey(world, programme, state):
    item = in_state(state, world, programme)
    names = ("may_write", "may_sign", "may_submit", "may_unsign", "may_decide")
    offered = {
        login: {n for n in names if page_of(item_for(user, item.pk), user, SEPTEMBER)[n]}
        for login, user in (("ben", world.ben), ("dora", world.dora), ("lena", world.lena))
    }
    writer = state in (ItemState.DRAFT, ItemState.RETURNED, ItemState.SIGNED)
    open_to_sign = state in (ItemState.DRAFT, ItemState.RETURNED)
    signed_now = state == ItemState.SIGNED

    expected = {"may_write"} if writer else set()
    expected |= {"may_submit", "may_unsign"} if signed_now else set()
    sign = {"may_sign"} if open_to_sign else set()
    assert offered == {"ben": expected, "dora": expected | sign, "lena": sign}
