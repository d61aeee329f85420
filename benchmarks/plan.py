"""The plan that proofs and benchmarks run on: one item a month, by the 25th, with its ladder."""

_HEAD = """\
format: 1
id: proof
title: 演练方案
title_en: A plan for proofs
level: county
period: {from: year-08, to: %(to)s}
labels: {topic: 课题, levels: [课题], facilitator: 促进师, office: 行动办, learner: 学员}
phases:
  - {key: work, name: 实施, name_en: Work, from: year-08, to: %(to)s}
team:
  size_min: 6
  size_max: 10
  facilitator_counts_in_size: true
  facilitators_min: 1
  facilitators_max: 2
  roles:
    - {role: member, name: 成员}
    - {role: facilitator, name: 促进师, required: true, min: 1, max: 2}
topics: {min: 1, max: 2, max_depth: 1, duration_warn_min: 3, duration_warn_max: 6, duration_hard_max: 12}
notices:
  remind: [5, 1, 0]
  ladder:
    - {after: 3, to: supervising_promotion_team, template: escalation}
    - {after: 4, to: unit_leader, template: escalation}
papers:
  - kind: system_document
    name: 制度
    name_en: Regulation
    about: unit
    sections:
      - {key: text, name: 正文, name_en: Text}
    steps:
      - {kind: confirm, by: supervising_leading_group}
clauses:
  - key: "1"
    text: 各单位每月25日前报送一条信息。
    gloss: Every unit sends one item by the 25th of each month.
    rules:
      - key: monthly
        title: 月度信息
        title_en: Monthly item
        kind: monthly
        owed_by: unit
        deliverable: information_item
        min: 1
        day: 25
"""


def plan_text(until: str = "year-08") -> str:
    """From August to the month `until`."""
    return _HEAD % {"to": until}
