"""Nobody sees or changes what is not theirs, on any route. In full: `make proof-isolation`."""

import sys
import uuid
from types import ModuleType

import pytest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import SystemView, TenantView
from actionlearning.urls import urlpatterns
from groups.models import Person
from tests.isolation.filling import marked_of, tenant_models
from tests.isolation.routes import Route, likeness, words_of
from tests.isolation.trying import Trial


@pytest.fixture(scope="module")
def tried(probe, calibrated):
    Trial(probe, thorough=False).run(calibrated)
    return probe


def test_every_route_has_a_probe(calibrated, probe):
    assert probe.found.without == []
    assert {found.route.name for found in calibrated} == {route.name for route in probe.routes}


def test_insiders_get_no_error_and_see_their_own_marks(calibrated, probe):
    """A scanner that never finds anything proves nothing."""
    assert "\n".join(sorted(set(probe.found.errors))) == ""
    assert probe.found.own_marks > 200


def test_no_route_shows_or_does_what_is_not_the_actors(tried):
    assert "\n".join(sorted(set(tried.found.leaks))) == ""


def test_no_request_ends_in_an_error(tried):
    assert "\n".join(sorted(set(tried.found.errors))) == ""


def test_every_route_was_tried_by_every_actor(tried):
    assert len(tried.found.asked) == len(tried.routes) * len(tried.actors)
    assert len(tried.actors) >= 12


def test_every_text_of_every_model_carries_a_mark(probe):
    marked = {(label, field) for label, field, _place in probe.register.marks.values()}
    wanted = {(model._meta.label, field) for model in tenant_models() for field in marked_of(model)}
    assert wanted <= marked


# -- the probe itself: planted holes must be found ---------------------------------------------------


class LeakyDetail(TenantView):
    """Planted: looks a row up without asking whose it is."""

    permission = Permission.DESK_VIEW

    def get(self, request, pk):
        return HttpResponse(get_object_or_404(Person.objects.filter(), pk=pk).name)


class LeakyList(TenantView):
    """Planted: shows every organisation's people who are inside the path wall."""

    permission = Permission.DESK_VIEW

    def get(self, request):
        return HttpResponse(" ".join(Person._base_manager.values_list("phone", flat=True)))


class LeakyAnswer(TenantView):
    """Planted: tells by its status that a row exists."""

    permission = Permission.DESK_VIEW

    def post(self, request, pk):
        found = Person.objects.filter(pk=pk).first()
        return HttpResponse(status=409 if found else 404)


class Broken(SystemView):
    """Planted: fails on a filter that is no id."""

    def get(self, request):
        return HttpResponse(
            uuid.UUID(request.GET.get("unit", str(uuid.uuid4()))).hex[int(request.GET.get("n", 1))]
        )


PLANTED = [
    path("t/<slug:tenant>/planted/people/<uuid:pk>/", LeakyDetail.as_view(), name="person_leak"),
    path("t/<slug:tenant>/planted/people/", LeakyList.as_view(), name="leaky_list"),
    path(
        "t/<slug:tenant>/planted/persons/<uuid:pk>/answer/",
        LeakyAnswer.as_view(),
        name="leaky_answer",
    ),
    path("planted/broken/", Broken.as_view(), name="broken"),
    path("t/<slug:tenant>/planted/nothing/<uuid:unknown>/", LeakyDetail.as_view(), name="no_probe"),
]


@pytest.fixture
def planted(probe, settings, monkeypatch):
    """The same probe over the product's addresses and a few with holes; only these are tried."""
    module = ModuleType("planted_urls")
    module.urlpatterns = [*urlpatterns, *PLANTED]
    module.handler404 = "actionlearning.desk.views.system.not_found"
    module.handler500 = "actionlearning.desk.views.system.server_error"
    monkeypatch.setitem(sys.modules, "planted_urls", module)
    settings.ROOT_URLCONF = "planted_urls"
    nearest = ("guest", "anonymous")  # the guest's path wall holds more than its one project
    monkeypatch.setattr(probe, "actors", [actor for actor in probe.actors if actor.name in nearest])

    def run(name):
        pattern = next(one for one in PLANTED if one.name == name)
        parts = tuple(
            (n, type(k).__name__) for n, k in pattern.pattern.converters.items() if n != "tenant"
        )
        route = Route(
            name,
            pattern.callback,
            parts,
            "tenant" in pattern.pattern.converters,
            str(pattern.pattern),
        )
        before, probe.found = probe.found, type(probe.found)()
        try:
            made = [found for found in [probe._calibrated(route)] if found]
            Trial(probe, thorough=True).run(made)
            return probe.found
        finally:
            probe.found = before

    return run


@pytest.mark.parametrize("name", ["person_leak", "leaky_list"])
def test_a_planted_leak_of_texts_is_found(planted, name):
    assert any("shows groups.Person." in leak for leak in planted(name).leaks)


def test_a_planted_answer_that_tells_of_existence_is_found(planted):
    assert any("answers 409, an unknown id 404" in leak for leak in planted("leaky_answer").leaks)


def test_a_planted_error_is_found(planted):
    assert any("ValueError" in error for error in planted("broken").errors)


def test_a_route_nobody_can_ask_is_reported(planted):
    assert planted("no_probe").without == ["no_probe: nobody gets in"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("InformationItem", ["information", "item"]),
        ("bodies", ["body"]),
        ("calendar-days", ["calendar", "day"]),
    ],
)
def test_words_of_a_name(name, words):
    assert words_of(name) == words


def test_a_model_fits_its_own_address_best(probe):
    models = sorted(probe.register.rows, key=lambda model: likeness(model, "persons"), reverse=True)
    assert models[0] is Person
