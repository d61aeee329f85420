"""A list of who was there, from a sheet or pasted, comes into the log; nothing is written before it is saved."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from actionlearning.foundation.errors import BadInput
from programmes.actions.activity_logs import team_on
from programmes.documents.attendance import (
    Reading,
    laid_beside,
    lines_of_file,
    lines_of_text,
)
from programmes.models import Activity, Attendance, Programme, TeamMember
from programmes.states import Presence
from tests.groups.rostering import sheet
from tests.programmes.at_the_door import AFTER, AT_THREE, clock, seminar
from tests.programmes.paper_screens import at, text_of
from tests.world import World

HERE, AWAY, GONE = Presence.PRESENT, Presence.EXCUSED, Presence.ABSENT


@dataclass
class Somebody:
    """What is read of a member of a team."""

    name: str
    person_id: Any = None
    user_id: Any = None
    pk: Any = None

    def __post_init__(self) -> None:
        self.pk = uuid4()


def team(*names: str) -> list[Any]:
    return [Somebody(name) for name in names]


def read(text: str, people: list[Any]) -> Reading:
    return laid_beside(lines_of_text(text, people), people)


def said(reading: Reading, people: list[Any]) -> list[Any]:
    return [reading.presence.get(each.pk, "?") for each in people]


# -- read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "王一\n李二",
        "王一、李二",
        "王一，李二；",
        "王　一\n 李二 ",
        "王一 李二",
        "1\n王一\n2、李二",
        "1. 王一\n2. 李二",
    ],
)
def test_names_are_found_however_they_are_pasted(text: str) -> None:
    people = team("王一", "李二", "赵三")
    found = read(text, people)
    assert said(found, people) == [HERE, HERE, GONE]
    assert found.unnamed == ["赵三"]


def test_what_is_said_behind_a_name_counts() -> None:
    people = team("王一", "李二", "赵三", "钱四")
    found = read("王一\t到会\n李二\t请假\n赵三\t缺席\n钱四\t√", people)
    assert said(found, people) == [HERE, AWAY, GONE, HERE]


def test_who_is_not_in_the_team_is_a_guest_if_he_was_there() -> None:
    found = read("王一\n外来人\n没来的\t缺席", team("王一"))
    assert found.guests == ["外来人"]
    assert [(each.line.number, each.outcome) for each in found.told] == [
        (1, "member"), (2, "guest"), (3, "out"),
    ]  # fmt: skip


def test_the_same_person_twice_is_taken_once_and_said_so() -> None:
    people = team("王一")
    found = read("王一\n外来人\n王一\n外来人", people)
    assert (said(found, people), found.guests) == ([HERE], ["外来人"])
    assert [each.outcome for each in found.told] == ["member", "guest", "once", "once"]
    assert "named twice" in found.told[2].words


def test_two_of_the_same_name_are_asked_about() -> None:
    people = team("王一", "王一", "李二")
    found = read("王一\n李二", people)
    assert said(found, people) == [None, None, HERE]
    assert found.told[0].outcome == "asked"
    assert "2 of those expected" in found.told[0].words
    both = read("王一\n王一\n李二", people)
    assert said(both, people) == [HERE, HERE, HERE]


def test_two_seats_of_one_person_are_one_person() -> None:
    key = uuid4()
    people = [Somebody("王一", person_id=key), Somebody("王一", person_id=key)]
    assert said(read("王一", people), people) == [HERE, HERE]


@pytest.mark.parametrize("text", ["王一\t大概来了", "王一\t到会\n王一\t缺席"])
def test_what_is_not_clear_is_asked(text: str) -> None:
    people = team("王一")
    found = read(text, people)
    assert said(found, people) == [None]
    assert {each.outcome for each in found.told} == {"asked"}


def test_a_bad_line_is_named_and_the_others_stay() -> None:
    people = team("王一")
    found = read(f"王一\n{'长' * 61}", people)
    assert (said(found, people), found.guests) == ([HERE], [])
    assert [(each.line.number, each.outcome) for each in found.told] == [(1, "member"), (2, "out")]


def file(*rows: Any, name: str = "签到表.xlsx") -> Any:
    return lines_of_file(BytesIO(sheet(*rows)), name)


def test_a_sheet_is_read_below_its_headings() -> None:
    people = team("王一", "李二")
    found = laid_beside(
        file(
            ["七月研讨会签到表", "", "", ""], ["序号", "姓名", "单位", "出席情况"],
            [1, "王一", "民政局", "√"], [2, "李二", "民政局", "请假"],
            [3, "陈五", "教育局", ""], [4, "陈五", "卫生局", ""],
        ),
        people,
    )  # fmt: skip
    assert said(found, people) == [HERE, AWAY]
    assert found.guests == ["陈五（教育局）", "陈五（卫生局）"]
    assert [each.line.number for each in found.told] == [3, 4, 5, 6]


def test_a_sheet_without_headings_has_its_names_first() -> None:
    people = team("王一", "李二")
    assert said(laid_beside(file([1, "王一"], [2, "李二"]), people), people) == [HERE, HERE]


@pytest.mark.parametrize("text", ["", "  \n ", "、、"])
def test_a_list_without_a_name_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        lines_of_text(text, ())
    assert caught.value.code == "no_names"


def test_a_list_as_long_as_a_town_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        lines_of_text("\n".join(f"人{number}" for number in range(501)), ())
    assert caught.value.code == "too_many_names"
    with pytest.raises(BadInput) as caught:
        lines_of_text("王一 " * 20_000, ())
    assert caught.value.code == "too_many_names"


# -- into the log --------------------------------------------------------------------------------------


@pytest.fixture
def meeting(world: World, programme: Programme) -> Activity:
    return seminar(world, programme)


def log_as_typed(meeting: Activity, people: list[TeamMember], **given: Any) -> dict[str, Any]:
    typed = {f"presence_{row.pk}": HERE for row in people}
    return {
        "day": "2026-07-14", "begins": "14:10", "ends": "16:20", "venue": "二楼会议室",
        "minutes": "会议议定三件事。", "guests": "老张", "version": meeting.version,
        "step_1_text": "入户核实", "step_1_due": "2026-07-31", "step_1_name": "教育局 林",
        **typed, **given,
    }  # fmt: skip


def initial(form: Any, name: str) -> Any:
    return form.get_initial_for_field(form.fields[name], name)


def test_a_list_comes_into_the_form_and_nothing_typed_is_lost(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    people = team_on(meeting.project, AT_THREE)
    first, second = people[0], people[1]
    listed = f"{first.name}\n{second.name}\t请假\n外来人"
    client = sign_in(world.ben)
    answer = client.post(
        at("activity_log_attendance", world, meeting.pk),
        log_as_typed(meeting, people, list_names=listed),
    )

    assert answer.status_code == 200
    form = answer.context["form"]
    assert [initial(form, f"presence_{row.pk}") for row in people[:3]] == [HERE, AWAY, GONE]
    assert initial(form, "guests") == "老张\n外来人"
    page = text_of(answer)
    for words in (
        "会议议定三件事。",
        "二楼会议室",
        "入户核实",
        "教育局 林",
        "14:10",
        "not saved yet",
    ):
        assert words in page
    assert f'action="{at("activity_log", world, meeting.pk)}"' in page
    assert not Attendance.objects.exists()


def test_a_sheet_comes_in_and_the_log_is_saved_from_it(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    people = team_on(meeting.project, AT_THREE)
    sent = BytesIO(sheet(["姓名"], *[[row.name] for row in people[:-1]], ["外来人"]))
    sent.name = "签到.xlsx"
    client = sign_in(world.ben)
    answer = client.post(
        at("activity_log_attendance", world, meeting.pk),
        log_as_typed(meeting, people, list_file=sent),
    )
    form = answer.context["form"]
    kept = {f"presence_{row.pk}": initial(form, f"presence_{row.pk}") for row in people}
    saved = log_as_typed(meeting, people, **kept, guests=initial(form, "guests"))
    assert client.post(at("activity_log", world, meeting.pk), saved).status_code == 302
    rows = Attendance.objects.filter(activity=meeting).order_by("rank")
    assert [row.presence for row in rows] == [*[HERE] * (len(people) - 1), GONE, HERE, HERE]
    assert [row.name for row in rows][-2:] == ["老张", "外来人"]


@pytest.mark.parametrize(
    ("name", "content"), [("签到.docx", b"PK\x03\x04x"), ("签到.xlsx", b"not a sheet")]
)
def test_a_file_that_is_no_sheet_is_refused_and_the_text_stays(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any, name: str, content: bytes
) -> None:
    clock(monkeypatch, AFTER)
    sent = BytesIO(content)
    sent.name = name
    people = team_on(meeting.project, AT_THREE)
    answer = sign_in(world.ben).post(
        at("activity_log_attendance", world, meeting.pk),
        log_as_typed(meeting, people, list_file=sent),
    )
    assert answer.status_code == 422
    assert "会议议定三件事。" in text_of(answer)
    assert "xlsx" in text_of(answer)


def test_it_serves_what_was_not_planned_too_and_no_stranger(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    address = at("project_log_attendance", world, meeting.project_id)
    people = team_on(meeting.project, AT_THREE)
    typed = log_as_typed(meeting, people, title="临时研讨", list_names=people[0].name)
    answer = sign_in(world.ben).post(address, typed)
    assert answer.status_code == 200
    assert "临时研讨" in text_of(answer)
    assert sign_in(world.ben).get(address).status_code == 302
    for user in (world.sis, world.lena):
        assert sign_in(user).post(address, typed).status_code == 404


def test_the_reading_over_rest(
    meeting: Activity, world: World, sign_in: Any, monkeypatch: Any
) -> None:
    clock(monkeypatch, AFTER)
    address = f"/t/{world.tenant.slug}/api/v1/activities/{meeting.pk}/attendance-list/"
    people = team_on(meeting.project, AT_THREE)
    client = sign_in(world.ben)
    sent = {"names": f"{people[0].name}\n外来人"}
    found = client.post(address, sent, "application/json").json()
    assert found["guests"] == ["外来人"]
    assert {"member": str(people[0].pk), "presence": "present"} in found["presence"]
    assert [line["became"] for line in found["lines"]] == ["member", "guest"]
    (line,) = client.post(address, {"names": "外来人 请假"}, "application/json").json()["lines"]
    assert (line["name"], line["said"], line["became"]) == ("外来人", "请假", "out")
    assert client.post(address, {"names": 5}, "application/json").status_code == 422
    assert sign_in(world.lena).post(address, sent, "application/json").status_code == 403
