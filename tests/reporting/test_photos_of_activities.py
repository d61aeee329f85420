"""A photograph of an activity is sent in once; the item that tells of it has a copy."""

from typing import Any

import pytest

from actionlearning.foundation.errors import BadInput
from programmes.actions.photos import add_photos, remove_photo
from programmes.queries.photos import photos_of
from reporting.actions.attachments import MOST, attach_photos
from reporting.models import Attachment
from tests.programmes.at_the_door import AFTER, pictures, seminar
from tests.reporting.items import SEPTEMBER, draft
from tests.world import World


def test_an_item_has_copies_that_outlive_the_originals(world: World, programme: Any) -> None:
    meeting = seminar(world, programme)
    add_photos(meeting, uploads=pictures(2), by=world.ben, now=AFTER)
    item = draft(world, programme)
    given: dict[str, Any] = {"by": world.ben, "now": SEPTEMBER}

    made = attach_photos(item, photos=photos_of(meeting), **given)

    assert [row.name for row in made] == ["现场1.jpg", "现场2.jpg"]
    assert attach_photos(item, photos=photos_of(meeting), **given) == []
    first = photos_of(meeting)[0]
    remove_photo(first, by=world.ben, now=SEPTEMBER)
    kept = Attachment.objects.get(sha256=first.sha256)
    assert len(bytes(kept.content)) == kept.size


def test_an_item_keeps_its_limit(world: World, programme: Any) -> None:
    meeting = seminar(world, programme)
    add_photos(meeting, uploads=pictures(MOST + 1), by=world.ben, now=AFTER)
    with pytest.raises(BadInput):
        attach_photos(
            draft(world, programme), photos=photos_of(meeting), by=world.ben, now=SEPTEMBER
        )
