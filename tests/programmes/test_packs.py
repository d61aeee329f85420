"""A plan pack says what its plan says, and is written as it was read."""

import dataclasses
import json
from collections import Counter
from datetime import date
from difflib import ndiff

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programmes.packs import vocabulary
from programmes.packs.format import Pack, RuleSpec
from programmes.packs.problems import PackError
from programmes.packs.reading import SHIPPED, pack_from, read, rule_from, shipped_text
from programmes.packs.shapes import day_named, filled, month_named, month_number, one_line
from programmes.packs.writing import dump, plain, sentences
from tests.programmes.small_pack import SMALL

PACKS = {pack_id: read(shipped_text(pack_id)) for pack_id in SHIPPED}
SWITCHED_ON = {
    "plan1": [
        "group_plan",
        "unit_rules",
        "progress_report",
        "unit_leading_group",
        "unit_office",
        "unit_plan",
        "topics",
        "popularisation_course",
        "facilitators_course",
        "promoters_seminar",
        "special_survey",
        "survey_report",
        "exchange_meeting",
        "solution_report",
        "solution_review",
        "monthly_information",
    ],
    "plan2": [
        "bureau_plan",
        "leading_group",
        "office",
        "launch",
        "skills_training",
        "topics",
        "team_list",
        "seven_systems",
        "group_analysis",
        "project_plan",
        "project_plan_filing",
        "solution",
        "plan_review",
        "research",
        "project_seminars",
        "sub_project_seminars",
        "training_plan",
        "status_report",
        "appraisal",
        "commendation",
        "monthly_information",
    ],
    "plan3": [
        "region_plan",
        "unit_plan",
        "promoters_seminar",
        "study_visit",
        "summary_meeting",
        "topics",
        "solution",
        "region_leading_group",
        "region_promotion_team",
        "region_office",
        "unit_leading_group",
        "unit_promotion_team",
        "unit_office",
        "three_systems",
    ],
    "plan4": [
        "union_plan",
        "topic_plan",
        "leading_group",
        "mobilisation",
        "team_list",
        "group_analysis",
        "plan_filing",
        "review",
        "appraisal",
        "commendation",
    ],
    "plan5": [],
    "organs": [
        "topics",
        "training",
        "seminars",
        "solution",
        "summary",
        "unit_leading_group",
        "unit_office",
        "monthly_information",
    ],
}
FIVE = tuple(pack_id for pack_id in SHIPPED if pack_id != "organs")
"""The plans whose sentences the catalogue numbers; the template of today has none of its own there."""


def rule_of(pack_id: str, key: str) -> RuleSpec:
    return next(rule for rule in PACKS[pack_id].rules if rule.key == key)


def changed_lines(before: str, after: str) -> list[str]:
    lines = ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line.startswith(("+ ", "- "))]


def with_rule(pack: Pack, key: str, **changes: object) -> Pack:
    clauses = tuple(
        dataclasses.replace(
            clause,
            rules=tuple(
                dataclasses.replace(rule, **changes) if rule.key == key else rule
                for rule in clause.rules
            ),
        )
        for clause in pack.clauses
    )
    return dataclasses.replace(pack, clauses=clauses)


@pytest.mark.parametrize("pack_id", SHIPPED)
def test_a_shipped_pack_is_canonical(pack_id):
    assert PACKS[pack_id].id == pack_id
    assert dump(PACKS[pack_id]) == shipped_text(pack_id)


@pytest.mark.parametrize("pack_id", SHIPPED)
def test_a_pack_survives_tables(pack_id):
    stored = json.loads(json.dumps(plain(PACKS[pack_id])))

    assert pack_from(stored) == PACKS[pack_id]


def test_a_pack_not_yet_canonical_is_settled_by_one_writing():
    text = dump(
        read("# by hand\n" + SMALL.replace("text: 一、步骤", "text: |\n      一、\n      步骤\n"))
    )

    assert "by hand" not in text
    assert dump(read(text)) == text
    assert read(text).clauses[0].text == "一、步骤"


@pytest.mark.parametrize(("pack_id", "part"), [(pack_id, int(pack_id[-1])) for pack_id in FIVE])
def test_every_rule_of_the_plan_is_cited_once_and_no_other(pack_id, part):
    cited = Counter(rule for clause in PACKS[pack_id].clauses for rule in clause.cites)
    rules = {id_ for id_ in vocabulary.RULE_IDS if id_.startswith(f"P{part}-")}

    assert cited == dict.fromkeys(rules, 1)


@pytest.mark.parametrize("pack_id", SHIPPED)
def test_what_cannot_be_received_yet_is_switched_off_and_says_so(pack_id):
    rules = PACKS[pack_id].rules

    assert [rule.key for rule in rules if rule.enabled] == SWITCHED_ON[pack_id]
    assert all(rule.note for rule in rules if not rule.enabled)


