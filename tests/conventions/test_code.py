"""Habits of the house that a machine can see (`ARCHITECTURE.md`): one test a habit, offenders by name."""

import ast
import tokenize

import pytest

from tests.conventions.sources import PRODUCT, TESTS, calls, functions, name_of, text, tree

SQL_BUILDERS = {
    "actionlearning/foundation/walls.py": "names of tables come from the catalogue",
    "actionlearning/foundation/database/base.py": "SET takes no parameters; both values are checked",
    "actionlearning/foundation/backups/contents.py": "names of tables come from the catalogue",
    "actionlearning/foundation/words/keeping.py": "names of tables and columns are constants",
    "actionlearning/launcher/roles.py": "GRANT takes no parameters; names are constants",
    "groups/actions/organisations.py": "names of tables are constants",
    "programmes/actions/ledgers.py": "names of tables are constants",
    "programmes/queries/__init__.py": "a column is one of two; the condition comes from the ORM, its values bound",
    "programmes/queries/clashes.py": "what is visible comes from the ORM, its values bound",
    "programmes/queries/entries.py": "names are constants; the kinds come from the ORM, their values bound",
}
"""Files that may put SQL together from strings, each with the reason."""
STATE_KEEPERS = ("/models/", "foundation/workflow.py", "foundation/outbox.py", "launcher/")
STATE_WRITERS = {
    "groups/actions/roster_undoing.py:_closed": "taken back wholly or in part: the rows decide, the batch is locked",
    "programmes/actions/activity_logs.py:_write": "the verb has locked it and asked whether it may be logged",
    "programmes/actions/journeys.py:becomes": "a paper's own law decides; the verb has locked it",
    "programmes/actions/projects.py:propose_project": "a part of a chosen topic is born chosen",
    "programmes/actions/projects.py:carry_parts": "parts follow the topic that took the step",
    "programmes/actions/projects.py:choose_candidate": "decided in the candidates' own paper",
    "programmes/actions/projects.py:decline_candidate": "decided in the candidates' own paper",
    "programmes/actions/topic_papers.py:_becomes": "a topic is where its paper is",
    "programmes/actions/earlier_topics.py:_becomes": "went up before topics were papers; locked",
}
"""Functions that write a state without `take()`, each with the reason."""
SAFE_TEXT = {
    "actionlearning/foundation/second_factor.py": "a drawing made from numbers, no text in it",
}
"""Files that may call a text safe, each with the reason."""
UNRECORDED = {
    "programmes/actions/evidence.py:accept_evidence": "recorded by the verb that accepts the paper",
    "programmes/actions/experts.py:tell_experts": "recorded by the verb that sets the team or chooses",
    "programmes/actions/laying.py:lay_down_everywhere": "part of the verb that puts a plan in force",
    "programmes/actions/laying.py:lay_down_for": "part of the verb that takes a unit in",
    "programmes/actions/laying.py:lay_anew": "part of the verb that changes the plan",
    "programmes/actions/next_steps.py:keep_steps": "recorded by the verb that logs",
    "programmes/actions/participants.py:participant": "recorded by the verb that names him",
    "programmes/actions/projects.py:carry_parts": "recorded for the topic that took the step",
    "programmes/actions/redating.py:owe_again": "recorded by the verb that concludes the topic",
    "reporting/actions/articles.py:wrote": "recorded by the verb that wrote",
}
"""Verbs without an audit row, each with the reason."""
IN_THE_CALLERS = {
    "programmes/actions/dossiers.py:begin_dossier": "part of the verbs that open a paper",
    "programmes/actions/earlier_topics.py:accept_earlier": "part of the verb that accepts a topic",
    "programmes/actions/earlier_topics.py:return_earlier": "part of the verb that returns a topic",
    "programmes/actions/experts.py:tell_experts": "part of the verb that sets the team or chooses",
    "programmes/actions/laying.py:lay_down_everywhere": "part of the verb that puts a plan in force",
    "programmes/actions/laying.py:lay_down_for": "part of the verb that takes a unit in",
    "programmes/actions/declined.py:end_papers": "part of the step that declines the topic",
    "programmes/actions/redating.py:owe_again": "part of the verb that concludes the topic",
    "programmes/actions/projects.py:choose_candidate": "part of a body's act on the candidates' paper",
    "programmes/actions/projects.py:decline_candidate": "part of a body's act on the candidates' paper",
    "programmes/actions/projects.py:carry_parts": "part of the step that the topic takes",
    "programmes/actions/proposals.py:carry_out": "part of a body's act on the candidates' paper",
    "programmes/actions/topic_papers.py:follow": "part of the verb that moves the paper",
    "reporting/actions/articles.py:writable_issue": "the caller has changed something and saves it",
    "reporting/actions/articles.py:wrote": "the caller has changed something and saves it",
    "reporting/actions/giving_up.py:void_number": "part of the verb that signs anew in another year",
    "reporting/actions/items.py:unsign": "the caller has locked the item and saves it",
    "programmes/actions/next_steps.py:keep_steps": "part of the verbs that log",
    "programmes/actions/participants.py:participant": "part of the verbs that name people",
}
"""Steps of verbs that run in their caller's transaction, each with the reason."""
FORBIDDEN_NAMES = ("utils.py", "helpers.py", "common.py", "misc.py", "signals.py")
EVERY = PRODUCT + TESTS


