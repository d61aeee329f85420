from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from actionlearning.foundation.api import TenantViewSet
from actionlearning.foundation.permissions import Permission
from groups.access import visible_bodies, visible_organisations, visible_persons
from groups.actions.bodies import (
    add_post,
    appoint,
    change_body,
    dissolve_body,
    end_tenure,
    form_body,
    hand_over,
)
from groups.actions.posts import change_post, end_post
from groups.actions.tenures import cancel_tenure, correct_tenure
from groups.api.shapes import (
    MATCH,
    ONCE,
    READ,
    REFUSED,
    ActingIn,
    BodyChange,
    BodyFilter,
    BodyIn,
    BodyOut,
    BodyWithPosts,
    EndIn,
    PostChange,
    PostIn,
    PostLine,
    PostOut,
    SeatIn,
    TenureOut,
    answered,
    page_of,
    row_of,
    rows_of,
    taken_in,
)
from groups.models import Body, Organisation, Post, Tenure
from groups.queries import bodies_listed, open_bodies, seats_of


class BodyViewSet(TenantViewSet):
    """Leading groups, offices, teams, with their posts and who holds them."""

    permission = Permission.BODY_VIEW
    queryset = Body.objects.none()
    serializer_class = BodyOut
    order = ("place", "starts_on", "id")

    def visible(self) -> Any:
        return visible_bodies(self.request.user)

    @extend_schema(parameters=[BodyFilter], responses={200: page_of("BodyPage", BodyOut), **READ})
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        asked = taken_in(BodyFilter, request.query_params)
        rows, cursor = self.page(
            bodies_listed(
                request.user,
                day=localdate(self.now),
                text=asked["q"],
                kind=asked["kind"],
                ended=asked["ended"],
            )
        )
        return self.listed(rows_of(BodyOut, rows, asked["fields"]), cursor)

    @extend_schema(responses={200: BodyWithPosts, **READ})
    def retrieve(self, request: Any, pk: str, **kwargs: Any) -> Response:
        found = self.get_object()
        return answered(row_of(BodyOut, found) | {"posts": seats_of(found)})

    @extend_schema(parameters=[ONCE], request=BodyIn, responses={201: BodyOut, **REFUSED})
    def create(self, request: Any, **kwargs: Any) -> Response:
        asked = taken_in(BodyIn, request.data)
        units = visible_organisations(request.user)
        home = get_object_or_404(units, pk=asked.pop("organisation"))
        asked["secretariat"] = self._secretariat(home, asked.get("secretariat"))
        made = form_body(organisation=home, **asked, by=request.user, now=self.now)
        return answered(row_of(BodyOut, made), 201)

    @extend_schema(parameters=[MATCH], request=BodyChange, responses={200: BodyOut, **REFUSED})
    def partial_update(self, request: Any, pk: str, **kwargs: Any) -> Response:
        found = self.get_object()
        self.check_match(found)
        given = {"name": found.name, "secretariat": found.secretariat_id}
        asked = given | taken_in(BodyChange, request.data, partial=True)
        asked["secretariat"] = self._secretariat(found.organisation, asked["secretariat"])
        made = change_body(found, **asked, by=request.user, now=self.now, seen=found.version)
        return answered(row_of(BodyOut, made))

    @extend_schema(request=EndIn, parameters=[MATCH], responses={200: BodyOut, **REFUSED})
    @action(detail=True, methods=["post"])
    def dissolution(self, request: Any, pk: str, **kwargs: Any) -> Response:
        """Its last day, and that of every tenure in it."""
        found = self.get_object()
        self.check_match(found)
        asked = taken_in(EndIn, request.data)
        ended = dissolve_body(found, **asked, by=request.user, now=self.now)
        return answered(row_of(BodyOut, ended))

    def _secretariat(self, home: Organisation, wanted: Any) -> Body | None:
        if wanted is None:
            return None
        found: Body = get_object_or_404(open_bodies(home, localdate(self.now)), pk=wanted)
        return found

    @extend_schema(parameters=[ONCE], request=PostIn, responses={201: PostOut, **REFUSED})
    @action(detail=True, methods=["post"])
    def posts(self, request: Any, pk: str, **kwargs: Any) -> Response:
        asked = taken_in(PostIn, request.data)
        made = add_post(self.get_object(), **asked, by=request.user, now=self.now)
        return answered(_post(made) | {"tenures": []}, 201)


