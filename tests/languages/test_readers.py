"""Whoever reads, reads in the own language: pages, notices, refusals, sheets."""

import io
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from django.utils import translation

from actionlearning.desk.glossary import found
from actionlearning.foundation.clock import database_now
from actionlearning.foundation.languages import product_words
from actionlearning.foundation.models import Channel, Delivery, Notice, User
from actionlearning.foundation.notices import subject_and_text
from actionlearning.foundation.outbox import digest_words
from groups.actions.accounts import choose_language
from groups.actions.tokens import create_token
from programmes.calendar.derivation import ProperName, render, step
from programmes.packs.reading import read, shipped_text
from programmes.views.wording import day_words, title_of
from tests.languages.characters import not_traditional
from tests.moments import NOON
from tests.running import run_programme
from tests.world import World

THREE = ("zh-hans", "zh-hant", "en")
API = "/t/teng/api/v1"


@pytest.mark.parametrize(
    ("asked", "tag"),
    [
        ("zh-TW", "zh-Hant"),
        ("zh-HK,zh;q=0.8", "zh-Hant"),
        ("zh-Hant", "zh-Hant"),
        ("zh-Hant-TW,en;q=0.5", "zh-Hant"),
        ("zh", "zh-Hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("en-GB", "en"),
    ],
)
def test_the_browser_s_language_is_understood(client: Any, db: None, asked: str, tag: str) -> None:
    answer = client.get("/", headers={"Accept-Language": asked})
    assert f'<html lang="{tag}">' in answer.content.decode()


def test_one_s_own_language_wins_over_the_browser_s(world: World, sign_in: Any) -> None:
    choose_language(world.ben, language="zh-hant")
    page = sign_in(world.ben).get("/t/teng/help/", headers={"Accept-Language": "en"})
    assert '<html lang="zh-Hant">' in page.content.decode()
    assert "幫助" in page.content.decode()


def test_the_account_offers_three_languages(world: World, sign_in: Any) -> None:
    page = sign_in(world.ben).get("/t/teng/account/").content.decode()
    assert [f'value="{code}"' in page for code in THREE] == [True] * 3


def reminder(world: World) -> Notice:
    pack = read(shipped_text("plan1"))
    clause, rule = next((c, r) for c in pack.clauses for r in c.rules if "{year}" in c.text)
    now = database_now()
    return Notice.objects.create(
        key="k", recipient=world.ben, kind="programmes.overdue", at=now, created_at=now,
        params={
            "organisation": "局长办", "rule": rule.title, "rule_en": rule.title_en, "clause": clause.key,
            "text": clause.text.replace("{year}", "2026"), "gloss": clause.gloss.replace("{year}", "2026"),
            "window": "2026-09", "due": "2026-09-25", "asked_for": "2026-09-25",
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "words", "sentence"),
    [
        ("zh-hans", "逾期：", "实施单位"),
        ("zh-hant", "逾期：", "實施單位"),
        ("en", "Overdue: ", "December 2026"),
    ],
)
def test_a_notice_recites_its_sentence_in_the_reader_s_language(
    world: World, language: str, words: str, sentence: str
) -> None:
    with translation.override(language):
        subject, text = subject_and_text(reminder(world))
    assert subject.startswith(words)
    assert sentence in text or language == "en"
    assert "局长办" in text, "what people typed is never converted"
    if language == "zh-hant":
        assert not_traditional((subject + text).replace("局长办", "")) == ""
        assert "2026年" in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "行动学习：1 条通知"),
        ("zh-hant", "行動學習：1 條通知"),
        ("en", "Action learning: 1 notice"),
    ],
)
def test_a_digest_is_in_its_reader_s_language(world: World, language: str, words: str) -> None:
    User.objects.filter(pk=world.ben.pk).update(language=language)
    world.ben.refresh_from_db()
    notice = reminder(world)
    Notice.objects.filter(pk=notice.pk).update(digest="batch")
    channel = Channel(user=world.ben, kind="email", address="ben@example.org")
    subject, text = digest_words(Delivery(channel=channel, batch="batch"))
    assert subject == words
    assert (not_traditional(text) == "") is (language != "zh-hans")


@pytest.mark.parametrize(
    ("language", "title", "field"),
    [
        ("zh-hans", "没有这个字段。", "此列表不能按该项排序。"),
        ("zh-hant", "沒有這個字段。", "此列表不能按該項排序。"),
        ("en", "Unknown field.", "This list is not sorted by that."),
    ],
)
def test_problems_are_in_the_user_s_language(
    world: World, sign_in: Any, language: str, title: str, field: str
) -> None:
    choose_language(world.dora, language=language)
    client = sign_in(world.dora)
    assert client.get(f"{API}/organisations/?fields=xx").json()["title"] == title
    assert client.get(f"{API}/organisations/?ordering=xx").json()["title"] == field


