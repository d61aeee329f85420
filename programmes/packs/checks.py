"""What must fit together in a pack, once each value by itself is in order.

A value that could not be read is None here, and nothing is said about it a second time.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from programmes.packs.format import BodyTemplate, ClauseSpec, Pack, PaperSpec
from programmes.packs.problems import Place, gettext_noop
from programmes.packs.rule_checks import (
    Surroundings,
    check_notices,
    check_rule,
    check_span,
)
from programmes.packs.shapes import month_number
from programmes.packs.vocabulary import RULE_IDS, STEP_BODIES

PROPOSAL, DECIDE = "topic_proposal", "decide"
SEVERAL_SPEAK = ("all", "in_order")
LISTS = (
    "information",
    "systems",
    "agenda",
    "methods",
    "modes",
    "training_contents",
    "channels",
    "means",
    "awards",
    "phases",
    "bodies",
)


def check_pack(pack: Pack, place: Place) -> None:
    for name in LISTS:
        _only_once((row.key, at) for row, at in _rows(getattr(pack, name), place.child(name)))
    check_span(pack.period, place.child("period"))
    _check_parent(pack, place)
    _check_phases(pack, place.child("phases"))
    _check_team(pack, place.child("team"))
    _check_topics(pack, place)
    for body, at in _rows(pack.bodies, place.child("bodies")):
        _check_body(body, pack, at)
    _check_papers(pack, place.child("papers"))
    if pack.notices is not None:
        check_notices(pack.notices, place.child("notices"))
    _check_clauses(pack, place.child("clauses"))


def _rows(values: tuple[Any, ...] | None, place: Place) -> Iterator[tuple[Any, Place]]:
    """Each row that could be read, with its place."""
    for row, at in zip(values or (), place.items(), strict=False):
        if row is not None:
            yield row, at


def _only_once(named: Iterable[tuple[str | None, Place]], key: str = "key") -> None:
    first: dict[str, int] = {}
    for name, place in named:
        if name is None:
            continue
        at = place.child(key)
        if name in first:
            at.say(
                gettext_noop("“%(name)s” was already used on line %(line)s"),
                name=name,
                line=first[name],
            )
        first.setdefault(name, at.node.line)


def _check_order(value: Any, place: Place, low: str, high: str) -> None:
    least, most = getattr(value, low), getattr(value, high)
    if least is not None and most is not None and least > most:
        place.child(high).say(
            gettext_noop("“%(high)s” (%(most)s) is below “%(low)s” (%(least)s)"),
            high=high,
            most=most,
            low=low,
            least=least,
        )


def _check_parent(pack: Pack, place: Place) -> None:
    at = place.child("parent_plan")
    if pack.parent_plan is None:
        return
    if pack.parent_plan == pack.id:
        at.say(gettext_noop("a plan is not its own parent"))
    if not place.has("parent_documents"):
        at.say(gettext_noop("its paper is to be named in “parent_documents”, too"))


def _check_phases(pack: Pack, place: Place) -> None:
    reached = 0
    for phase, at in _rows(pack.phases, place):
        check_span(phase, at)
        if at.has("from") != at.has("to"):
            at.say(gettext_noop("a phase has both its first and its last month, or neither"))
        if phase.from_ is None or phase.to is None:
            continue
        if month_number(phase.from_) < reached:
            at.child("from").say(gettext_noop("phases are listed in order, and this one is early"))
        reached = month_number(phase.from_)
        for key, month in (("from", phase.from_), ("to", phase.to)):
            Surroundings.of(pack).check_inside(month, at.child(key))


def _check_team(pack: Pack, place: Place) -> None:
    if pack.team is None:
        return
    _check_order(pack.team, place, "size_min", "size_max")
    _check_order(pack.team, place, "facilitators_min", "facilitators_max")
    roles = place.child("roles")
    _only_once(((row.role, at) for row, at in _rows(pack.team.roles, roles)), key="role")
    for row, at in _rows(pack.team.roles, roles):
        _check_order(row, at, "min", "max")
        if row.required and row.min == 0:
            at.child("required").say(gettext_noop("a required role has a “min” of at least 1"))
        if row.leading_post and row.role != "convener":
            at.child("leading_post").say(gettext_noop("a leading post is asked of conveners only"))
    offered = {row.role for row, _ in _rows(pack.team.roles, roles)}
    if pack.team.facilitators_min and "facilitator" not in offered:
        place.child("facilitators_min").say(
            gettext_noop("facilitators are asked for, and “roles” offers none")
        )


def _check_topics(pack: Pack, place: Place) -> None:
    if pack.topics is None:
        return
    topics = place.child("topics")
    for low, high in (
        ("min", "max"),
        ("duration_warn_min", "duration_warn_max"),
        ("duration_warn_max", "duration_hard_max"),
    ):
        _check_order(pack.topics, topics, low, high)
    _only_once((row.key, at) for row, at in _rows(pack.topics.criteria, topics.child("criteria")))
    levels = pack.labels and pack.labels.levels
    if levels and pack.topics.max_depth and len(levels) != pack.topics.max_depth:
        place.child("labels").child("levels").say(
            gettext_noop("%(count)s names for a depth of %(depth)s"),
            count=len(levels),
            depth=pack.topics.max_depth,
        )


def _check_body(body: BodyTemplate, pack: Pack, place: Place) -> None:
    at_level = {row.key: row.level for row in pack.bodies if row is not None}
    for served in body.secretariat_of or ():
        at = place.child("secretariat_of")
        if served not in at_level or served == body.key:
            at.say(gettext_noop("“%(name)s” is no other body of this pack"), name=served)
        elif at_level[served] != body.level:
            at.say(gettext_noop("“%(name)s” sits at another level"), name=served)
    rank = 0
    for post, at in _rows(body.posts, place.child("posts")):
        if post.rank is not None and post.rank <= rank:
            at.child("rank").say(gettext_noop("posts are listed by rank, each rank once"))
        rank = post.rank or rank


def _check_papers(pack: Pack, place: Place) -> None:
    _only_once(((row.kind, at) for row, at in _rows(pack.papers, place)), key="kind")
    cited = {rule for row in pack.clauses or () if row is not None for rule in row.cites or ()}
    bodies = {row.key for row in pack.bodies or () if row is not None}
    for paper, at in _rows(pack.papers, place):
        parts = [
            (row.key, here)
            for name in ("sections", "tracks")
            for row, here in _rows(getattr(paper, name), at.child(name))
        ]
        _only_once(parts)
        for rule in sorted(set(paper.cites or ()) - cited):
            at.child("cites").say(gettext_noop("no clause of this plan cites %(id)s"), id=rule)
        for step, here in _rows(paper.steps, at.child("steps")):
            if step.by is not None and step.by not in bodies and step.by not in STEP_BODIES:
                here.child("by").say(gettext_noop("the pack has no body “%(name)s”"), name=step.by)
            if (step.answer is None) is not (step.answer_en is None):
                here.say(gettext_noop("“answer” and “answer_en” go together"))
        if paper.kind == PROPOSAL:
            _check_proposal(paper, at.child("steps"))


def _check_proposal(paper: PaperSpec, place: Place) -> None:
    """A word on each candidate belongs to one act, so that no two members' words contradict each other."""
    deciding = [(row, at) for row, at in _rows(paper.steps, place) if row.kind == DECIDE]
    for step, at in deciding:
        if step.together in SEVERAL_SPEAK:
            at.child("together").say(
                gettext_noop("one member says which candidates are chosen: write head or any here")
            )
    for _step, at in deciding[1:]:
        at.child("kind").say(
            gettext_noop("the candidates are decided on once: name one step “decide” only")
        )


