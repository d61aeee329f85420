"""What goes in and comes out, and the words of the schema."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from actionlearning.foundation.api import Problem, StrictSerializer, chosen_fields
from groups.models import Division, Organisation
from groups.roles import ADMINISTRATORS, BodyKind, Role

POST_ROLES = [role for role in Role.choices if role[0] not in ADMINISTRATORS]
HIGHEST = 99_999
REFUSED = {
    code: OpenApiResponse(Problem, description=words)
    for code, words in {
        401: "No valid token or session.",
        403: "Visible, but not yours to change.",
        404: "Not there, or not for you.",
        409: "A rule says no.",
        412: "An older version was seen (`If-Match`).",
        422: "The input cannot be accepted.",
        429: "Too many requests.",
    }.items()
}
READ = {code: REFUSED[code] for code in (401, 404, 422, 429)}
ONCE = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Sent twice, it has one effect."
)
MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The `ETag` of the version seen."
)

IN_MONTH = "Of `starts_on` only the month is known; its first day stands for it."


class Paging(serializers.Serializer):
    """Filters of every list of this app."""

    q = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)
    ended = serializers.BooleanField(required=False, default=False)
    cursor = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200)
    fields = serializers.CharField(
        required=False, default="", help_text="Names to send, separated by commas."
    )


class OrganisationFilter(Paging):
    kind = serializers.ChoiceField(Organisation.Kind.choices, required=False, default="")


class PersonFilter(Paging):
    organisation = serializers.UUIDField(required=False, default=None)


class BodyFilter(Paging):
    kind = serializers.ChoiceField(BodyKind.choices, required=False, default="")


class OrganisationOut(serializers.Serializer):
    id = serializers.UUIDField()
    parent = serializers.UUIDField(allow_null=True)
    kind = serializers.ChoiceField(Organisation.Kind.choices)
    name = serializers.CharField()
    short_name = serializers.CharField()
    division = serializers.CharField()
    seniority = serializers.IntegerField()
    starts_on = serializers.DateField()
    starts_in_month = serializers.BooleanField(help_text=IN_MONTH)
    ends_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class OrganisationChange(StrictSerializer):
    kind = serializers.ChoiceField(Organisation.Kind.choices)
    name = serializers.CharField(max_length=120)
    short_name = serializers.CharField(max_length=40, required=False, allow_blank=True)
    division = serializers.RegexField(r"^(\d{6}(\d{3}|\d{6})?)?$", required=False, allow_blank=True)
    seniority = serializers.IntegerField(min_value=1, max_value=HIGHEST, required=False)
    starts_on = serializers.DateField(required=False)


class OrganisationIn(OrganisationChange):
    parent = serializers.UUIDField()
    starts_on = serializers.DateField()


class DivisionFilter(Paging):
    level = serializers.ChoiceField(Division.Level.choices, required=False, default="")
    parent = serializers.RegexField(
        r"^\d{6}(\d{6})?$", required=False, default="", help_text="Code of the division above."
    )


class DivisionOut(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField(help_text="GB/T 2260; twelve digits for townships.")
    name = serializers.CharField()
    full_name = serializers.CharField()
    level = serializers.ChoiceField(Division.Level.choices)
    parent = serializers.CharField(allow_blank=True)
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class DivisionWithParts(DivisionOut):
    above = DivisionOut(many=True, help_text="From the region down.")
    below = DivisionOut(many=True)


class PersonOut(serializers.Serializer):
    id = serializers.UUIDField()
    organisation = serializers.UUIDField()
    name = serializers.CharField()
    title = serializers.CharField()
    phone = serializers.CharField(help_text="Masked.")
    seniority = serializers.IntegerField()
    starts_on = serializers.DateField()
    starts_in_month = serializers.BooleanField(help_text=IN_MONTH)
    ends_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class SeatOut(serializers.Serializer):
    tenure = serializers.UUIDField()
    body = serializers.UUIDField()
    body_name = serializers.CharField()
    post = serializers.UUIDField()
    title = serializers.CharField()
    acting = serializers.BooleanField()
    starts_on = serializers.DateField()
    starts_in_month = serializers.BooleanField(help_text=IN_MONTH)
    ends_on = serializers.DateField(allow_null=True)


class PersonWithPosts(PersonOut):
    posts = SeatOut(many=True)


class PersonChange(StrictSerializer):
    name = serializers.CharField(max_length=60)
    title = serializers.CharField(max_length=120, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True)
    seniority = serializers.IntegerField(min_value=1, max_value=HIGHEST, required=False)
    starts_on = serializers.DateField(required=False)


class PersonIn(PersonChange):
    organisation = serializers.UUIDField()
    starts_on = serializers.DateField()


class TransferIn(StrictSerializer):
    organisation = serializers.UUIDField(help_text="The new unit.")
    on = serializers.DateField(help_text="First day there; not in the future.")
    title = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="Post held there."
    )


class PhoneOut(serializers.Serializer):
    phone = serializers.CharField()


class BodyOut(serializers.Serializer):
    id = serializers.UUIDField()
    organisation = serializers.UUIDField()
    kind = serializers.CharField()
    name = serializers.CharField()
    secretariat = serializers.UUIDField(allow_null=True)
    starts_on = serializers.DateField()
    starts_in_month = serializers.BooleanField(help_text=IN_MONTH)
    ends_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class TenureOut(serializers.Serializer):
    id = serializers.UUIDField()
    person = serializers.UUIDField()
    name = serializers.CharField()
    acting = serializers.BooleanField()
    starts_on = serializers.DateField()
    starts_in_month = serializers.BooleanField(help_text=IN_MONTH)
    ends_on = serializers.DateField(allow_null=True)


class PostLine(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    role = serializers.CharField(allow_blank=True)
    rank = serializers.IntegerField()
    seats = serializers.IntegerField()
    ends_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class PostOut(PostLine):
    tenures = TenureOut(many=True)


class BodyWithPosts(BodyOut):
    posts = PostOut(many=True)


class BodyChange(StrictSerializer):
    name = serializers.CharField(max_length=120)
    secretariat = serializers.UUIDField(
        allow_null=True, required=False, help_text="A body in force of the same organisation."
    )
    starts_on = serializers.DateField(required=False)


class BodyIn(BodyChange):
    organisation = serializers.UUIDField()
    kind = serializers.ChoiceField(BodyKind.choices)
    starts_on = serializers.DateField()


class PostIn(StrictSerializer):
    title = serializers.CharField(max_length=60)
    role = serializers.ChoiceField(POST_ROLES, required=False, allow_blank=True)
    rank = serializers.IntegerField(min_value=1, max_value=HIGHEST, required=False)
    seats = serializers.IntegerField(min_value=1, max_value=999, required=False)


class PostChange(PostIn):
    title = serializers.CharField(max_length=60, required=False)


class ActingIn(StrictSerializer):
    acting = serializers.BooleanField()


class SeatIn(StrictSerializer):
    person = serializers.UUIDField()
    on = serializers.DateField()
    acting = serializers.BooleanField(required=False, default=False)


class EndIn(StrictSerializer):
    on = serializers.DateField(help_text="The last day.")


def page_of(name: str, row: type[serializers.Serializer]) -> Any:
    """The list envelope, for the schema."""
    return inline_serializer(
        name, {"results": row(many=True), "next_cursor": serializers.CharField(allow_null=True)}
    )


def taken_in(kind: type[serializers.Serializer], data: Any, *, partial: bool = False) -> Any:
    form = kind(data=data, partial=partial)
    form.is_valid(raise_exception=True)
    return form.validated_data


def row_of(shape: type[serializers.Serializer], row: Any) -> dict[str, Any]:
    """The plain values of `shape`, in its order; references are their ids."""
    return _values(row, names_of(shape))


def rows_of(
    shape: type[serializers.Serializer], rows: list[Any], fields: str
) -> list[dict[str, Any]]:
    """The same for a list, with the `fields` that were asked for. Raises BadInput."""
    names = chosen_fields(fields, names_of(shape))
    return [_values(row, names) for row in rows]


def _values(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, f"{name}_id", None) or getattr(row, name) for name in names}


@cache
def names_of(shape: type[serializers.Serializer]) -> tuple[str, ...]:
    return tuple(shape().fields)


def answered(data: dict[str, Any], status: int = 200) -> Response:
    return Response(data, status=status, headers={"ETag": f'"{data["version"]}"'})


class SecretResponse(Response):
    """Shown once: the middleware keeps nothing of it for a second sending."""

    holds_secret = True
