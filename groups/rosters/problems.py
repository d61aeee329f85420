"""What is said about a cell, a row or a whole sheet; stored as codes, told in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.documents.tables import REASONS

ERROR, WARNING, QUESTION = "error", "warning", "question"

WORDS: Mapping[str, str | Promise] = {
    "needed": _("This cell must be filled."),
    "too_long": _("At most %(most)s characters."),
    "bad_phone": _("A telephone number has digits only, with area code where it is a landline."),
    "bad_number": _("A whole number from 1 to 99,999 is needed."),
    "bad_division": _("Six, nine or twelve digits."),
    "bad_day": _("This is no date. Write 2012-05-03, 2012.05 or 2012年5月."),
    "no_month": _("The month is missing: write 2012-05."),
    "october": _("This may be January or October: write 2012-01 or 2012-10."),
    "only_month": _("Only the month is known; it is kept as a month."),
    "precision_lost": _(
        "The office program stored this long number as a number: its last places are lost. Set the "
        "column to text, type the number again, and send the sheet again."
    ),
    "bad_identity": _("The check digit of this identity number does not fit."),
    "bad_sex": _("Neither 男 nor 女."),
    "bad_nation": _("Not one of the 56 ethnic groups."),
    "bad_political": _("Not a known political status."),
    "bad_kind": _("Unknown kind. One of: %(known)s."),
    "bad_role": _("Unknown role. One of: %(known)s."),
    "unknown_unit": _("There is no unit of this name within your reach."),
    "unclear_unit": _(
        "Several units have this name: write the superior in front, as in %(example)s."
    ),
    "not_yours": _("You may not change this unit."),
    "its_own_office": _(
        "This unit has an office of its own, which keeps its roster and posts: its director or staff "
        "sends this in. An office above does it only while nobody there can."
    ),
    "hidden": _("This row is about a unit out of your reach."),
    "unit_ended": _("“%(name)s” has already ended."),
    "own_superior": _("A unit cannot stand below itself."),
    "superior_wrong": _("The row of the superior has errors."),
    "moved": _("A unit of this name stands below “%(before)s”: moving one is done on its page."),
    "until_one_by_one": _(
        "Somebody or something ends on its own page, where the product asks what becomes of its posts: "
        "leave this cell empty."
    ),
    "several": _("Several people in one cell: split as shown?"),
    "twin_in_file": _("Row %(row)s may be the same person."),
    "joined": _("Joined with row %(row)s."),
    "other_phone": _("On the roster with another number, %(phone)s. The same person?"),
    "taken_as": _("Taken as the one on the roster with “%(phone)s”."),
    "namesake": _("Somebody of this name is on the roster already; the number is another one."),
    "mask_unknown": _("A masked number fits nobody on the roster: type it in full."),
    "holder_unknown": _(
        "Nobody of this name is on the roster of “%(unit)s”: bring in the persons first."
    ),
    "holder_unclear": _("Several people have this name: add the telephone number."),
    "post_unclear": _("The body has several posts of this title: change it on its page."),
    "body_unclear": _("The unit has several bodies of this name: change it on its page."),
    "kind_needed": _("The body is new: its kind must be said."),
    "other_kind": _(
        "On record as another kind: that is changed nowhere, the body is dissolved and formed anew."
    ),
    "since_on_record": _("On record since %(day)s: end it there and appoint again."),
    "twice": _("The same as row %(row)s."),
    "refused": "%(words)s",
    "changed_meanwhile": _("Something was changed in the meantime: look at the rows again."),
    "other_sheets": _("The file has %(number)s more sheets; only “%(sheet)s” was read."),
    "foot": _("%(number)s rows without a name were taken as notes and left out."),
    "example": _("The example row of the template was left out."),
    "not_kept": _(
        "The column “%(heading)s” was checked and left out: the product keeps no identity numbers."
    ),
    "over_collected": _(
        "Left out, because an action-learning roster does not need them: %(headings)s. Please do not "
        "collect them for this purpose."
    ),
    "not_taken": _("Read for your convenience and not taken over: %(headings)s."),
    "unknown_columns": _("Columns that are not known were left out: %(headings)s."),
    "no_header": _(
        "No row with the headings of this kind of roster was found on sheet “%(sheet)s”. It must have: "
        "%(needed)s. Use the template."
    ),
    "twice_heading": _("The heading “%(heading)s” stands twice. Keep one of the columns."),
    "no_data": _("There is no row below the headings."),
    "no_right": _("The sender may not change this part of the tree any more."),
    "broke_off": _("Reading or entering broke off several times. Nothing was entered."),
}


def words_of(code: str, told: Mapping[str, Any]) -> str:
    """The sentence; a file's own refusal by its code."""
    words = WORDS.get(code) or REASONS.get(code, code)
    return str(words) % told if told else str(words)


UNDOING: Mapping[str, str | Promise] = {
    "undone": _("taken back"),
    "later": _("stays: somebody has built on it since"),
    "refused": _("stays: a rule refuses the way back"),
    "out_of_reach": _("stays: you may not change this unit"),
}
"""What became of a row when its batch was taken back."""
