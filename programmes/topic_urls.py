"""Addresses of what stands beside a topic: similar ones, scores, opinions, milestones, its conclusion."""

from typing import Any

from django.urls import path

from programmes.views import (
    conclusions,
    milestones,
    project_similar,
    topic_pool,
    topic_pool_entries,
)

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
    path("projects/pool/", topic_pool.TopicPool.as_view(), name="topic_pool"),
    path(f"{TOPIC}scores/", topic_pool_entries.TopicScores.as_view(), name="topic_scores"),
    path(f"{TOPIC}opinions/", topic_pool_entries.TopicOpinions.as_view(), name="topic_opinions"),
    path(
        f"{TOPIC}opinions/<uuid:topic_opinion>/removal/",
        topic_pool_entries.TopicOpinionRemoval.as_view(),
        name="topic_opinion_removal",
    ),
    path(f"{TOPIC}milestones/", milestones.MilestoneList.as_view(), name="milestone_list"),
    path(
        f"{TOPIC}milestones/<uuid:milestone>/",
        milestones.MilestoneEdit.as_view(),
        name="milestone_edit",
    ),
    path(
        f"{TOPIC}milestones/<uuid:milestone>/removal/",
        milestones.MilestoneRemoval.as_view(),
        name="milestone_removal",
    ),
    path(f"{TOPIC}conclusion/", conclusions.ProjectConclusion.as_view(), name="project_conclusion"),
    path(f"{TOPIC}reopening/", conclusions.ProjectReopening.as_view(), name="project_reopening"),
    path(f"{TOPIC}similar/", project_similar.ProjectSimilar.as_view(), name="project_similar"),
]