def test_a_rule_that_waits_for_what_nobody_does_is_refused_with_its_line():
    text = shipped_text("plan2")
    at = text.index("key: rectification")
    off = text.index("        enabled: false\n", at)
    switched_on = text[:off] + text[text.index("        kind:", off) :]

    with pytest.raises(PackError) as refused:
        read(switched_on)

    (problem,) = refused.value.errors
    assert switched_on.splitlines()[problem.line - 1].strip() == "after: appraisal_held"
    assert problem.message == (
        "no act of the product sets off “appraisal_held” yet: leave the rule switched off"
    )


@pytest.mark.parametrize("pack_id", FIVE)
def test_every_duty_names_the_sentence_of_the_catalogue(pack_id):
    assert [rule.key for rule in PACKS[pack_id].rules if not rule.cites] == []


@pytest.mark.parametrize("pack_id", SHIPPED)
def test_clauses_are_written_for_any_year_and_name_nobody(pack_id):
    text = shipped_text(pack_id)

    assert "20XX" not in text
    assert "name]" not in text
    assert all(clause.gloss and clause.text for clause in PACKS[pack_id].clauses)


@pytest.mark.parametrize("pack_id", SHIPPED)
def test_chinese_is_punctuated_full_width_and_not_escaped(pack_id):
    for clause in PACKS[pack_id].clauses:
        assert not set(",;:!?()") & set(clause.text + (clause.reading or "")), clause.key
    assert "\\u" not in shipped_text(pack_id)


def test_the_monthly_item_of_part_one():
    rule = rule_of("plan1", "monthly_information")

    assert (rule.min, rule.max, rule.day, rule.first_month) == (1, 2, "end", "year-06")
    assert (rule.nil, rule.recipient, rule.cites) == (False, "supervising_office", ("P1-51",))


def test_the_monthly_item_of_part_two():
    rule = rule_of("plan2", "monthly_information")

    assert (rule.min, rule.max, rule.day, rule.inclusive) == (1, None, 25, True)
    assert (rule.day_policy, rule.first_month, rule.nil) == ("keep", "year-06", False)


def test_plan_three_runs_over_two_years_and_has_its_seminars_every_three_months():
    rule = rule_of("plan3", "promoters_seminar")

    assert (PACKS["plan3"].period.from_, PACKS["plan3"].period.to) == ("year-05", "year+1-07")
    assert (rule.every, rule.total, rule.anchor) == (3, 5, "year-05")


def test_plan_four_asks_for_no_month_and_plan_five_for_nothing():
    assert [rule.key for rule in PACKS["plan4"].rules if rule.kind == "monthly"] == []
    assert PACKS["plan5"].rules == ()
    assert PACKS["plan5"].parent_plan == "plan3"


def test_every_pack_says_the_way_of_its_topics_and_why():
    for name, pack in PACKS.items():
        topic = next(paper for paper in pack.papers if paper.kind == "topic")
        assert topic.reading
        drawn = [row.key for row in topic.sections]
        assert [key for key in drawn if key != "year_task"][:2] == ["subject", "background"]
        assert ("year_task" in drawn) == (name == "plan4")  # P4-13
    (only,) = PACKS["plan5"].papers
    assert [(step.kind, step.by, step.together) for step in only.steps] == [
        ("check", "supervising_office", "any")
    ]
    assert "现存文本止于指导思想" in str(only.reading)


def test_the_template_of_today_has_four_focuses_eight_steps_and_three_guarantees():
    clauses = [clause for clause in PACKS["organs"].clauses if clause.kind == "paragraph"]

    counted = Counter(clause.key.split(".")[0] for clause in clauses)
    assert (counted["2"], counted["3"], counted["4"]) == (4, 8, 3)
    from_the_notice = {
        clause.key
        for clause in PACKS["organs"].clauses
        if (clause.reading or "").startswith("通知规定")
    }
    assert from_the_notice == {"0", "1.2", "2", "3", "4"}
    for clause in clauses:
        if any(rule.enabled for rule in clause.rules):
            assert (clause.reading or "").startswith("机关惯例")


def test_a_rule_takes_reminders_and_ladder_from_its_pack():
    for rule in PACKS["plan2"].settled_rules():
        assert rule.remind == (3, 1, 0)
        assert [(rung.after, rung.to) for rung in rule.ladder or ()] == [
            (1, "unit_office"),
            (3, "unit_leader"),
            (5, "supervising_office"),
            (10, "supervising_promotion_team"),
        ]