def offenders(rule, paths=PRODUCT):
    """{file: what `rule` finds in it} of the files in which it finds something."""
    return {name_of(path): found for path in paths if (found := rule(path))}


def test_effects_are_rows_not_messages():
    """`.delay()` is lost when the process dies between COMMIT and the call: write a row."""
    sending = {"delay", "apply_async", "send_task"}
    assert offenders(lambda path: calls(tree(path)) & sending) == {}


def test_no_signals():
    def imported(path):
        names = [
            name
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Import | ast.ImportFrom)
            # A Celery process offers nothing else to hang its start and its heartbeat on.
            if getattr(node, "module", None) != "celery"
            for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
        ]
        return [name for name in names if "signal" in name and name != "signal"]

    assert offenders(imported) == {}


def test_a_day_is_never_read_off_utc():
    """From four in the afternoon by UTC it is the next day in Beijing: `localdate()` knows."""

    def read_off(path):
        return {
            f"line {node.lineno}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Attribute)
            and (node.attr == "today" or (node.attr == "date" and told_now(node.value)))
        }

    def told_now(node):
        of = node.func if isinstance(node, ast.Call) else node
        return (getattr(of, "attr", None) or getattr(of, "id", "")) in ("now", "database_now")

    assert offenders(read_off, EVERY) == {}


def test_nothing_is_declared_safe():
    safe = {"mark_safe", "SafeString", "SafeText"}
    assert set(offenders(lambda path: calls(tree(path)) & safe)) <= set(SAFE_TEXT)


def test_a_state_changes_in_one_place():
    def written(path):
        if any(part in f"/{name_of(path)}" for part in STATE_KEEPERS):
            return set()
        found = {
            f"{name_of(path)}:{function.name}"
            for function in functions(path)
            for node in ast.walk(function)
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
            for target in getattr(node, "targets", None) or [node.target]
            if isinstance(target, ast.Attribute) and target.attr == "state"
            if node.value is None or "take" not in calls(node.value)
        }
        return found - set(STATE_WRITERS)

    assert offenders(written) == {}


def test_sql_is_never_put_together_from_strings():
    def built(path):
        return [
            call.lineno
            for call in ast.walk(tree(path))
            if isinstance(call, ast.Call)
            and getattr(call.func, "attr", getattr(call.func, "id", "")) in _RAW
            and call.args
            and _is_built(call.args[0])
        ]

    assert set(offenders(built)) <= set(SQL_BUILDERS)


_RAW = ("execute", "executemany", "raw", "extra", "RawSQL", "copy_expert")


def _is_built(node):
    if isinstance(node, ast.BinOp | ast.JoinedStr):
        return True
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("format", "join")


def test_a_request_is_never_poured_into_a_filter():
    """`filter(**request.GET)` lets a reader choose columns and joins."""

    def poured(path):
        return [
            call.lineno
            for call in ast.walk(tree(path))
            if isinstance(call, ast.Call)
            and getattr(call.func, "attr", "")
            in ("filter", "exclude", "annotate", "get", "Q", "update")
            for given in call.keywords
            if given.arg is None and _comes_from_a_request(given.value)
        ]

    assert offenders(poured) == {}


def _comes_from_a_request(node):
    words = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    return bool(words & {"GET", "POST", "data", "query_params", "cleaned_data", "validated_data"})


def test_a_task_is_a_few_lines():
    def long(path):
        return [
            function.name
            for function in functions(path)
            for decorator in function.decorator_list
            if isinstance(decorator, ast.Call)
            and getattr(decorator.func, "id", "") == "tenant_task"
            if _lines(path, function) > 8
        ]

    assert offenders(long) == {}


def test_nothing_is_printed():
    def printed(path):
        if "launcher" in path.parts:
            return []
        names = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
        return [call.lineno for call in names if getattr(call.func, "id", "") == "print"]

    assert offenders(printed) == {}


