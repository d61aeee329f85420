"""Photographs of an activity: few, real ones, without the place where they were taken; used where needed."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from actionlearning.foundation.models import AuditEvent
from programmes.actions.photos import MOST, add_photos, caption_photo, remove_photo
from programmes.models import Activity, ActivityPhoto, Programme
from programmes.queries.photos import photos_of
from tests.foundation.hostile_files import exif_with_place, jpeg
from tests.programmes.at_the_door import AFTER, clock, end, picture, pictures, seminar
from tests.programmes.paper_screens import at, count_queries, text_of
from tests.world import World


@pytest.fixture
def meeting(world: World, programme: Programme) -> Activity:
    return seminar(world, programme)


def add(meeting: Activity, world: World, *uploads: Any, **given: Any) -> Any:
    found = [(each, each.name) for each in uploads]
    return add_photos(meeting, uploads=found, **{"by": world.ben, "now": AFTER, **given})


def named(content: bytes, name: str) -> BytesIO:
    made = BytesIO(content)
    made.name = name
    return made


def test_photographs_are_kept_in_order_with_their_words(meeting: Activity, world: World) -> None:
    add(meeting, world, picture(1), picture(2, "PNG"), caption=" 小组  讨论 ")
    add(meeting, world, picture(3))
    rows = list(photos_of(meeting))
    assert [(row.rank, row.caption, row.media_type) for row in rows] == [
        (1, "小组 讨论", "image/jpeg"), (2, "小组 讨论", "image/png"), (3, "", "image/jpeg"),
    ]  # fmt: skip
    assert rows[0].added_name == world.ben.display_name
    assert "content" in rows[0].get_deferred_fields()
    assert AuditEvent.objects.filter(action="activity.photo_added").count() == 3


def test_what_is_kept_is_drawn_anew_and_small(meeting: Activity, world: World) -> None:
    sent = named(jpeg(exif=exif_with_place()), "现场.jpg")
    add(meeting, world, sent, picture(5, size=(3000, 1000)))
    small, large = photos_of(meeting).defer(None)
    assert b"Exif" not in bytes(small.content)
    with Image.open(BytesIO(large.content)) as image:
        assert max(image.size) == 2048


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("现场.jpg", b"<html><script>alert(1)</script>", "no photograph"),
        ("现场.jpg", b"\xff\xd8\xff broken", "damaged"),
        ("现场.pdf", b"%PDF-1.4", "JPEG or PNG"),
        ("现场.heic", b"ftypheic", "Most Compatible"),
        ("现场.svg", b"<svg/>", "JPEG or PNG"),
        ("现场.png", b"", "empty"),
    ],
)
def test_what_is_no_photograph_is_refused_in_words(
    meeting: Activity, world: World, name: str, content: bytes, words: str
) -> None:
    with pytest.raises(BadInput) as caught:
        add(meeting, world, named(content, name))
    assert words in caught.value.fields["file"]
    assert not ActivityPhoto.objects.exists()


def test_one_that_is_none_does_not_keep_the_others_out(meeting: Activity, world: World) -> None:
    twin = named(picture(1).getvalue(), "又一张.jpg")
    added, left = add(meeting, world, picture(1), named(b"x", "坏.jpg"), twin)
    assert [row.name for row in added] == ["现场1.jpg"]
    assert [each.name for each in left] == ["坏.jpg", "又一张.jpg"]
    again, more = add(meeting, world, picture(1), picture(2))
    assert ([row.name for row in again], len(more)) == (["现场2.jpg"], 1)


def test_a_hundred_are_refused_and_none_is_read(
    meeting: Activity, world: World, monkeypatch: Any
) -> None:
    monkeypatch.setattr("programmes.actions.photos.receive_photo", None)
    with pytest.raises(BadInput) as caught:
        add_photos(meeting, uploads=pictures(100), by=world.ben, now=AFTER)
    assert caught.value.code == "too_many_photos"
    assert "20" in caught.value.message


def test_the_twenty_first_is_refused(meeting: Activity, world: World) -> None:
    add(meeting, world, picture(1))
    first = ActivityPhoto.objects.get()
    for rank in range(2, MOST + 1):
        first.pk, first.rank = None, rank
        first.sha256 = f"{rank:064d}"
        first.save(force_insert=True)
    with pytest.raises(BadInput) as caught:
        add(meeting, world, picture(2))
    assert caught.value.code == "too_many_photos"


def test_who_logs_adds_words_and_removes_for_good(meeting: Activity, world: World) -> None:
    (made,), _left = add(meeting, world, picture(1))
    for user in (world.sis, world.lena):
        with pytest.raises(NotAllowed):
            add(meeting, world, picture(2), by=user)
        with pytest.raises(NotAllowed):
            remove_photo(made, by=user, now=AFTER)
        with pytest.raises(NotAllowed):
            caption_photo(made, caption="x", by=user, now=AFTER)
    with pytest.raises(BadInput):
        caption_photo(made, caption="长" * 121, by=world.ben, now=AFTER)
    assert caption_photo(made, caption="会场", by=world.ben, now=AFTER).caption == "会场"
    remove_photo(made, by=world.ben, now=AFTER)
    assert not ActivityPhoto.objects.exists()
    assert AuditEvent.objects.filter(action="activity.photo_removed").count() == 1


def test_a_concluded_topic_takes_none(meeting: Activity, world: World) -> None:
    end(meeting, world, AFTER)
    with pytest.raises(RuleBroken) as caught:
        add(meeting, world, picture(1))
    assert caught.value.code == "concluded"


# -- screens -------------------------------------------------------------------------------------------


def test_the_page_shows_them_to_readers_and_serves_them_safely(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    client = sign_in(world.ben)
    sent = {"file": [picture(1), picture(2), named(b"x", "坏.jpg")], "caption": "会场"}
    answer = client.post(at("activity_photos", world, meeting.pk), sent, follow=True)
    assert "2 photographs added." in text_of(answer)
    assert "坏.jpg" in text_of(answer)

    photo = photos_of(meeting)[0]
    address = at("activity_photo_file", world, meeting.pk, photo.pk)
    page = text_of(sign_in(world.lena).get(at("activity_detail", world, meeting.pk)))
    assert address in page
    assert "Add photographs" not in page
    file = sign_in(world.lena).get(address)
    assert (file.status_code, file["Content-Type"]) == (200, "image/jpeg")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert file["Content-Disposition"].startswith("inline")
    assert sign_in(world.sis).get(address).status_code == 404


def test_a_hundred_come_back_with_words_and_the_caption(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    files = [each for each, _name in pictures(100)]
    answer = sign_in(world.ben).post(
        at("activity_photos", world, meeting.pk), {"file": files, "caption": "会场全景"}
    )
    assert answer.status_code == 422
    assert "at most 20 photographs" in text_of(answer)
    assert "会场全景" in text_of(answer)


def test_words_are_changed_and_one_removed_on_the_page(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    (made,), _left = add(meeting, world, picture(1))
    words = at("activity_photo_caption", world, meeting.pk, made.pk)
    client = sign_in(world.ben)
    assert client.post(words, {"caption": "会场"}).status_code == 302
    assert client.post(words, {"caption": "长" * 121}).status_code == 422
    assert photos_of(meeting)[0].caption == "会场"
    assert sign_in(world.lena).post(words, {"caption": "x"}).status_code == 403
    gone = at("activity_photo_removal", world, meeting.pk, made.pk)
    assert sign_in(world.ben).post(gone).status_code == 302
    assert not ActivityPhoto.objects.exists()


def test_the_page_asks_no_more_for_three_than_for_one(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    address, counted = at("activity_detail", world, meeting.pk), []
    count_queries(sign_in(world.ben), address)  # the first one also looks for the tenant
    for shades in ((1,), (2, 3)):
        add(meeting, world, *[picture(shade) for shade in shades])
        counted.append(count_queries(sign_in(world.ben), address))
    assert counted[0] == counted[1] <= 8


def test_photographs_over_rest(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    base = f"/t/{world.tenant.slug}/api/v1/activities/{meeting.pk}/photos/"
    client = sign_in(world.ben)
    made = client.post(base, {"file": picture(1), "caption": "会场"})
    assert (made.status_code, made.json()["caption"]) == (201, "会场")
    refused = client.post(base, {"file": named(b"x", "坏.jpg")})
    assert (refused.status_code, refused.json()["code"]) == (422, "file_refused")
    one = f"{base}{made.json()['id']}/"
    assert client.patch(one, {"caption": "合影"}, "application/json").json()["caption"] == "合影"
    assert client.get(one)["Content-Type"] == "image/jpeg"
    assert count_queries(client, base) <= 5
    assert [row["caption"] for row in client.get(base).json()["results"]] == ["合影"]
    assert sign_in(world.sis).get(one).status_code == 404
    assert sign_in(world.lena).delete(one).status_code == 403
    assert sign_in(world.ben).delete(one).status_code == 204
    assert client.get(base).json()["results"] == []