@pytest.mark.parametrize(
    ("asked", "title"),
    [("zh-CN", "未找到。"), ("zh-HK", "未找到。"), ("en", "Not found."), ("", "未找到。")],
)
def test_a_client_says_its_language_with_each_request(
    world: World, client: Any, asked: str, title: str
) -> None:
    _token, secret = create_token(
        tenant=world.tenant, organisation=world.bureau, name="portal", scopes=["organisation.view"],
        expires_at=database_now() + timedelta(days=9), by=world.system, now=NOON,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {secret}"} | ({"Accept-Language": asked} if asked else {})
    answer = client.get(
        f"{API}/organisations/018f0000-0000-7000-8000-000000000000/", headers=headers
    )
    assert answer.json()["title"] == title
    refused = client.post(f"{API}/status/", headers=headers).json()["title"]
    assert "{method}" not in refused


@pytest.mark.parametrize(
    ("language", "heads", "made"),
    [
        ("zh-hans", "单位", "制表日期："),
        ("zh-hant", "單位", "製表日期："),
        ("en", "Unit", "Made on: "),
    ],
)
def test_a_sheet_is_in_its_reader_s_language(
    world: World, sign_in: Any, language: str, heads: str, made: str
) -> None:
    choose_language(world.dora, language=language)
    answer = sign_in(world.dora).get("/t/teng/persons/?export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer))).active
    cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert heads in cells
    assert any(made in cell for cell in cells)


@pytest.mark.parametrize(
    ("language", "shown"),
    [("zh-hans", "2026年11月22日"), ("zh-hant", "2026年11月22日"), ("en", "Nov. 22, 2026")],
)
def test_days_are_written_as_the_reader_writes_them(language: str, shown: str) -> None:
    with translation.override(language):
        assert day_words(date(2026, 11, 22)) == shown


def test_a_form_s_refusal_speaks_mainland_words(world: World, sign_in: Any) -> None:
    choose_language(world.dora, language="zh-hant")
    page = sign_in(world.dora).post("/t/teng/account/", {}).content.decode()
    assert "此項必填。" in page
    assert "欄位" not in page


def test_a_plan_is_read_in_traditional_characters_and_exported_as_it_is(
    world: World, sign_in: Any
) -> None:
    programme = run_programme(world)
    choose_language(world.ana, language="zh-hant")
    client = sign_in(world.ana)
    page = client.get(f"/t/teng/programmes/{programme.pk}/plan/").content.decode()
    assert "縣民政局行動學習實施方案" in page
    assert "局行動學習領導小組" in page
    assert "局行动学习领导小组" not in page
    exported = client.get(f"/t/teng/programmes/{programme.pk}/plan/export/")
    assert exported.content.decode() == shipped_text("plan2")


def test_a_holiday_s_name_is_read_in_traditional_characters() -> None:
    named = step("%(name)s", name=ProperName("国庆节", "National Day"))
    with translation.override("zh-hant"):
        assert render([named]) == ["國慶節"]


def test_only_the_product_s_own_sentences_are_shown_in_other_characters() -> None:
    with translation.override("zh-hant"):
        assert title_of("县民政局行动学习实施方案", "", 2026) == "縣民政局行動學習實施方案"
        assert (
            product_words("县民政局行动学习实施方案（修订）") == "县民政局行动学习实施方案（修订）"
        )
    with translation.override("zh-hans"):
        assert product_words("县民政局行动学习实施方案") == "县民政局行动学习实施方案"


def test_the_glossary_is_searched_in_every_language(world: World, sign_in: Any) -> None:
    choose_language(world.ben, language="zh-hant")
    client = sign_in(world.ben)
    page = client.get("/t/teng/help/glossary/?q=復盤").content.decode()
    assert "after-action review" in page
    assert "簽發" not in page
    assert (
        client.get("/t/teng/help/glossary/?q=zzz").content.decode().count("沒有符合的術語。") == 1
    )
    rows = client.get(f"{API}/glossary/?q=租户").json()["results"]
    assert [(row["number"], row["note"]) for row in rows] == [(198, "運維用語，屏幕上稱單位空間。")]
    assert len(client.get(f"{API}/glossary/").json()["results"]) == 208
    assert [term.number for term in found("Countersign")] == [128]