def test_a_file_stays_short():
    assert offenders(lambda path: _over(len(text(path).splitlines()), 400)) == {}
    assert offenders(lambda path: _over(len(text(path).splitlines()), 600), TESTS) == {}


def _over(lines, most):
    return lines if lines > most else 0


def test_a_function_stays_short():
    def long(path):
        return [f"{f.name}: {n}" for f in functions(path) if (n := _lines(path, f)) > 40]

    assert offenders(long) == {}


def _lines(path, function):
    """Lines that carry code: what a reader has to follow."""
    if (function.end_lineno or 0) - function.lineno < 8:
        return 1
    first = function.body[0]
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    start = (first.end_lineno + 1) if told else first.lineno
    lines = text(path).splitlines()[start - 1 : function.end_lineno]
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in lines)


def test_a_file_is_named_by_what_it_does():
    assert [name_of(path) for path in EVERY if path.name in FORBIDDEN_NAMES] == []


def test_nothing_is_left_to_do():
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X")

    def comments(path):
        with path.open("rb") as source:
            return [
                token.string
                for token in tokenize.tokenize(source.readline)
                if token.type == tokenize.COMMENT and any(word in token.string for word in words)
            ]

    assert offenders(comments, EVERY) == {}


def _verbs():
    for path in PRODUCT:
        if "actions" not in path.parts:
            continue
        for function in tree(path).body:
            if isinstance(function, ast.FunctionDef) and not function.name.startswith("_"):
                names = {a.arg for a in [*function.args.args, *function.args.kwonlyargs]}
                if {"by", "now"} <= names:
                    yield pytest.param(path, function, id=f"{name_of(path)}:{function.name}")


VERBS = list(_verbs())


@pytest.mark.parametrize(("path", "verb"), VERBS)
def test_a_verb_leaves_an_audit_row(path, verb):
    if f"{name_of(path)}:{verb.name}" not in UNRECORDED:
        assert "record" in _reached(path, verb)


def _reached(path, verb):
    """Names called by the verb and by the functions of its own file; another verb records for itself."""
    others = {param.values[1].name for param in VERBS} - {verb.name}
    found = _called(path, verb)
    return found | ({"record"} if found & others else set())


def _called(path, verb):
    known = {f.name: f for f in functions(path)}
    found, waiting = set(), [verb]
    while waiting:
        called = calls(waiting.pop()) - found
        found |= called
        waiting += [known[name] for name in called if name in known]
    return found


@pytest.mark.parametrize("entry", UNRECORDED)
def test_whoever_uses_an_unrecorded_verb_records_it(entry):
    """Each is reached from verbs of other files only, and all of these write a row themselves."""
    name = entry.split(":")[1]
    users = {
        (name_of(path), verb.name): "record" in _called(path, verb)
        for path, verb in (param.values for param in VERBS)
        if name in _called(path, verb) and f"{name_of(path)}:{verb.name}" not in UNRECORDED
    }
    files = {name_of(path) for path in PRODUCT if name in calls(tree(path))}
    assert users
    assert all(users.values()), users
    assert files <= {file for file, _verb in users} | {entry.split(":")[0]} | DEMONSTRATION


DEMONSTRATION = {"actionlearning/demo/worlds.py"}
"""Tells its own story with the verbs and needs no row for it."""


@pytest.mark.parametrize(("path", "verb"), VERBS)
def test_a_verb_is_atomic_and_takes_names(path, verb):
    if f"{name_of(path)}:{verb.name}" not in IN_THE_CALLERS:
        decorators = {getattr(d, "attr", getattr(d, "id", "")) for d in verb.decorator_list}
        assert "atomic" in decorators or _ends_in_an_atomic_call(path, verb)
    assert {a.arg for a in verb.args.kwonlyargs} >= {"by", "now"}


def _ends_in_an_atomic_call(path, verb):
    """A short name for a verb of the same file, which is atomic itself."""
    last = verb.body[-1]
    called = calls(last) if isinstance(last, ast.Return) else set()
    return any(
        "atomic" in ast.unparse(d)
        for f in functions(path)
        if f.name in called
        for d in f.decorator_list
    )


def test_lists_of_exceptions_name_only_what_exists():
    files = {name_of(path): {f.name for f in functions(path)} for path in PRODUCT}
    named = {*SQL_BUILDERS, *SAFE_TEXT, *UNRECORDED, *STATE_WRITERS, *IN_THE_CALLERS}
    parts = {entry: (*entry.split(":"), "")[:2] for entry in named}
    gone = {
        e
        for e, (file, name) in parts.items()
        if file not in files or name not in {"", *files[file]}
    }
    assert gone == set()
