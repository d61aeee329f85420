from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from actionlearning.foundation.api import TenantViewSet, chosen_fields
from actionlearning.foundation.permissions import Permission
from groups.access import visible_organisations, visible_persons
from groups.actions.persons import add_person, change_person, end_person, show_phone
from groups.actions.transfers import transfer_person
from groups.api.shapes import (
    MATCH,
    ONCE,
    READ,
    REFUSED,
    EndIn,
    PersonChange,
    PersonFilter,
    PersonIn,
    PersonOut,
    PersonWithPosts,
    PhoneOut,
    TransferIn,
    answered,
    names_of,
    page_of,
    row_of,
    taken_in,
)
from groups.models import Person, Tenure
from groups.queries import WITHDRAWN, masked, persons_listed


class PersonViewSet(TenantViewSet):
    """Rosters within reach, in order of seniority. Telephone numbers are masked."""

    permission = Permission.PERSON_VIEW
    queryset = Person.objects.none()
    serializer_class = PersonOut
    order = ("place", "seniority", "pinyin", "id")

    def visible(self) -> Any:
        return visible_persons(self.request.user)

    @extend_schema(
        parameters=[PersonFilter], responses={200: page_of("PersonPage", PersonOut), **READ}
    )
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        asked = taken_in(PersonFilter, request.query_params)
        rows, cursor = self.page(
            persons_listed(
                request.user,
                day=localdate(self.now),
                organisation=asked["organisation"],
                text=asked["q"],
                ended=asked["ended"],
            )
        )
        names = chosen_fields(asked["fields"], names_of(PersonOut))
        told = [_person(row) for row in rows]
        return self.listed([{name: row[name] for name in names} for row in told], cursor)

    @extend_schema(responses={200: PersonWithPosts, **READ})
    def retrieve(self, request: Any, pk: str, **kwargs: Any) -> Response:
        found = self.get_object()
        return answered(_person(found) | {"posts": _posts_of(found)})

    @extend_schema(parameters=[ONCE], request=PersonIn, responses={201: PersonOut, **REFUSED})
    def create(self, request: Any, **kwargs: Any) -> Response:
        asked = taken_in(PersonIn, request.data)
        units = visible_organisations(request.user)
        home = get_object_or_404(units, pk=asked.pop("organisation"))
        made = add_person(organisation=home, **asked, by=request.user, now=self.now)
        return answered(_person(made), 201)

    @extend_schema(parameters=[MATCH], request=PersonChange, responses={200: PersonOut, **REFUSED})
    def partial_update(self, request: Any, pk: str, **kwargs: Any) -> Response:
        found = self.get_object()
        self.check_match(found)
        asked = taken_in(PersonChange, request.data, partial=True)
        seen = found.version
        made = change_person(found, **asked, by=request.user, now=self.now, seen=seen)
        return answered(_person(made))

    @extend_schema(parameters=[ONCE], request=TransferIn, responses={201: PersonOut, **REFUSED})
    @action(detail=True, methods=["post"])
    def transfer(self, request: Any, pk: str, **kwargs: Any) -> Response:
        """The answer is the entry on the new roster."""
        asked = taken_in(TransferIn, request.data)
        units = visible_organisations(request.user)
        to = get_object_or_404(units, pk=asked.pop("organisation"))
        made = transfer_person(self.get_object(), to=to, **asked, by=request.user, now=self.now)
        return answered(_person(made), 201)

    @extend_schema(request=EndIn, parameters=[MATCH], responses={200: PersonOut, **REFUSED})
    @action(detail=True, methods=["post"])
    def end(self, request: Any, pk: str, **kwargs: Any) -> Response:
        """Leaves the roster; posts are handed over first."""
        found = self.get_object()
        self.check_match(found)
        asked = taken_in(EndIn, request.data)
        return answered(_person(end_person(found, **asked, by=request.user, now=self.now)))

    @extend_schema(request=None, responses={200: PhoneOut, **REFUSED})
    @action(detail=True, methods=["post"])
    def phone(self, request: Any, pk: str, **kwargs: Any) -> Response:
        """The number behind the mask; who looked at it stays on record."""
        return Response({"phone": show_phone(self.get_object(), by=request.user, now=self.now)})


def _person(person: Person) -> dict[str, Any]:
    return row_of(PersonOut, person) | {"phone": masked(person.phone)}


def _posts_of(person: Person) -> list[dict[str, Any]]:
    rows = Tenure.objects.filter(person=person).exclude(WITHDRAWN)
    rows = rows.select_related("post", "post__body")
    return [
        {
            "tenure": row.pk,
            "body": row.post.body_id,
            "body_name": row.post.body.name,
            "post": row.post_id,
            "title": row.post.title,
            "acting": row.acting,
            "starts_on": row.starts_on,
            "starts_in_month": row.starts_in_month,
            "ends_on": row.ends_on,
        }
        for row in rows.order_by("-starts_on", "-id")
    ]
