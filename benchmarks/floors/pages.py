"""A REST page with page numbers, and a table rendered with the date filter."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from benchmarks.floors.models import Line

PAGE = 50


class LineSerializer(serializers.ModelSerializer[Line]):
    class Meta:
        model = Line
        fields = "__all__"


class LinePage(ListAPIView[Line]):
    queryset = Line.objects.order_by("due_at", "id")
    serializer_class = LineSerializer


def line_table(request: HttpRequest) -> HttpResponse:
    rows: Any = Paginator(Line.objects.order_by("due_at", "id"), PAGE).get_page(1)
    return render(request, "lines.html", {"rows": rows})


def bare(request: HttpRequest, size: int) -> HttpResponse:
    """The same bytes from nowhere."""
    return HttpResponse(b" " * size, content_type="application/json")


urlpatterns = [
    path("page/", LinePage.as_view()),
    path("table/", line_table),
    path("bare/<int:size>/", bare),
]
