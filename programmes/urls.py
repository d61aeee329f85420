from typing import Any

from django.urls import path

from programmes.views import project_grants, projects, teams

app_name = "programmes"

PROJECTS = [
    path("projects/", projects.ProjectList.as_view(), name="project_list"),
    path("projects/inbox/", projects.ProjectInbox.as_view(), name="project_inbox"),
    path("projects/new/", projects.ProjectNew.as_view(), name="project_new"),
    path("projects/<uuid:pk>/", projects.ProjectDetail.as_view(), name="project_detail"),
    path("projects/<uuid:pk>/edit/", projects.ProjectEdit.as_view(), name="project_edit"),
    path("projects/<uuid:pk>/choice/", projects.ProjectChoice.as_view(), name="project_choice"),
    path("projects/<uuid:pk>/refusal/", projects.ProjectRefusal.as_view(), name="project_refusal"),
    path(
        "projects/<uuid:pk>/submission/",
        projects.ProjectSubmission.as_view(),
        name="project_submission",
    ),
    path(
        "projects/<uuid:pk>/acceptance/",
        projects.ProjectAcceptance.as_view(),
        name="project_acceptance",
    ),
    path("projects/<uuid:pk>/return/", projects.ProjectReturn.as_view(), name="project_return"),
    path(
        "projects/<uuid:pk>/versions/<uuid:turn>/",
        projects.ProjectVersion.as_view(),
        name="project_version",
    ),
    path("projects/<uuid:pk>/members/", teams.ProjectMembers.as_view(), name="project_members"),
    path(
        "projects/<uuid:pk>/members/<uuid:member>/",
        teams.ProjectMember.as_view(),
        name="project_member",
    ),
    path(
        "projects/<uuid:pk>/members/<uuid:member>/removal/",
        teams.ProjectMemberRemoval.as_view(),
        name="project_member_removal",
    ),
    path(
        "projects/<uuid:pk>/grants/", project_grants.ProjectGrants.as_view(), name="project_grants"
    ),
    path(
        "projects/<uuid:pk>/grants/<uuid:grant>/end/",
        project_grants.ProjectGrantEnd.as_view(),
        name="project_grant_end",
    ),
]
urlpatterns: list[Any] = [*PROJECTS]