class PostViewSet(TenantViewSet):
    """`POST /posts/{id}/tenures/` appoints somebody to a post; `/end/` ends the post."""

    permission = Permission.BODY_VIEW
    queryset = Post.objects.none()
    serializer_class = PostOut

    def visible(self) -> Any:
        return Post.objects.filter(body__in=visible_bodies(self.request.user))

    @extend_schema(parameters=[MATCH], request=PostChange, responses={200: PostLine, **REFUSED})
    def partial_update(self, request: Any, pk: str, **kwargs: Any) -> Response:
        found = self.get_object()
        self.check_match(found)
        asked = taken_in(PostChange, request.data, partial=True)
        made = change_post(found, **asked, by=request.user, now=self.now, seen=found.version)
        return answered(_post(made))

    @extend_schema(request=EndIn, responses={200: PostLine, **REFUSED})
    @action(detail=True, methods=["post"])
    def end(self, request: Any, pk: str, **kwargs: Any) -> Response:
        asked = taken_in(EndIn, request.data)
        return answered(_post(end_post(self.get_object(), **asked, by=request.user, now=self.now)))

    @extend_schema(parameters=[ONCE], request=SeatIn, responses={201: TenureOut, **REFUSED})
    @action(detail=True, methods=["post"])
    def tenures(self, request: Any, pk: str, **kwargs: Any) -> Response:
        asked = taken_in(SeatIn, request.data)
        person = get_object_or_404(visible_persons(request.user), pk=asked["person"])
        made = appoint(
            self.get_object(),
            person=person,
            starts_on=asked["on"],
            acting=asked["acting"],
            by=request.user,
            now=self.now,
        )
        return Response(_tenure(made), status=201)


class TenureViewSet(TenantViewSet):
    """`POST /tenures/{id}/handover/` and `/end/`: who holds the post from a day on.

    `DELETE` cancels an appointment whose day has not come.
    """

    permission = Permission.BODY_VIEW
    queryset = Tenure.objects.none()
    serializer_class = TenureOut

    def visible(self) -> Any:
        return Tenure.objects.filter(post__body__in=visible_bodies(self.request.user))

    @extend_schema(parameters=[ONCE], request=SeatIn, responses={201: TenureOut, **REFUSED})
    @action(detail=True, methods=["post"])
    def handover(self, request: Any, pk: str, **kwargs: Any) -> Response:
        asked = taken_in(SeatIn, request.data)
        person = get_object_or_404(visible_persons(request.user), pk=asked.pop("person"))
        made = hand_over(self.get_object(), to=person, **asked, by=request.user, now=self.now)
        return Response(_tenure(made), status=201)

    @extend_schema(request=ActingIn, responses={200: TenureOut, **REFUSED})
    def partial_update(self, request: Any, pk: str, **kwargs: Any) -> Response:
        asked = taken_in(ActingIn, request.data)
        made = correct_tenure(self.get_object(), **asked, by=request.user, now=self.now)
        return Response(_tenure(made))

    @extend_schema(responses={204: None, **REFUSED})
    def destroy(self, request: Any, pk: str, **kwargs: Any) -> Response:
        cancel_tenure(self.get_object(), by=request.user, now=self.now)
        return Response(status=204)

    @extend_schema(request=EndIn, responses={200: TenureOut, **REFUSED})
    @action(detail=True, methods=["post"])
    def end(self, request: Any, pk: str, **kwargs: Any) -> Response:
        asked = taken_in(EndIn, request.data)
        ended = end_tenure(self.get_object(), **asked, by=request.user, now=self.now)
        return Response(_tenure(ended))


def _post(post: Post) -> dict[str, Any]:
    return row_of(PostLine, post)


def _tenure(tenure: Tenure) -> dict[str, Any]:
    return {
        "id": tenure.pk,
        "person": tenure.person_id,
        "name": tenure.person_name,
        "acting": tenure.acting,
        "starts_on": tenure.starts_on,
        "starts_in_month": tenure.starts_in_month,
        "ends_on": tenure.ends_on,
    }