def _check_clauses(pack: Pack, place: Place) -> None:
    clauses = list(_rows(pack.clauses, place))
    _only_once((clause.key, at) for clause, at in clauses)
    rules = [
        (clause, rule, at)
        for clause, here in clauses
        for rule, at in _rows(clause.rules, here.child("rules"))
    ]
    _only_once((rule.key, at) for _, rule, at in rules)
    for clause, at in clauses:
        _check_clause(clause, at)
    surroundings = Surroundings.of(pack)
    for clause, rule, at in rules:
        check_rule(rule, at, surroundings)
        for cited in set(rule.cites or ()) - set(clause.cites or ()):
            at.child("cites").say(gettext_noop("its clause does not cite %(id)s"), id=cited)


def _check_clause(clause: ClauseSpec, place: Place) -> None:
    cites = clause.cites or ()
    for cited in sorted(set(cites) - RULE_IDS):
        place.child("cites").say(gettext_noop("the five plans have no rule %(id)s"), id=cited)
    if len(set(cites)) < len(cites):
        place.child("cites").say(gettext_noop("a rule is cited twice"))
    if clause.kind == "heading" and clause.level == 0:
        place.say(gettext_noop("a heading needs a “level” from 1 to 4"))
    if clause.kind == "paragraph" and clause.level:
        place.child("level").say(gettext_noop("only a heading has a level"))
    if clause.kind == "heading" and clause.rules:
        place.child("rules").say(gettext_noop("a heading lays nothing down; give it a paragraph"))
