from typing import Any

from django.urls import path

from groups.views import (
    bodies,
    delegations,
    divisions,
    grants,
    organisations,
    persons,
    posts,
    roles,
    rosters,
    tenures,
    tokens,
    users,
)
from groups.views.session import SESSION_URLS

ORGANISATION_URLS = [
    path("organisations/", organisations.OrganisationList.as_view(), name="organisation_list"),
    path(
        "organisations/<uuid:pk>/",
        organisations.OrganisationDetail.as_view(),
        name="organisation_detail",
    ),
    path(
        "organisations/<uuid:pk>/units/new/",
        organisations.OrganisationNew.as_view(),
        name="organisation_new",
    ),
    path(
        "organisations/<uuid:pk>/edit/",
        organisations.OrganisationEdit.as_view(),
        name="organisation_edit",
    ),
    path("organisations/<uuid:pk>/persons/new/", persons.PersonNew.as_view(), name="person_new"),
    path("organisations/<uuid:pk>/bodies/new/", bodies.BodyNew.as_view(), name="body_new"),
    path("organisations/<uuid:pk>/tokens/new/", tokens.TokenNew.as_view(), name="token_new"),
]
DIVISION_URLS = [
    path("divisions/", divisions.DivisionList.as_view(), name="division_list"),
    path("divisions/offers/", divisions.DivisionOffers.as_view(), name="division_offers"),
    path("divisions/loading/", divisions.DivisionLoading.as_view(), name="division_loading"),
    path("divisions/<uuid:pk>/", divisions.DivisionDetail.as_view(), name="division_detail"),
]
PERSON_URLS = [
    path("persons/", persons.PersonList.as_view(), name="person_list"),
    path("persons/<uuid:pk>/", persons.PersonDetail.as_view(), name="person_detail"),
    path("persons/<uuid:pk>/edit/", persons.PersonEdit.as_view(), name="person_edit"),
    path("persons/<uuid:pk>/ending/", persons.PersonEnding.as_view(), name="person_ending"),
    path("persons/<uuid:pk>/transfer/", persons.PersonTransfer.as_view(), name="person_transfer"),
    path("persons/<uuid:pk>/phone/", persons.PersonPhone.as_view(), name="person_phone"),
]
BODY_URLS = [
    path("bodies/", bodies.BodyList.as_view(), name="body_list"),
    path("bodies/<uuid:pk>/", bodies.BodyDetail.as_view(), name="body_detail"),
    path("bodies/<uuid:pk>/edit/", bodies.BodyEdit.as_view(), name="body_edit"),
    path(
        "bodies/<uuid:pk>/dissolution/", bodies.BodyDissolution.as_view(), name="body_dissolution"
    ),
    path("posts/", posts.PostList.as_view(), name="post_list"),
    path("bodies/<uuid:pk>/posts/new/", posts.PostNew.as_view(), name="post_new"),
    path("posts/<uuid:pk>/edit/", posts.PostEdit.as_view(), name="post_edit"),
    path("posts/<uuid:pk>/ending/", posts.PostEnding.as_view(), name="post_ending"),
    path("posts/<uuid:pk>/tenures/new/", tenures.TenureNew.as_view(), name="tenure_new"),
    path("tenures/<uuid:pk>/handover/", tenures.TenureHandover.as_view(), name="tenure_handover"),
    path("tenures/<uuid:pk>/acting/", tenures.TenureActing.as_view(), name="tenure_acting"),
    path(
        "tenures/<uuid:pk>/cancellation/",
        tenures.TenureCancellation.as_view(),
        name="tenure_cancellation",
    ),
    path("tenures/<uuid:pk>/ending/", tenures.TenureEnding.as_view(), name="tenure_ending"),
    path("delegations/", delegations.DelegationList.as_view(), name="delegation_list"),
    path(
        "tenures/<uuid:pk>/delegation/", delegations.DelegationNew.as_view(), name="delegation_new"
    ),
    path(
        "delegations/<uuid:pk>/ending/",
        delegations.DelegationEnding.as_view(),
        name="delegation_ending",
    ),
]
ROSTER_URLS = [
    path("rosters/", rosters.RosterList.as_view(), name="roster_list"),
    path("rosters/new/", rosters.RosterNew.as_view(), name="roster_new"),
    path("rosters/forms/<slug:kind>/", rosters.RosterTemplate.as_view(), name="roster_template"),
    path("rosters/<uuid:pk>/", rosters.RosterDetail.as_view(), name="roster_detail"),
    path("rosters/<uuid:pk>/sheet/", rosters.RosterSheet.as_view(), name="roster_sheet"),
    path(
        "rosters/<uuid:pk>/confirmation/",
        rosters.RosterConfirmation.as_view(),
        name="roster_confirmation",
    ),
    path("rosters/<uuid:pk>/undoing/", rosters.RosterUndoing.as_view(), name="roster_undoing"),
    path(
        "rosters/<uuid:pk>/discarding/",
        rosters.RosterDiscarding.as_view(),
        name="roster_discarding",
    ),
]
ADMINISTRATOR_URLS = [
    path("users/", users.UserList.as_view(), name="user_list"),
    path("users/new/", users.UserNew.as_view(), name="user_new"),
    path("users/<uuid:pk>/edit/", users.UserEdit.as_view(), name="user_edit"),
    path("users/<uuid:pk>/person/", users.UserPerson.as_view(), name="user_person"),
    path("users/<uuid:pk>/password/", users.UserPassword.as_view(), name="user_password"),
    path(
        "users/<uuid:pk>/deactivation/", users.UserDeactivation.as_view(), name="user_deactivation"
    ),
    path(
        "users/<uuid:pk>/reactivation/", users.UserReactivation.as_view(), name="user_reactivation"
    ),
    path("roles/", roles.RoleList.as_view(), name="role_list"),
    path("roles/appointments/new/", roles.AppointmentNew.as_view(), name="appointment_new"),
    path(
        "roles/appointments/<uuid:pk>/ending/",
        roles.AppointmentEnding.as_view(),
        name="appointment_ending",
    ),
]
OPENED_URLS = [
    path("grants/", grants.GrantList.as_view(), name="grant_list"),
    path("grants/<uuid:pk>/ending/", grants.GrantEnding.as_view(), name="grant_ending"),
    path("tokens/", tokens.TokenList.as_view(), name="token_list"),
    path("tokens/<uuid:pk>/revocation/", tokens.TokenRevocation.as_view(), name="token_revocation"),
]

app_name = "groups"
urlpatterns: list[Any] = [
    *ORGANISATION_URLS,
    *DIVISION_URLS,
    *PERSON_URLS,
    *BODY_URLS,
    *ROSTER_URLS,
    *ADMINISTRATOR_URLS,
    *OPENED_URLS,
]
urlpatterns += SESSION_URLS