def test_a_rule_keeps_its_own_ladder():
    monthly, formed, _ = read(SMALL).settled_rules()

    assert [rung.to for rung in monthly.ladder or ()] == ["liaison", "unit_leader"]
    assert (monthly.remind, formed.remind) == ((5, 1), (3, 0))


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"day": 20}, ["-         day: 25", "+         day: 20"]),
        ({"max": 3}, ["+         max: 3"]),
        ({"nil": True}, ["+         nil: true"]),
        ({"ladder": ()}, ["+         ladder: []"]),
        ({"remind": (5, 1)}, ["+         remind: [5, 1]"]),
        ({"title": "每月信息"}, ["-         title: 月度行动学习信息", "+         title: 每月信息"]),
        ({"enabled": False, "note": "停"}, ["+         enabled: false", "+         note: 停"]),
    ],
)
def test_one_thing_changed_in_a_rule_is_one_line_changed(changes, lines):
    after = dump(with_rule(PACKS["plan2"], "monthly_information", **changes))

    assert changed_lines(shipped_text("plan2"), after) == lines
    assert dump(read(after)) == after


def test_one_sentence_changed_is_one_line_changed():
    before = shipped_text("plan2")
    after = before.replace("项目每月至少召开核心学员研讨会1次", "项目每月召开核心学员研讨会1次")

    assert dump(read(after)) == after
    assert len(changed_lines(before, after)) == 2


def test_a_rule_alone_is_checked_against_its_pack():
    rule = rule_of("plan2", "project_seminars")
    data = plain(rule)

    assert rule_from(data, PACKS["plan2"]) == rule
    with pytest.raises(PackError, match="projects are only 3 deep"):
        rule_from({**data, "project_level": 4}, PACKS["plan2"])


def test_a_problem_is_worded_in_the_readers_language(monkeypatch):
    chinese = {"“%(key)s” is given twice here": "“%(key)s”在此重复"}
    monkeypatch.setattr("programmes.packs.problems.gettext", lambda text: chinese.get(text, text))

    with pytest.raises(PackError) as caught:
        read(SMALL.replace("id: small", "id: small\nid: other"))
    (problem,) = caught.value.errors

    assert (problem.message, problem.worded()) == ("“id” is given twice here", "“id”在此重复")


@pytest.mark.parametrize("what", [object(), {"a": {1, 2}}, b"format: 1"])
def test_only_plain_data_becomes_a_pack(what):
    with pytest.raises(TypeError):
        pack_from(what)


def test_only_our_own_packs_are_shipped():
    with pytest.raises(KeyError):
        shipped_text("../plan1")


def test_months_and_days_of_the_programmes_year():
    assert month_named("year-05", 2026) == "2026-05"
    assert month_named("year+1-07", 2026) == "2027-07"
    assert day_named("year-05-31", 2026) == date(2026, 5, 31)
    assert day_named("year+1-02-end", 2026) == "2027-02"
    assert (month_number("year-05-end"), month_number("year+1-07")) == (5, 19)
    assert filled("{year}年5月至{year+1}年7月", 2026) == "2026年5月至2027年7月"


@pytest.mark.parametrize("read_as", [month_named, day_named])
def test_a_calendar_month_is_not_a_month_of_a_pack(read_as):
    with pytest.raises(ValueError, match="2026-05"):
        read_as("2026-05", 2026)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("定课题。报名单；建小组。", ["定课题。", "报名单；", "建小组。"]),
        ("他说“好。”然后走了。", ["他说“好。”", "然后走了。"]),
        ("First this. Then that; and more.", ["First this.", "Then that;", "and more."]),
        ("1. Goals", ["1. Goals"]),
        ("See “one”. “Two” follows.", ["See “one”. “Two” follows."]),
        ("报送。A", ["报送。", "A"]),
        ("end. 中文", ["end. 中文"]),
    ],
)
def test_sentences_are_cut_where_they_can_be_joined_again(text, lines):
    assert sentences(text) == lines
    assert one_line("\n".join(lines)) == text


WORDS = st.text(
    st.sampled_from(
        "中文学习。；！？，：“”（）{}[]abc 019.;:!?#&*|>-'\"%@`,~=yesno\\\u3000é𠮷\u200d"
    )
    | st.characters(exclude_categories=("Cs", "Cc")),
    min_size=1,
    max_size=60,
).filter(lambda text: one_line(text) and "20XX" not in text and not {"{", "}"} & set(text))


@settings(max_examples=150, deadline=None)
@given(WORDS, WORDS)
def test_any_words_come_back_as_they_were(title, prose):
    pack = dataclasses.replace(
        read(SMALL), title=one_line(title), parent_documents=(one_line(prose),)
    )
    first, *others = pack.clauses
    clause = dataclasses.replace(first, text=one_line(prose), gloss=one_line(title))
    post = dataclasses.replace(pack.bodies[0].posts[0], title=one_line(title))
    body = dataclasses.replace(pack.bodies[0], posts=(post,))
    pack = dataclasses.replace(pack, clauses=(clause, *others), bodies=(body, *pack.bodies[1:]))

    assert read(dump(pack)) == pack
    assert dump(read(dump(pack))) == dump(pack)
