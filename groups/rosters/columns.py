"""Columns of the three kinds of rosters: what they are called, how they are read, what is not kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groups.models import Organisation
from groups.roles import ADMINISTRATORS, BodyKind, Role
from groups.rosters import cells
from groups.rosters.cells import Read, Reader, narrow
from groups.states import BatchKind

Words = str | Promise
KEPT, IGNORED, OVER, IDENTITY = "kept", "ignored", "over", "identity"


@dataclass(frozen=True)
class Field:
    """`fate`: kept, read and left out (ignored), too much to collect (over), or an identity number."""

    key: str
    heading: Words
    also: tuple[str, ...] = ()
    read: Reader = cells.read_text
    needed: bool = False
    most: int = 0
    fate: str = KEPT
    example: str = ""
    hint: Words = ""
    choices: tuple[tuple[str, Words], ...] = ()


def _synonyms(choices: Iterable[tuple[str, Words]], more: dict[str, str]) -> dict[str, str]:
    """Keys, labels in every language of the product and what offices say instead."""
    found = {cells.same(word): key for word, key in more.items()}
    for key, label in choices:
        found[key.casefold()] = key
        for text in _in_every_language(label):
            found[cells.same(text)] = key
    return found


def _in_every_language(words: Words) -> list[str]:
    found = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.append(str(words))
    return found


ORGANISATION_KINDS = {
    "自治区": "region", "市": "city", "地级市": "city", "设区市": "city", "县": "county",
    "区": "county", "县（市、区）": "county", "县(市、区)": "county", "县级市": "county",
    "集团公司": "group_company", "单位": "unit", "实施单位": "unit", "委办局": "unit",
    "局": "unit", "二层机构": "second_level", "二级单位": "second_level", "下属单位": "second_level",
    "乡镇": "township", "乡": "township", "镇": "township", "街道": "township",
    "直属部门": "department", "部门": "department",
}  # fmt: skip
BODY_KINDS = {
    "领导小组": "leading_group", "推进组": "promotion_team", "推进小组": "promotion_team",
    "行动办": "executive_office", "办公室": "executive_office", "评审组": "review_team",
    "考核组": "assessment_team", "专家组": "expert_group", "专家库": "expert_group",
}  # fmt: skip
ROLES = {
    "行动办主任": "office_director", "主任": "office_director", "办公室主任": "office_director",
    "行动办工作人员": "office_staff", "工作人员": "office_staff", "干事": "office_staff",
    "领导小组组长": "leading_group_leader", "组长": "leading_group_leader",
    "领导小组成员": "leading_group_member", "推进组组长": "promotion_team_leader",
    "推进组成员": "promotion_team_member", "联络员": "liaison", "信息员": "information_officer",
}  # fmt: skip
POST_ROLES = tuple((key, label) for key, label in Role.choices if key not in ADMINISTRATORS)


def _kind(choices: tuple[tuple[str, Words], ...], more: dict[str, str], problem: str) -> Reader:
    @cache
    def table() -> dict[str, str]:
        return _synonyms(choices, more)

    def read(cell: Any) -> Read:  # the table only when it is needed: translations come late
        return cells.one_of(table(), problem)(cell)

    return read


_NUMBER = Field("number", _("No."), ("序号", "编号", "no"), fate=IGNORED)
_REMARK = Field("remark", _("Remarks"), ("备注", "说明"), fate=IGNORED)
_SENIORITY = Field(
    "seniority",
    _("Seniority"),
    ("排序", "排序号", "位次", "座次", "排名"),
    cells.read_number,
    hint=_(
        "Lists follow it, 1 comes first. Left empty: in the order of the rows, after the others."
    ),
)
_SINCE = Field(
    "starts_on",
    _("Since"),
    (
        "起始日期",
        "自",
        "开始日期",
        "起始时间",
        "任职时间",
        "任现职时间",
        "任职日期",
        "到岗时间",
        "成立时间",
        "到任时间",
    ),
    cells.read_day,
    example="2026-01-01",
    hint=_("2012-05-03, 2012.05 or 2012年5月. Left empty: today."),
)
_UNTIL = Field(
    "ends_on", _("Until"), ("截止日期", "至", "结束日期", "终止日期", "离任时间"), cells.read_day
)
_PHONE = Field(
    "phone",
    _("Telephone"),
    ("联系电话", "电话", "手机", "手机号", "手机号码", "联系方式", "电话号码", "办公电话"),
    cells.read_phone,
    most=30,
    example="0774-1234567",
    hint=_("With area code where it is a landline."),
)
_IDENTITY = Field(
    "identity", _("Identity number"), ("身份证号", "身份证号码", "身份证", "公民身份号码"), cells.read_identity,
    fate=IDENTITY,
)  # fmt: skip
_OVER = (
    Field("sex", _("Sex"), ("性别",), cells.one_of(cells.SEXES, "bad_sex", "warning"), fate=OVER),
    Field(
        "nation", _("Ethnic group"), ("民族",), cells.one_of(cells.NATIONS, "bad_nation", "warning"),
        fate=OVER,
    ),
    Field(
        "political", _("Political status"), ("政治面貌",),
        cells.one_of(cells.POLITICAL, "bad_political", "warning"), fate=OVER,
    ),
    Field("born", _("Born"), ("出生年月", "出生日期", "年龄"), fate=OVER),
    Field("native", _("Native place"), ("籍贯", "出生地", "户籍地", "家庭住址", "住址"), fate=OVER),
    Field("joined", _("Party member since"), ("入党时间", "参加工作时间", "工作时间"), fate=OVER),
    Field(
        "schooling", _("Schooling"), ("学历", "学历(学位)", "学位", "专业", "毕业院校", "毕业院校及专业"), fate=OVER
    ),
    Field("rank_level", pgettext_lazy("grade", "Rank"), ("职级", "级别", "职务层次"), fate=OVER),
)  # fmt: skip

PERSON_FIELDS = (
    _NUMBER,
    Field(
        "unit", _("Unit"), ("单位", "工作单位", "所在单位", "单位名称"),
        cells.read_words,
        hint=_("Left empty: the unit chosen when the sheet is sent in."),
    ),
    Field("name", _("Name"), ("姓名", "名字"), cells.read_name, needed=True, most=60, example="张三"),
    Field(
        "title", _("Post held"), ("职务", "现任职务", "任职", "岗位", "单位职务", "单位及职务"), most=120,
        example="办公室主任", hint=_("Several are joined by 、"),
    ),
    _PHONE,
    _SINCE,
    _SENIORITY,
    _UNTIL,
    Field("posts", _("Seats in bodies"), ("机构任职", "兼任"), fate=IGNORED),
    _REMARK,
    _IDENTITY,
    *_OVER,
)  # fmt: skip
ORGANISATION_FIELDS = (
    _NUMBER,
    Field(
        "name", _("Organisation"), ("单位名称", "单位", "机构名称", "组织", "组织名称", "名称"), cells.read_words, needed=True, most=120,
        example="民政局",
    ),
    Field(
        "parent", _("Superior"), ("上级单位", "上级", "主管单位", "隶属", "隶属单位"), cells.read_words, example="藤县",
        hint=_("Left empty: the unit chosen when the sheet is sent in."),
    ),
    Field(
        "kind", _("Kind"), ("类别", "类型", "单位类别", "单位性质", "机构类别"),
        _kind(tuple(Organisation.Kind.choices), ORGANISATION_KINDS, "bad_kind"), needed=True, example="unit",
        choices=tuple(Organisation.Kind.choices),
    ),
    Field("short_name", _("Short name"), ("简称",), most=40, example="民政"),
    Field(
        "division", _("Division code"), ("区划代码", "行政区划代码", "区划", "代码"), cells.read_code,
        hint=_("GB/T 2260, where the unit is or sits in a division."),
    ),
    _SINCE,
    _SENIORITY,
    _UNTIL,
    Field("bodies", _("Bodies"), ("机构", "机构数"), fate=IGNORED),
    _REMARK,
)  # fmt: skip
POST_FIELDS = (
    _NUMBER,
    Field(
        "unit", _("Organisation"), ("单位", "单位名称", "所在单位", "组织"), cells.read_words,
        hint=_("Left empty: the unit chosen when the sheet is sent in."),
    ),
    Field("body", _("Body"), ("机构", "机构名称", "组织机构"), cells.read_words, needed=True, most=120, example="行动办"),
    Field(
        "kind", _("Kind"), ("类别", "机构类别", "机构类型"),
        _kind(tuple(BodyKind.choices), BODY_KINDS, "bad_kind"), example="executive_office",
        choices=tuple(BodyKind.choices), hint=_("Needed where the body is new."),
    ),
    Field("title", _("Post"), ("职务", "岗位", "机构职务"), cells.read_words, needed=True, most=60, example="主任"),
    Field(
        "role", _("Role"), ("角色", "系统角色", "权限"), _kind(POST_ROLES, ROLES, "bad_role"),
        example="office_director", choices=POST_ROLES, hint=_("What the holder may do in the product."),
    ),
    Field("rank", _("Rank"), ("位次", "排序", "排序号"), cells.read_number, example="1"),
    Field("seats", _("Seats"), ("席位", "席位数", "人数", "名额", "职数"), cells.read_number, example="1"),
    Field("holder", _("Holder"), ("姓名", "任职人员", "任职人", "担任人"), cells.read_name, most=60, example="张三"),
    Field("home", _("Unit of the holder"), ("人员单位", "所在单位（人员）", "借调自"), cells.read_words, hint=_("Only where it is another one.")),
    _PHONE,
    _SINCE,
    _REMARK,
    _IDENTITY,
)  # fmt: skip
FIELDS: dict[str, tuple[Field, ...]] = {
    BatchKind.ORGANISATIONS: ORGANISATION_FIELDS,
    BatchKind.PERSONS: PERSON_FIELDS,
    BatchKind.POSTS: POST_FIELDS,
}
NAMED_BY: dict[str, str] = {
    BatchKind.ORGANISATIONS: "name",
    BatchKind.PERSONS: "name",
    BatchKind.POSTS: "title",
}
"""The column without which a row is no entry."""


def spelled(heading: str) -> str:
    """A heading without stars, spaces, line breaks and what stands in brackets behind it."""
    plain = cells.same(heading).strip("*＊★☆#:：")
    head, bracket, _rest = plain.partition("(")
    return head.strip("*＊★") if bracket and head else plain


@cache
def known_headings(kind: str) -> dict[str, Field]:
    """Spelled heading → field, in every language and with what offices call it."""
    found: dict[str, Field] = {}
    for field in FIELDS[kind]:
        for word in (*field.also, *_in_every_language(field.heading)):
            found.setdefault(cells.same(word).strip("*"), field)
            found.setdefault(spelled(word), field)
    return found


def field_for(kind: str, heading: str) -> Field | None:
    known = known_headings(kind)
    whole = cells.same(narrow(heading)).strip("*＊★")
    return known.get(whole) or known.get(spelled(heading))
