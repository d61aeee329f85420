"""The sentences of a plan as a reader gets them, and as a refusal recites them."""

from collections.abc import Iterable
from datetime import date

from actionlearning.foundation.errors import Cited
from actionlearning.foundation.languages import in_english, product_words
from programmes.models import Clause, Dossier, Programme, Rule
from programmes.packs.shapes import filled
from programmes.papers import papers_of
from programmes.queries import plan_in_force, rule_ids


def sentence_of(clause: Clause, year: int) -> str:
    """The plan's own words with the programme's year; English only for a reader of English."""
    english = in_english() and clause.gloss
    return filled(clause.gloss if english else product_words(clause.text), year)


def cited_in(clauses: Iterable[Clause], ids: Iterable[str], year: int) -> tuple[Cited, ...]:
    """The sentences in which a plan cites `ids`, each id once; nothing of what it does not cite."""
    rows = list(clauses)
    found: dict[str, tuple[Clause, list[str]]] = {}
    for each in dict.fromkeys(ids):
        clause = next((row for row in rows if each in row.cites), None)
        if clause is not None:
            found.setdefault(clause.key, (clause, []))[1].append(each)
    return tuple(
        Cited(", ".join(names), clause.key, sentence_of(clause, year))
        for clause, names in found.values()
    )


def cited_for(programme: Programme, ids: Iterable[str], day: date) -> tuple[Cited, ...]:
    """The same from the plan of `programme` that is in force on `day`."""
    plan = plan_in_force(programme, day)
    rows = plan.clauses.exclude(cites=[]).order_by("ordinal") if plan else ()
    return cited_in(rows, ids, programme.year)


def cited_of_paper(dossier: Dossier) -> tuple[Cited, ...]:
    """The sentences that papers of its kind rest on, from the plan by which it travels; one statement."""
    paper, rows = papers_of(dossier.plan).get(dossier.kind), dossier.plan.clauses
    clauses = rows.exclude(cites=[]).order_by("ordinal")
    return cited_in(clauses, paper.cites if paper else (), dossier.programme.year)


def cited_by_rule(rule: Rule, year: int) -> tuple[Cited, ...]:
    """The sentence that laid a duty down, as the refusal of what would meet it shows it."""
    return (Cited(rule_ids(rule), rule.clause.key, sentence_of(rule.clause, year)),)
