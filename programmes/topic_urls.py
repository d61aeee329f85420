"""Addresses of what stands beside a topic: similar ones, scores, opinions, milestones, its conclusion."""

from typing import Any

from django.urls import path

from programmes.views import project_similar

TOPIC = "projects/<uuid:pk>/"
TOPICS: list[Any] = [
    path(
        "projects/similar/",
        project_similar.ProjectSimilarTyped.as_view(),
        name="project_similar_typed",
    ),
    path(
        f"{TOPIC}similar/typed/",
        project_similar.ProjectSimilarTyped.as_view(),
        name="project_similar_edited",
    ),
    path(f"{TOPIC}similar/", project_similar.ProjectSimilar.as_view(), name="project_similar"),
]
