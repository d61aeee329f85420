"""Sign-ins and roles, for two of the three administrators. For sessions: no token administers anything."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from actionlearning.foundation.api import StrictSerializer, TenantViewSet
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from groups.actions.users import (
    change_user,
    create_user,
    deactivate_user,
    give_role,
    link_user,
    reactivate_user,
    reset_password,
    take_role,
)
from groups.api.shapes import (
    ONCE,
    READ,
    REFUSED,
    EndIn,
    Paging,
    SecretResponse,
    page_of,
    rows_of,
    taken_in,
)
from groups.models import Appointment, Organisation, Person
from groups.queries import appointments_listed, in_force, sign_ins_listed
from groups.roles import DESCRIPTIONS, PERMISSIONS, Role


class SignInFilter(Paging):
    ended = serializers.BooleanField(
        required=False, default=False, help_text="Also those that are switched off."
    )


class SignInOut(serializers.Serializer):
    id = serializers.UUIDField()
    login = serializers.CharField()
    display_name = serializers.CharField()
    email = serializers.CharField()
    is_active = serializers.BooleanField()
    must_change_password = serializers.BooleanField()
    locked_until = serializers.DateTimeField(allow_null=True)
    factor_confirmed_at = serializers.DateTimeField(allow_null=True)
    last_login = serializers.DateTimeField(allow_null=True)


class SignInMade(SignInOut):
    password = serializers.CharField(help_text="Shown in this answer and never again.")


class SignInDraft(StrictSerializer):
    login = serializers.CharField(max_length=60)
    person = serializers.UUIDField(required=False, allow_null=True)
    display_name = serializers.CharField(max_length=60, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)


class SignInChange(StrictSerializer):
    login = serializers.CharField(max_length=60, required=False)
    display_name = serializers.CharField(max_length=60, required=False)
    email = serializers.EmailField(required=False, allow_blank=True)


class SignInPerson(StrictSerializer):
    person = serializers.UUIDField(help_text="Somebody in force without a sign-in.")


class SignInViewSet(TenantViewSet):
    """Sign-ins of people, for the system administrator; neither the system's nor a client's."""

    permission = Permission.USER_MANAGE
    queryset = User.objects.none()
    serializer_class = SignInOut
    order = ("login", "id")
    sorts_by = "login"

    def visible(self) -> Any:
        return sign_ins_listed(inactive=True)

    @extend_schema(
        parameters=[SignInFilter], responses={200: page_of("SignInPage", SignInOut), **READ}
    )
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        asked = taken_in(SignInFilter, request.query_params)
        rows, cursor = self.page(sign_ins_listed(asked["q"], inactive=asked["ended"]))
        return self.listed(rows_of(SignInOut, rows, asked["fields"]), cursor)

    @extend_schema(responses={200: SignInOut, **READ})
    def retrieve(self, request: Any, pk: str, **kwargs: Any) -> Response:
        return Response(_sign_in(self.get_object()))

    @extend_schema(request=SignInDraft, responses={201: SignInMade, **REFUSED})
    def create(self, request: Any, **kwargs: Any) -> Response:
        asked = taken_in(SignInDraft, request.data)
        wanted = asked.pop("person", None)
        person = self._free(wanted) if wanted else None
        made, password = create_user(person=person, **asked, by=request.user, now=self.now)
        return SecretResponse(_sign_in(made) | {"password": password}, status=201)

    @extend_schema(request=SignInChange, responses={200: SignInOut, **REFUSED})
    def partial_update(self, request: Any, pk: str, **kwargs: Any) -> Response:
        found = self.get_object()
        kept = {name: getattr(found, name) for name in ("login", "display_name", "email")}
        asked = kept | taken_in(SignInChange, request.data, partial=True)
        return Response(_sign_in(change_user(found, **asked, by=request.user, now=self.now)))

    @extend_schema(request=SignInPerson, responses={200: SignInOut, **REFUSED})
    @action(detail=True, methods=["post"])
    def person(self, request: Any, pk: str, **kwargs: Any) -> Response:
        """The posts of the person give it their rights at once."""
        found = self.get_object()
        person = self._free(taken_in(SignInPerson, request.data)["person"])
        link_user(found, person=person, by=request.user, now=self.now)
        return Response(_sign_in(self.get_object()))

    @extend_schema(request=None, responses={200: SignInMade, **REFUSED})
    @action(detail=True, methods=["post"], url_path="password-reset", url_name="password-reset")
    def password_reset(self, request: Any, pk: str, **kwargs: Any) -> Response:
        return self._begun_anew(reset_password)

    @extend_schema(request=None, responses={200: SignInMade, **REFUSED})
    @action(detail=True, methods=["post"])
    def reactivation(self, request: Any, pk: str, **kwargs: Any) -> Response:
        return self._begun_anew(reactivate_user)

    @extend_schema(request=None, responses={200: SignInOut, **REFUSED})
    @action(detail=True, methods=["post"])
    def deactivation(self, request: Any, pk: str, **kwargs: Any) -> Response:
        return Response(_sign_in(deactivate_user(self.get_object(), by=request.user, now=self.now)))

    def _free(self, pk: Any) -> Person:
        people = Person.objects.filter(in_force(localdate(self.now)), user=None)
        found: Person = get_object_or_404(people, pk=pk)
        return found

    def _begun_anew(self, verb: Any) -> Response:
        found = self.get_object()
        password = verb(found, by=self.request.user, now=self.now)
        found.refresh_from_db()
        return SecretResponse(_sign_in(found) | {"password": password})


def _sign_in(user: User) -> dict[str, Any]:
    return rows_of(SignInOut, [user], "")[0]


class RoleOut(serializers.Serializer):
    role = serializers.ChoiceField(Role.choices)
    name = serializers.CharField()
    description = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())


class AppointmentOut(serializers.Serializer):
    id = serializers.UUIDField()
    user = serializers.UUIDField()
    role = serializers.ChoiceField(Role.choices)
    organisation = serializers.UUIDField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


class AppointmentIn(StrictSerializer):
    user = serializers.UUIDField()
    role = serializers.ChoiceField(Role.choices)
    organisation = serializers.UUIDField()
    starts_on = serializers.DateField()


class AppointmentViewSet(TenantViewSet):
    """Roles given without a post, for the security administrator."""

    permission = Permission.ROLE_MANAGE
    queryset = Appointment.objects.none()
    serializer_class = AppointmentOut
    order = ("role", "id")
    sorts_by = "role"

    def visible(self) -> Any:
        return appointments_listed(day=localdate(self.now), ended=True)

    @extend_schema(
        parameters=[Paging], responses={200: page_of("AppointmentPage", AppointmentOut), **READ}
    )
    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        asked = taken_in(Paging, request.query_params)
        day = localdate(self.now)
        rows, cursor = self.page(
            appointments_listed(day=day, text=asked["q"], ended=asked["ended"])
        )
        return self.listed(rows_of(AppointmentOut, rows, asked["fields"]), cursor)

    @extend_schema(parameters=[ONCE], request=AppointmentIn, responses={201: AppointmentOut, **REFUSED})  # fmt: skip
    def create(self, request: Any, **kwargs: Any) -> Response:
        asked = taken_in(AppointmentIn, request.data)
        user = get_object_or_404(sign_ins_listed(), pk=asked.pop("user"))
        units = Organisation.objects.in_force(localdate(self.now))
        home = get_object_or_404(units, pk=asked.pop("organisation"))
        made = give_role(user, organisation=home, **asked, by=request.user, now=self.now)
        return Response(rows_of(AppointmentOut, [made], "")[0], status=201)

    @extend_schema(request=EndIn, responses={200: AppointmentOut, **REFUSED})
    @action(detail=True, methods=["post"])
    def end(self, request: Any, pk: str, **kwargs: Any) -> Response:
        asked = taken_in(EndIn, request.data)
        taken = take_role(self.get_object(), **asked, by=request.user, now=self.now)
        return Response(rows_of(AppointmentOut, [taken], "")[0])

    @extend_schema(responses={200: RoleOut(many=True), **READ}, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def roles(self, request: Any, **kwargs: Any) -> HttpResponse:
        """What each role lets its holder do."""
        told = [
            {
                "role": role.value,
                "name": str(role.label),
                "description": str(DESCRIPTIONS[role]),
                "permissions": [str(each) for each in PERMISSIONS[role]],
            }
            for role in Role
        ]
        return Response(told)
