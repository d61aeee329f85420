"""A broken pack is refused with the line and in plain words, and with everything at once."""

import pytest

from programmes.packs.problems import PackError
from programmes.packs.reading import read
from tests.programmes.small_pack import SMALL

CASES = [
    # (what stands there, what stands there instead, line, path, message)
    ("id: small\n", "", 1, "", "“id” is missing"),
    ("format: 1", "format: 2", 1, "format", "a whole number from 1 to 1 is expected here"),
    ("id: small", "id: Small", 2, "id", "a name such as plan2 is expected here"),
    ("level: county", "level: village", 5, "level", "“village” is not one of: region, city, county, county_department, city_organisation, enterprise_group"),
    ("title: 小方案", "titel: 小方案", 3, "titel", "“titel” is not known here; did you mean “title”?"),
    ("title: 小方案", "title: 2026", 3, "title", "text is expected here; put numbers and true/false in quotes"),
    ("title: 小方案", "title: ''", 3, "title", "it is empty"),
    ("title: 小方案", "title: 小方案{jahr}", 3, "title", "“{jahr}” is no placeholder: only {year} and {year+1} are"),
    ("title: 小方案", "title: 20XX年方案", 3, "title", "the year is written {year}, not 20XX"),
    ("title: 小方案", "title: !secret 小方案", 3, "", "“!secret” tags have no place here"),
    ("title: 小方案", "title: " + "长" * 121, 3, "title", "it has 121 characters, and 120 are allowed"),
    ("title: 小方案", 'title: "小\\0方案"', 3, "title", "it holds characters that cannot be printed"),
    ("id: small", "id: small\nid: other", 3, "", "“id” is given twice here"),
    ("id: small", "id: [small", 3, "", "this is not YAML: look at the brackets, quotes and indents up to here"),
    ("from: year-05\n", "from: 2026-05\n", 8, "period.from", "a month such as year-05 or year+1-07 is expected here"),
    ("to: year+1-07\n\nl", "to: year-04\n\nl", 9, "period.to", "it ends in year-04, before it begins in year-05"),
    ("[课题, 子课题]", "[课题]", 13, "labels.levels", "1 names for a depth of 2"),
    ("[课题, 子课题]", "课题", 13, "labels.levels", "a list is expected here"),
    ("to: year+1-07}", "to: year-06}", 20, "phases[work].to", "it ends in year-06, before it begins in year-07"),
    ("from: year-05, to: year-06", "from: year-08, to: year-08", 20, "phases[work].from", "phases are listed in order, and this one is early"),
    ("to: year+1-07}", "to: year+1-08}", 20, "phases[work].to", "year+1-08 lies outside the programme (year-05 to year+1-07)"),
    ("from: year-05, to: year-06", "from: year-05", 19, "phases[start]", "a phase has both its first and its last month, or neither"),
    (", from: year-07, to: year+1-07}", "}", 110, "clauses[1.1].rules[seminars].phase", "the phase “work” has no months: say “from” and “to” there"),
    ("labels:\n", "parent_plan: other\nlabels:\n", 11, "parent_plan", "its paper is to be named in “parent_documents”, too"),
    ("labels:\n", "parent_documents:\n  - 通知\nparent_plan: small\nlabels:\n", 13, "parent_plan", "a plan is not its own parent"),
    ("size_max: 10", "size_max: 5", 24, "team.size_max", "“size_max” (5) is below “size_min” (6)"),
    ("in_size: true", "in_size: yes", 25, "team.facilitator_counts_in_size", "true or false is expected here"),
    ("role: member", "role: monitor", 29, "team.roles[monitor].role", "“monitor” is not one of: convener, project_leader, team_leader, liaison, study_committee, presenter, core_learner, member, facilitator, observer"),
    ("role: member, name: 成员", "role: member, name: 成员, leading_post: block", 29, "team.roles[member].leading_post", "a leading post is asked of conveners only"),
    ("role: member", "role: facilitator", 30, "team.roles[facilitator].role", "“facilitator” was already used on line 29"),
    ("required: true, min: 1", "required: true", 30, "team.roles[facilitator].required", "a required role has a “min” of at least 1"),
    ("{role: facilitator, name: 催化师", "{role: observer, name: 催化师", 26, "team.facilitators_min", "facilitators are asked for, and “roles” offers none"),
    ("duration_hard_max: 12", "duration_hard_max: 5", 38, "topics.duration_hard_max", "“duration_hard_max” (5) is below “duration_warn_max” (6)"),
    ("duration_hard_max: 12", "duration_hard_max: 12\n  units_min: 0", 39, "topics.units_min", "a whole number from 1 to 999 is expected here"),
    ("topics:\n  min: 1", "topics:\n  min: 3", 34, "topics.max", "“max” (2) is below “min” (3)"),
    ("clerks\n    kind: executive_office\n    level: unit\n    name: 执行办\n    name_en: Office\n    secretariat_of: [leaders]", "leaders\n    kind: executive_office\n    level: unit\n    name: 执行办\n    name_en: Office", 49, "bodies[leaders].key", "“leaders” was already used on line 41"),
    ("of: [leaders]", "of: [nobody]", 54, "bodies[clerks].secretariat_of", "“nobody” is no other body of this pack"),
    ("rank: 2, seats", "rank: 1, seats", 48, "bodies[leaders].posts[leading_group_member].rank", "posts are listed by rank, each rank once"),
    ("role: leading_group_leader", "role: king", 47, "bodies[leaders].posts[king].role", "“king” is not one of: office_director, office_staff, leading_group_leader, leading_group_member, promotion_team_leader, promotion_team_member, liaison, information_officer"),
    ("remind: [3, 0]", "remind: [0, 3]", 58, "notices.remind", "reminders are listed from the earliest to the due day, each once"),
    ("to: unit_office", "to: mayor", 60, "notices.ladder[#1].to", "“mayor” is not one of: liaison, unit_office, unit_leader, supervising_office, supervising_leading_group, supervising_promotion_team"),
    ("{after: 5, to: supervising_office", "{after: 1, to: unit_office", 61, "notices.ladder[#2].to", "the same post would be told twice on one day"),
    ("    level: 1\n", "", 64, "clauses[1]", "a heading needs a “level” from 1 to 4"),
    ('key: "1.1"', "key: 1.1", 70, "clauses[#2].key", 'a name such as "4.7" is expected here'),
    ('key: "1.1"', 'key: "1"', 70, "clauses[1].key", "“1” was already used on line 64"),
    ('key: "1.1"', 'key: "1.1"\n    level: 2', 71, "clauses[1.1].level", "only a heading has a level"),
    ('key: "1.1"', 'key: "1.1"\n    kind: heading\n    level: 2', 79, "clauses[1.1].rules", "a heading lays nothing down; give it a paragraph"),
    ("[P3-01, P3-02]", "[P3-01, P3-2]", 76, "clauses[1.1].cites[#2]", "a name such as P2-83 is expected here"),
    ("[P3-01, P3-02]", "[P3-01, P3-51]", 76, "clauses[1.1].cites", "the five plans have no rule P3-51"),
    ("[P3-01, P3-02]", "[P3-01, P3-01]", 76, "clauses[1.1].cites", "a rule is cited twice"),
    ("cites: [P3-01]", "cites: [P3-03]", 81, "clauses[1.1].rules[monthly].cites", "its clause does not cite P3-03"),
    ("kind: monthly", "kind: weekly", 82, "clauses[1.1].rules[monthly].kind", "“weekly” is not one of: once, monthly, window, series, milestone, event, standing"),
    ("max: 2\n        day", "max: 0\n        day", 86, "clauses[1.1].rules[monthly].max", "a whole number from 1 to 999 is expected here"),
    ("min: 1\n        max", "min: 4\n        max", 86, "clauses[1.1].rules[monthly].max", "“max” (2) is below “min” (4)"),
    ("        day: 25\n", "", 78, "clauses[1.1].rules[monthly]", "a monthly rule needs: day"),
    ("day: 25", "day: 31", 87, "clauses[1.1].rules[monthly].day", "not every month has a day 31: write “end”, or add “clamp: true”"),
    ("day: 25", "day: 32", 87, "clauses[1.1].rules[monthly].day", "a day from 1 to 31, or “end” for the month's end, is expected here"),
    ("day: 25", "day: end\n        clamp: true", 88, "clauses[1.1].rules[monthly].clamp", "“clamp” is for the days 29 to 31"),
    ("day: 25", "day: 1\n        inclusive: false", 87, "clauses[1.1].rules[monthly].day", "“before the 1st” leaves no day of the month: name the month before"),
    ("day: 25", "day: 25\n        day_policy: later", 88, "clauses[1.1].rules[monthly].day_policy", "“later” is not one of: keep, previous, next"),
    ("day: 25", "day: 25\n        first_month: year-04", 88, "clauses[1.1].rules[monthly].first_month", "year-04 lies outside the programme (year-05 to year+1-07)"),
    ("day: 25", "day: 25\n        by: year-06-end", 88, "clauses[1.1].rules[monthly].by", "“by” means nothing to a monthly rule"),
    ("day: 25", "day: 25\n        grace_days: 5\n        closes_after_days: 4", 89, "clauses[1.1].rules[monthly].closes_after_days", "it would close before the grace days end"),
    ("day: 25", "day: 25\n        closes_after_days: 4\n        closes_after_months: 1", 89, "clauses[1.1].rules[monthly].closes_after_months", "closing is given in days or in months, not in both"),
    ("{after: 4, to: unit_leader", "{after: 1, to: unit_leader", 92, "clauses[1.1].rules[monthly].ladder[#2].after", "the ladder goes down: a later step comes sooner"),
    ("key: formed", "key: monthly", 93, "clauses[1.1].rules[monthly].key", "“monthly” was already used on line 78"),
    ("body: leaders", "body: nobody", 99, "clauses[1.1].rules[formed].body", "the pack has no body “nobody”"),
    ("deliverable: body", "deliverable: topic", 99, "clauses[1.1].rules[formed].body", "“body” names the template where the deliverable is a body, and only there"),
    ("working_days: 10", "by: year-02-30", 100, "clauses[1.1].rules[formed].by", "that month has 28 days; its end is written “end”"),
    ("working_days: 10", "by: end of May", 100, "clauses[1.1].rules[formed].by", "a day such as year-05-25 or year-05-end is expected here"),
    ("working_days: 10", "working_days: 10\n        nil: true", 101, "clauses[1.1].rules[formed].nil", "only a counted duty can be answered with nil"),
    ("working_days: 10", "working_days: 10\n        project_level: 1", 101, "clauses[1.1].rules[formed].project_level", "only a duty of projects has a “project_level”"),
    ("        note: 稍后开启。\n", "", 104, "clauses[1.1].rules[seminars].enabled", "a rule that is switched off says why in “note”"),
    ("project_level: 2", "project_level: 3", 108, "clauses[1.1].rules[seminars].project_level", "projects are only 2 deep"),
    ("phase: work", "phase: rest", 110, "clauses[1.1].rules[seminars].phase", "the pack has no phase “rest”"),
    ("phase: work", "from: year-09", 101, "clauses[1.1].rules[seminars]", "a window rule needs: from + to | phase"),
    ("phase: work", "from: year-09\n        to: year-08", 111, "clauses[1.1].rules[seminars].to", "it ends in year-08, before it begins in year-09"),
    ("[leaders]", "[*leaders]", 54, "", "this is not YAML: look at the brackets, quotes and indents up to here"),
]  # fmt: skip


