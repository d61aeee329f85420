"""Habits of the house that a machine can see (`ARCHITECTURE.md`)."""

import ast

import pytest

from tests.conventions.sources import PRODUCT, TESTS, calls, functions, length, name_of, text, tree

SQL_BUILDERS = {
    "actionlearning/foundation/walls.py": "names of tables come from the catalogue",
    "actionlearning/foundation/database/base.py": "SET takes no parameters; both values are checked",
    "actionlearning/foundation/management/commands/create_roles.py": "roles of settings",
    "actionlearning/launcher/roles.py": "GRANT takes no parameters; names are constants",
    "groups/actions/organisations.py": "names of tables are constants",
    "programmes/actions/units.py": "names of tables are constants",
    "actionlearning/launcher/servers.py": "CREATE DATABASE takes no parameters",
}
"""Files that may put SQL together from strings, each with the reason."""
STATE_KEEPERS = ("/models/", "foundation/workflow.py", "foundation/outbox.py", "launcher/")
STATE_WRITERS = {
    "programmes/actions/projects.py:propose_project": "a part of a chosen topic is born chosen",
    "programmes/actions/projects.py:_carry_parts": "parts follow the topic that took the step",
}
"""Functions that write a state without `take()`, each with the reason."""
SAFE_TEXT = {
    "actionlearning/foundation/second_factor.py": "a drawing made from numbers, no text in it",
}
"""Files that may call a text safe, each with the reason."""
UNRECORDED = {
    "programmes/actions/evidence.py:accept_evidence": "recorded by the verb above that accepts the paper",
    "programmes/actions/laying.py:lay_down_everywhere": "part of the verb that puts a plan in force",
    "programmes/actions/laying.py:lay_anew": "part of the verb that changes the plan",
}
"""Verbs without an audit row, each with the reason."""
IN_THE_CALLERS = {
    "programmes/actions/laying.py:lay_down_everywhere": "part of the verb that puts a plan in force",
    "reporting/actions/items.py:unsign": "the caller has locked the item and saves it",
}
"""Steps of verbs that run in their caller's transaction, each with the reason."""
FORBIDDEN_NAMES = ("utils.py", "helpers.py", "common.py", "misc.py", "signals.py")
EVERY = PRODUCT + TESTS


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_effects_are_rows_not_messages(path):
    """`.delay()` is lost when the process dies between COMMIT and the call: write a row."""
    assert calls(tree(path)) & {"delay", "apply_async", "send_task"} == set()


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_no_signals(path):
    imported = [
        alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in [*node.names, ast.alias(getattr(node, "module", None) or "")]
    ]
    assert [name for name in imported if "signal" in name and name != "signal"] == []


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_nothing_is_declared_safe(path):
    if name_of(path) in SAFE_TEXT:
        return
    assert calls(tree(path)) & {"mark_safe", "SafeString", "format_html_join"} == set()


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_a_state_changes_in_one_place(path):
    if any(part in f"/{name_of(path)}" for part in STATE_KEEPERS):
        return
    written = {
        f"{name_of(path)}:{function.name}"
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
        for target in getattr(node, "targets", None) or [node.target]
        if isinstance(target, ast.Attribute) and target.attr == "state"
        if node.value is None or "take" not in calls(node.value)
    }
    assert written - set(STATE_WRITERS) == set()


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_sql_is_never_put_together_from_strings(path):
    if name_of(path) in SQL_BUILDERS:
        return
    built = [
        call.lineno
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", "") in ("execute", "executemany", "raw", "extra", "RawSQL")
        and call.args
        and _is_built(call.args[0])
    ]
    assert built == []


def _is_built(node):
    if isinstance(node, ast.BinOp | ast.JoinedStr):
        return True
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("format", "join")


def _tasks():
    for path in PRODUCT:
        for function in functions(path):
            names = {
                getattr(d.func, "id", "")
                for d in function.decorator_list
                if isinstance(d, ast.Call)
            }
            if "tenant_task" in names:
                yield pytest.param(function, id=f"{name_of(path)}:{function.name}")


@pytest.mark.parametrize("task", list(_tasks()))
def test_a_task_is_a_few_lines(task):
    assert length(task) <= 8


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_nothing_is_printed(path):
    if "launcher" not in path.parts:
        assert "print" not in {
            getattr(call.func, "id", "")
            for call in ast.walk(tree(path))
            if isinstance(call, ast.Call)
        }


@pytest.mark.parametrize("path", EVERY, ids=name_of)
def test_a_file_stays_short(path):
    assert len(text(path).splitlines()) <= (400 if path in PRODUCT else 600)


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_a_function_stays_short(path):
    assert [(f.name, length(f)) for f in functions(path) if length(f) > 40] == []


@pytest.mark.parametrize("path", EVERY, ids=name_of)
def test_a_file_is_named_by_what_it_does(path):
    assert path.name not in FORBIDDEN_NAMES


@pytest.mark.parametrize("path", EVERY, ids=name_of)
def test_nothing_is_left_to_do(path):
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    assert [word for word in words if word in text(path)] == []


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
    if f"{name_of(path)}:{verb.name}" in UNRECORDED:
        return
    assert "record" in _reached(path, verb)


def _reached(path, verb):
    """Names called by the verb and by the functions of its own file that it calls."""
    known = {f.name: f for f in functions(path)}
    verbs_elsewhere = {param.values[1].name for param in VERBS}
    found, waiting = set(), [verb]
    while waiting:
        called = calls(waiting.pop()) - found
        found |= called
        waiting += [known[name] for name in called if name in known]
    return found | ({"record"} if found & (verbs_elsewhere - {verb.name}) else set())


@pytest.mark.parametrize(("path", "verb"), VERBS)
def test_a_verb_is_atomic_and_takes_names(path, verb):
    decorators = {getattr(d, "attr", getattr(d, "id", "")) for d in verb.decorator_list}
    if f"{name_of(path)}:{verb.name}" not in IN_THE_CALLERS:
        assert "atomic" in decorators or _is_one_call(verb)
    assert {a.arg for a in verb.args.kwonlyargs} >= {"by", "now"}


def test_unrecorded_verbs_still_exist():
    known = {f"{name_of(param.values[0])}:{param.values[1].name}" for param in VERBS}
    assert set(UNRECORDED) <= known | {
        f"groups/actions/accounts.py:{name}" for name in ("choose_language",)
    }


def test_sql_builders_still_exist():
    assert {name for name in SQL_BUILDERS if name not in {name_of(p) for p in PRODUCT}} == set()
