"""The shortest pack that uses every part of the format; tests break it in one place at a time."""

SMALL = """\
format: 1
id: small
title: 小方案
title_en: A small plan
level: county

period:
  from: year-05
  to: year+1-07

labels:
  topic: 课题
  levels: [课题, 子课题]
  facilitator: 催化师
  office: 行动办
  learner: 学员

phases:
  - {key: start, name: 启动, name_en: Start, from: year-05, to: year-06}
  - {key: work, name: 实施, name_en: Work, from: year-07, to: year+1-07}

team:
  size_min: 6
  size_max: 10
  facilitator_counts_in_size: true
  facilitators_min: 1
  facilitators_max: 2
  roles:
    - {role: member, name: 成员}
    - {role: facilitator, name: 催化师, required: true, min: 1, max: 2}

topics:
  min: 1
  max: 2
  max_depth: 2
  duration_warn_min: 3
  duration_warn_max: 6
  duration_hard_max: 12

bodies:
  - key: leaders
    kind: leading_group
    level: unit
    name: 领导小组
    name_en: Leading group
    posts:
      - {title: 组长, rank: 1, role: leading_group_leader}
      - {title: 成员, rank: 2, seats: 4, role: leading_group_member}
  - key: clerks
    kind: executive_office
    level: unit
    name: 执行办
    name_en: Office
    secretariat_of: [leaders]
    posts: []

notices:
  remind: [3, 0]
  ladder:
    - {after: 1, to: unit_office, template: overdue}
    - {after: 5, to: supervising_office, template: escalation}

clauses:
  - key: "1"
    kind: heading
    level: 1
    text: 一、步骤
    gloss: Steps

  - key: "1.1"
    text: |-
      各单位每月报送信息。
      {year}年起执行。
    gloss: Every unit submits items each month.
    reading: 月底前报送。
    cites: [P3-01, P3-02]
    rules:
      - key: monthly
        title: 信息
        title_en: Items
        cites: [P3-01]
        kind: monthly
        owed_by: unit
        deliverable: information_item
        min: 1
        max: 2
        day: 25
        nil: true
        remind: [5, 1]
        ladder:
          - {after: 2, to: liaison, template: overdue}
          - {after: 4, to: unit_leader, template: escalation}
      - key: formed
        title: 机构
        title_en: Body
        kind: standing
        owed_by: unit
        deliverable: body
        body: leaders
        working_days: 10
      - key: seminars
        title: 研讨
        title_en: Seminars
        enabled: false
        note: 稍后开启。
        kind: window
        owed_by: project
        project_level: 2
        deliverable: seminar
        phase: work
"""
