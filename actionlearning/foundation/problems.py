"""Every refusal of the REST interface as an RFC 9457 problem document with a stable code."""

from dataclasses import asdict
from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound, Throttled
from rest_framework.response import Response

from actionlearning.foundation.errors import Refusal


class ProblemClause(serializers.Serializer):
    """The sentence of the programme's own plan that refused."""

    rule = serializers.CharField(
        help_text="Its rule ids, `P2-84`; empty where the plan names none."
    )
    clause = serializers.CharField(help_text="Its number in the plan, `4.4.3`.")
    text = serializers.CharField()


RUNS = [(kind, kind) for kind in ("same", "gone", "new")]
"""As texts.Change tells what became of a run of words."""


class ProblemRun(serializers.Serializer):
    kind = serializers.ChoiceField(RUNS)
    text = serializers.CharField()


class ProblemChange(serializers.Serializer):
    """One part that is not what the client has read, run by run."""

    part = serializers.CharField()
    runs = ProblemRun(many=True)


class Problem(serializers.Serializer):
    """RFC 9457 problem document; `rule` is the plan rule that refused, `clauses` what it says."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField(required=False)
    rule = serializers.CharField(required=False)
    clauses = ProblemClause(many=True, required=False)
    text = serializers.IntegerField(
        required=False, help_text="With `unseen_text`: number of the text that is to be read."
    )
    changes = ProblemChange(
        many=True, required=False, help_text="With `unseen_text`: how it differs from the one read."
    )
    request = serializers.CharField(
        required=False, help_text="Number of this request: quote it when you ask for help."
    )
    errors = serializers.DictField(required=False)  # type: ignore[assignment]  # RFC 9457 names it so


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as a problem document with a stable code."""
    if isinstance(error, Refusal):
        return _refused(error)
    from rest_framework.views import exception_handler  # noqa: PLC0415  DRF's settings name this module

    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Http404):
        error = NotFound()
    code = error.default_code if isinstance(error, APIException) else "error"
    title = _title_of(error)
    errors = (
        response.data if response.status_code == 400 and isinstance(response.data, dict) else None
    )
    answer = _problem(422 if errors else response.status_code, title, code, errors)
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in response.headers:
            answer.headers[header] = response.headers[header]
    wait = getattr(error, "wait", None)
    if isinstance(error, Throttled) and wait:
        answer.headers["Retry-After"] = str(int(wait) + 1)
    return answer


def _title_of(error: Exception) -> str:
    """Its sentence with what it names filled in; of many mistakes in the input the sentence for all."""
    if not isinstance(error, APIException):
        return str(error)
    return str(error.detail if isinstance(error.detail, str) else error.default_detail)


def _refused(refusal: Refusal) -> Response:
    more: dict[str, Any] = {**refusal.more, **({"rule": refusal.rule} if refusal.rule else {})}
    if refusal.cited:
        more["clauses"] = [asdict(each) for each in refusal.cited]
    fields = getattr(refusal, "fields", None)
    return _problem(refusal.status, refusal.message, refusal.code, fields, **more)


def _problem(status: int, title: str, code: str, errors: Any, **more: Any) -> Response:
    body = {"type": "about:blank", "title": str(title), "status": status, "code": str(code), **more}
    if errors:
        body["errors"] = errors
    return Response(body, status=status, content_type="application/problem+json")
