"""Sheets of organisations and of posts: the tree's rules and the bodies' rules hold row by row."""

from groups.actions.bodies import add_post
from groups.models import Body, Organisation, Post, Tenure
from tests.groups.rostering import entered, problems, sent, sheet, verdicts
from tests.moments import NOON

UNITS = ("单位名称", "上级单位", "类别", "简称", "区划代码")
POSTS = ("单位", "机构", "类别", "职务", "角色", "席位数", "姓名", "任职时间")


def units_sent(world, *rows, by=None):
    return sent(
        world, sheet(UNITS, *rows), kind="organisations", by=by or world.ana, unit=world.county
    )


def posts_sent(world, *rows):
    return sent(world, sheet(POSTS, *rows), kind="posts")


def test_units_come_with_their_superiors_whatever_the_order(world):
    batch = units_sent(
        world,
        ("光荣院", "优抚中心", "二层机构", "", ""),
        ("优抚中心", "民政局", "二层机构", "优抚", ""),
        ("濛江镇", "", "乡镇", "", "450422101"),
        ("民政局", "藤县", "单位", "", ""),
    )
    assert sorted(verdicts(batch)) == ["add", "add", "add", "leave"]
    entered(world, batch, by=world.ana)
    made = Organisation.objects.get(name="光荣院")
    assert (made.parent.name, made.parent.parent) == ("优抚中心", world.bureau)
    assert Organisation.objects.get(name="濛江镇").division == "450422101"


def test_what_a_sheet_says_of_a_known_unit_changes_it(world):
    batch = units_sent(world, ("教育局", "藤县", "单位", "教育", ""))
    entered(world, batch, by=world.ana)
    assert Organisation.objects.get(pk=world.sister.pk).short_name == "教育"


def test_rules_of_the_tree(world):
    batch = units_sent(
        world,
        ("甲站", "乙站", "二层机构", "", ""),
        ("乙站", "甲站", "二层机构", "", ""),
        ("丙站", "没有的局", "二层机构", "", ""),
        ("丁站", "民政局", "星球", "", "12"),
        ("戊站", "民政局", "二层机构", "", ""),
        ("戊站", "民政局", "二层机构", "", ""),
    )
    assert sorted(problems(batch)) == [
        ("A7", "twice"),
        ("B2", "own_superior"),
        ("B3", "own_superior"),
        ("B4", "unknown_unit"),
        ("C5", "bad_kind"),
        ("E5", "bad_division"),
    ]


def test_the_tree_may_not_grow_too_deep(world):
    rows = [
        (f"第{n}层", f"第{n - 1}层" if n > 1 else "救助站", "二层机构", "", "") for n in range(1, 6)
    ]
    batch = units_sent(world, *rows)
    assert [code for _cell, code in problems(batch)] == ["refused", "refused"]


def test_a_superior_with_two_meanings_is_asked_to_be_written_out(world):
    batch = units_sent(
        world, ("办公室", "民政局", "二层机构", "", ""), ("办公室", "教育局", "二层机构", "", "")
    )
    entered(world, batch, by=world.ana)
    again = units_sent(world, ("档案组", "办公室", "二层机构", "", ""))
    assert problems(again) == [("B2", "unclear_unit")]
    good = units_sent(world, ("档案组", "教育局/办公室", "二层机构", "", ""))
    entered(world, good, by=world.ana)
    assert Organisation.objects.get(name="档案组").parent.parent == world.sister


def test_bodies_posts_and_holders_in_one_sheet(world):
    batch = posts_sent(
        world,
        ("民政局", "评审组", "评审组", "组长", "", "1", "杜若", "2026-02-01"),
        ("民政局", "评审组", "评审组", "成员", "", "", "贝宁", ""),
        ("民政局", "评审组", "评审组", "成员", "", "", "刘联", ""),
        ("民政局", "评审组", "", "秘书", "", "", "", ""),
    )
    assert problems(batch) == [("C5", "kind_needed")]
    batch = posts_sent(
        world,
        ("民政局", "评审组", "评审组", "组长", "", "1", "杜若", "2026-02-01"),
        ("民政局", "评审组", "评审组", "成员", "", "", "贝宁", ""),
        ("民政局", "评审组", "评审组", "成员", "", "", "刘联", ""),
    )
    entered(world, batch)
    body = Body.objects.get(name="评审组")
    member = Post.objects.get(body=body, title="成员")
    assert (body.kind, member.seats) == ("review_team", 2)
    assert {t.person_name for t in Tenure.objects.filter(post=member)} == {"贝宁", "刘联"}
    assert str(Tenure.objects.get(post__body=body, post__title="组长").starts_on) == "2026-02-01"


def test_a_full_post_and_an_unknown_holder_are_refused(world):
    body = Body.objects.get(organisation=world.bureau, kind="leading_group")
    add_post(body, title="副组长", by=world.dora, now=NOON)
    batch = posts_sent(
        world,
        ("民政局", "领导小组", "", "副组长", "", "", "杜若", ""),
        ("民政局", "领导小组", "", "副组长", "", "", "贝宁", ""),
        ("民政局", "领导小组", "", "副组长", "", "", "无名氏", ""),
    )
    assert problems(batch) == [("A3", "refused"), ("G4", "holder_unknown")]


def test_only_who_may_appoint_seats_people_by_sheet(world):
    """Ben keeps rosters and bodies; appointing is the director's."""
    row = ("民政局", "领导小组", "", "观察员", "", "", "贝宁", "")
    batch = sent(world, sheet(POSTS, row), kind="posts", by=world.ben)
    assert [code for _cell, code in problems(batch)] == ["refused"]
    vacant = ("民政局", "领导小组", "", "观察员", "", "", "", "")
    assert verdicts(sent(world, sheet(POSTS, vacant), kind="posts", by=world.ben)) == ["add"]
