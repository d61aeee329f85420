from io import BytesIO

import pytest

from actionlearning.foundation.errors import BadInput, NotAllowed, RuleBroken
from reporting.actions.attachments import MOST, add_attachment, remove_attachment
from reporting.actions.items import return_item, sign_item, submit_item
from reporting.queries import files_of, fingerprint
from reporting.states import ItemState
from tests.reporting.items import SEPTEMBER, draft, in_state, photo, signed, submitted
from tests.running import beijing


def attach(item, by, now=SEPTEMBER, colour="red", name="会场.png"):
    return add_attachment(item, upload=photo(colour), name=name, by=by, now=now)


def test_add_attachment_keeps_the_rewritten_picture(world, programme):
    item = draft(world, programme)

    added = attach(item, world.ben, name="../会场<1>.png")

    assert (added.name, added.media_type, added.size) == (
        "会场1.png",
        "image/png",
        len(added.content),
    )
    assert list(files_of(item, world.ben)) == [added]


def test_add_attachment_refuses_the_tenth(world, programme):
    item = draft(world, programme)
    for n in range(MOST):
        attach(item, world.ben, colour=(n * 20, 0, 0))

    with pytest.raises(BadInput) as refused:
        attach(item, world.ben, colour="blue")
    assert list(refused.value.fields) == ["file"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg/>"),
        ("a.png", b"<html>"),
        ("a.pdf", b""),
        ("big.pdf", b"%PDF-" + b"0" * 20971520),
    ],
)
def test_add_attachment_refuses_what_the_intake_refuses(world, programme, name, content):
    item = draft(world, programme)

    with pytest.raises(BadInput):
        add_attachment(item, upload=BytesIO(content), name=name, by=world.ben, now=SEPTEMBER)
    assert not files_of(item, world.ben)


def test_add_attachment_refuses_the_same_file_again(world, programme):
    item = draft(world, programme)
    attach(item, world.ben)

    with pytest.raises(BadInput):
        attach(item, world.ben, name="又一张.png")


def test_add_attachment_takes_the_sign_off_back(world, programme):
    item = signed(world, programme)

    attach(item, world.ben)

    item.refresh_from_db()
    assert (item.state, item.signed_by) == (ItemState.DRAFT, None)


@pytest.mark.parametrize("state", [ItemState.SUBMITTED, ItemState.ADOPTED, ItemState.KEPT])
def test_attachments_of_a_submitted_item_are_settled(world, programme, state):
    item = in_state(state, world, programme)

    with pytest.raises(RuleBroken):
        attach(item, world.ben)


def test_attachments_are_the_units_own(world, programme):
    item = draft(world, programme)
    added = attach(item, world.ben)

    for stranger in (world.ana, world.lena, world.sis):
        with pytest.raises(NotAllowed):
            attach(item, stranger, colour="blue")
        with pytest.raises(NotAllowed):
            remove_attachment(added, by=stranger, now=SEPTEMBER)


def test_the_office_goes_on_seeing_what_was_submitted(world, programme):
    item = draft(world, programme)
    sent = attach(item, world.ben, now=beijing(9, 1))

    item = submit_item(sign_item(item, by=world.dora, now=SEPTEMBER), by=world.ben, now=SEPTEMBER)
    item = return_item(item, reason="换照片", by=world.ana, now=beijing(9, 11))
    remove_attachment(sent, by=world.ben, now=beijing(9, 12))
    new = attach(item, world.ben, now=beijing(9, 12), colour="blue")

    assert list(files_of(item, world.ana)) == [sent]
    assert list(files_of(item, world.ben)) == [new]


def test_fingerprint_covers_the_attachments(world, programme):
    item = draft(world, programme)
    attach(item, world.ben)

    with_photo = fingerprint(item)
    assert with_photo != fingerprint(submitted(world, programme))