def problems(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(PackError) as caught:
        read(text)
    return [(problem.line, problem.path, problem.message) for problem in caught.value.errors]


@pytest.mark.parametrize(("old", "new", "line", "path", "message"), CASES)
def test_one_mistake_is_told_once_with_its_line(old, new, line, path, message):
    assert SMALL.count(old) >= 1

    assert problems(SMALL.replace(old, new, 1)) == [(line, path, message)]


PROPOSAL = """
papers:
  - kind: topic_proposal
    name: 备选课题建议
    name_en: Candidates
    about: unit
    steps:
      - {kind: decide, by: own_leading_group, together: %s}
"""


@pytest.mark.parametrize("together", ["all", "in_order"])
def test_candidates_are_decided_on_by_one_voice(together: str) -> None:
    text = SMALL + PROPOSAL % together

    (problem,) = problems(text)

    assert problem == (
        text.count("\n"),
        "papers[#1].steps[#1].together",
        "one member says which candidates are chosen: write head or any here",
    )


@pytest.mark.parametrize("together", ["head", "any"])
def test_the_head_or_any_member_decides_on_candidates(together: str) -> None:
    assert read(SMALL + PROPOSAL % together).papers[0].steps[0].together == together


def test_candidates_are_decided_on_once() -> None:
    text = SMALL + PROPOSAL % "head" + "      - {kind: decide, by: supervising_leading_group}\n"

    (problem,) = problems(text)

    assert problem[1:] == (
        "papers[#1].steps[#2].kind",
        "the candidates are decided on once: name one step “decide” only",
    )


def test_an_answer_is_asked_for_in_both_languages() -> None:
    text = SMALL + PROPOSAL % "head, answer: 何时落实"

    (problem,) = problems(text)

    assert problem[1:] == ("papers[#1].steps[#1]", "“answer” and “answer_en” go together")


def test_other_papers_are_decided_on_by_several_members() -> None:
    text = (SMALL + PROPOSAL % "all").replace("kind: topic_proposal", "kind: implementation_plan")

    assert read(text).papers[0].steps[0].together == "all"


@pytest.mark.parametrize("text", ["", "   \n", "# only a comment\n", "~", "- a\n", "word", "3"])
def test_what_is_no_mapping_is_no_pack(text):
    (problem,) = problems(text)

    assert problem[0] == 1
    assert problem[2].startswith("named values are expected here: format, id, title")


def test_an_alias_is_refused_where_it_stands():
    text = SMALL.replace("name: 领导小组", "name: &n 领导小组").replace("name: 执行办", "name: *n")

    assert (52, "", "a pack repeats itself in full: no * aliases") in problems(text)


def test_aliases_that_multiply_cost_nothing():
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(20)
    )

    assert len(problems(bomb)) > 180


def test_a_list_where_a_name_belongs():
    assert problems("? [a]\n: 1\n" + SMALL) == [(1, "", "a name is expected before the colon")]


def test_a_text_without_end_is_not_even_parsed():
    (problem,) = problems("#" * 200_001)

    assert problem == (1, "", "the file is longer than 200000 characters")


def test_a_text_of_too_many_parts_is_given_up_early():
    (problem,) = problems("a: [\n" + "x,\n" * 30_000 + "]")

    assert problem == (19_999, "", "the file holds more than 20000 names and values")


def test_every_mistake_is_found_at_once_in_the_order_of_the_lines():
    text = SMALL
    for old, new in (
        ("phase: work", "phase: rest"),
        ("day: 25", "day: 31"),
        ("level: county", "level: village"),
        ("size_max: 10", "size_max: 5"),
        ("title: 信息", "titel: 信息"),
    ):
        text = text.replace(old, new, 1)

    assert [line for line, _, _ in problems(text)] == [5, 24, 79, 87, 110]


def test_the_error_reads_as_a_list_of_lines():
    with pytest.raises(PackError, match=r"^5: level: “village” is not one of"):
        read(SMALL.replace("level: county", "level: village"))
