"""`manage.py make_traditional`: characters change, words and placeholders do not, and a hand's work stays."""

import io

import polib
import pytest
from django.core.management import CommandError, call_command

from actionlearning.desk.management.commands import make_traditional as command
from programmes.packs.reading import FOLDER
from tests.conventions.sources import ROOT
from tests.languages.catalogues import catalogue

traditional = pytest.importorskip(
    "actionlearning.launcher.traditional"
)  # OpenCC: maintainers and CI


@pytest.fixture(scope="module")
def convert():
    return traditional.Converter.of(ROOT)


@pytest.mark.parametrize(
    ("simple", "expected"),
    [
        ("复盘、会签、审核、启动、党群、台账", "復盤、會簽、審核、啟動、黨群、台賬"),
        ("用户登录软件，默认邮箱", "用戶登錄軟件，默認郵箱"),
        ("里程碑在这里", "里程碑在這裏"),
        ("干部若干", "幹部若干"),
        ("系统制度的关系与联系", "系統制度的關係與聯繫"),
        ("工作日历与审计日志", "工作日曆與審計日誌"),
        ("群众为平台线上核对", "群眾為平台線上核對"),
        ("审签，请复制；制表日期", "審簽，請複製；製表日期"),
        ("已发布并发布全国通知", "已發布並發布全國通知"),
        ("负责人参加，再制定下一步", "負責人參加，再制定下一步"),
        ("周五批复，周日答复", "周五批覆，周日答覆"),
        (
            "%(n)s 人 {name} <strong>后</strong> %(d)d%%",
            "%(n)s 人 {name} <strong>後</strong> %(d)d%%",
        ),
    ],
)
def test_characters_change_and_nothing_else(convert, simple, expected) -> None:
    assert convert(simple) == expected


def entry(msgid: str, words: str, **more: object) -> polib.POEntry:
    return polib.POEntry(msgid=msgid, msgstr=words, **more)


def test_only_a_new_or_changed_sentence_is_made_anew(convert) -> None:
    first = traditional.make_catalogue([entry("a", "单位"), entry("b", "台账")], [], convert)
    again = traditional.make_catalogue(
        [entry("a", "单位"), entry("b", "总台账"), entry("c", "启动")], first.catalogue, convert
    )
    assert (first.fresh, again.fresh) == (["a", "b"], ["b", "c"])
    assert [e.msgstr for e in again.catalogue] == ["單位", "總台賬", "啟動"]


def test_what_a_hand_corrected_stays_until_its_source_changes(convert) -> None:
    made = traditional.make_catalogue([entry("a", "单位空间")], [], convert).catalogue
    made[0].msgstr, made[0].tcomment = "單位專用空間", "by hand"
    kept = traditional.make_catalogue([entry("a", "单位空间")], made, convert)
    again = traditional.make_catalogue([entry("a", "单位空间")], kept.catalogue, convert)
    assert [e.msgstr for e in again.catalogue] == ["單位專用空間"]
    assert str(again.catalogue) == str(kept.catalogue)
    changed = traditional.make_catalogue([entry("a", "各单位空间")], again.catalogue, convert)
    assert [e.msgstr for e in changed.catalogue] == ["各單位空間"]
    assert changed.overtaken == ["a"]


def test_plural_context_and_flags_are_kept(convert) -> None:
    source = entry(
        "one",
        "",
        msgid_plural="many",
        msgstr_plural={0: "%(n)d 个"},
        msgctxt="x",
        flags=["python-format"],
    )
    made = traditional.make_catalogue([source], [], convert).catalogue[0]
    assert (made.msgctxt, made.msgid_plural, made.msgstr_plural) == ("x", "many", {0: "%(n)d 個"})
    assert made.flags == ["python-format"]


def test_today_s_catalogues_are_what_the_command_makes() -> None:
    out = io.StringIO()
    call_command("make_traditional", "--check", stdout=out)
    assert out.getvalue().count("0 new or anew") == 2


def test_the_check_names_the_catalogue_that_is_behind(monkeypatch) -> None:
    monkeypatch.setattr(command, "data_sentences", lambda: ["另一句话"])
    with pytest.raises(CommandError, match="locale/data"):
        call_command("make_traditional", "--check", stdout=io.StringIO())


def test_every_pack_is_taken(tmp_path, monkeypatch) -> None:
    """A pack that somebody adds to the folder needs no line anywhere."""
    for path in FOLDER.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (FOLDER / "plan2.yaml").read_text(encoding="utf-8")
    more = text.replace("id: plan2", "id: plan9").replace(
        "局行动学习领导小组", "厅行动学习领导小组"
    )
    (tmp_path / "plan9.yaml").write_text(more, encoding="utf-8")
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    assert "厅行动学习领导小组" in command.data_sentences()


def test_every_sentence_of_every_pack_has_its_traditional_form() -> None:
    known = {msgid for _context, msgid, _plural in catalogue("zh_Hant", "locale/data")}
    assert [text for text in command.data_sentences() if text not in known] == []
