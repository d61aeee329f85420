"""Addresses for people's own calendar programs: one's list, a new one, revoking; and the file behind an address."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from actionlearning.foundation.clients import within
from actionlearning.foundation.documents.ics import MEDIA_TYPE
from actionlearning.foundation.models import User
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.tokens import hash_of
from actionlearning.foundation.views import TenantFormView, TenantView, TokenView
from groups.access import AppointmentBackend, standing_of
from groups.models import Person
from groups.queries import lasting
from programmes.actions.calendar_feeds import make_feed, revoke_feed
from programmes.forms.entries import CalendarFeedForm
from programmes.models import CalendarFeed
from programmes.queries import local_day
from programmes.queries.entries import nearest_entries
from programmes.queries.entry_kinds import Asked
from programmes.queries.feed_spans import SUBJECTS
from programmes.states import FeedSpan
from programmes.views.calendar_ics import calendar_of

MOST = 2_000
"""Entries of one address."""
BEFORE, AHEAD = timedelta(days=92), timedelta(days=400)
NOTED_EVERY = timedelta(minutes=5)
CALLS, HOUR = 120, 3600
"""So many times an hour an address is read: calendar programs ask some four times, of several devices."""


class CalendarFeedList(TenantView):
    """One's own, the latest first; revoked ones stay for the record."""

    permission = Permission.ACCOUNT_CHANGE

    def get(self, request: Any) -> HttpResponse:
        rows = CalendarFeed.objects.visible_to(request.user).order_by("-created_at", "-id")
        context = {"feeds": [_line(row) for row in rows[:100]]}
        return render(request, "programmes/calendar_feed_list.html", context)


def _line(row: CalendarFeed) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "name": row.name,
        "span": row.get_span_display(),
        "made": _moment(row.created_at),
        "used": _moment(row.last_used_at),
        "open": row.revoked_at is None,
    }


def _moment(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else ""


class CalendarFeedNew(TenantFormView):
    """`?organisation=`, `?project=`, `?programme=`, `?body=`: offered as well, because asked for from its calendar."""

    permission = Permission.ACCOUNT_CHANGE
    template_name = "programmes/calendar_feed_new.html"
    form_class = CalendarFeedForm

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(Permission.PROJECT_VIEW):
            raise Http404
        return super().get(request, *args, **kwargs)

    @cached_property
    def narrowed(self) -> dict[str, Any]:
        """By span the rows of the address, which this reader sees; narrowest first."""
        keys = {span: _key(self.request.GET.get(span, "")) for span in SUBJECTS}
        return {
            span: get_object_or_404(SUBJECTS[span](self.request.user), pk=key)
            for span, key in keys.items()
            if key
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "narrowed": self.narrowed}

    def get_initial(self) -> dict[str, Any]:
        if self.narrowed:
            return {"span": next(iter(self.narrowed))}
        asked = self.request.GET.get("span", "")
        return {"span": asked if asked in FeedSpan.values else FeedSpan.OWN}

    def act(self, form: Any) -> HttpResponse:
        made, secret = make_feed(**form.facts(), by=self.request.user, now=self.request.received_at)
        context = {"feed": made, "address": address_of(self.request, secret)}
        answer = render(self.request, "programmes/calendar_feed_made.html", context)
        answer.holds_secret = True  # type: ignore[attr-defined]  # the middleware keeps nothing of it
        return answer


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise Http404 from None


def address_of(request: Any, secret: str) -> str:
    """The whole address; who has it reads the calendar."""
    path = reverse("programmes:calendar_feed_file", args=[request.tenant.slug, secret])
    return str(request.build_absolute_uri(path))


class CalendarFeedRevocation(TenantView):
    permission = Permission.ACCOUNT_CHANGE

    def get(self, request: Any, pk: Any) -> HttpResponse:
        return _to_list(request)

    def post(self, request: Any, pk: Any) -> HttpResponse:
        feed = get_object_or_404(CalendarFeed.objects.visible_to(request.user), pk=pk)
        revoke_feed(feed, by=request.user, now=request.received_at)
        messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": feed})
        return _to_list(request)


def _to_list(request: Any) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("programmes:calendar_feed_list", args=[request.tenant.slug])
    )


class CalendarFeedFile(TokenView):
    """For a calendar program, without a session: what its maker may see at this moment.

    404 for an unknown or revoked secret alike, and where its maker may not read any more what it shows.
    """

    def get(self, request: Any, tenant: str, token: str) -> HttpResponse:
        feed = CalendarFeed.objects.open().filter(hash=hash_of(token)).first()
        today = local_day(request.received_at)
        reader = reader_of(feed, request.tenant, today) if feed is not None else None
        if feed is None or reader is None:
            raise Http404
        if not within(f"feed:{feed.pk}", most=CALLS, seconds=HOUR):
            return HttpResponse(status=429, headers={"Retry-After": str(HOUR)})
        _note_use(feed, request.received_at)
        language = reader.language or translation.get_language()
        seen = scope(request.tenant, path=reader.standing.path, actor=reader)
        with seen, translation.override(language):
            answer = _fresh(request, self._body(request, feed, reader))
        answer.headers["Content-Language"] = language
        return answer

    def _body(self, request: Any, feed: CalendarFeed, reader: User) -> bytes:
        today = local_day(request.received_at)
        narrowed = _narrowed(feed, reader)
        asked = Asked(today - BEFORE, today + AHEAD, own=feed.span == FeedSpan.OWN, **narrowed)
        rows, cut = nearest_entries(reader, asked, request.received_at, most=MOST)
        return calendar_of(
            rows,
            name=feed.name,
            slug=request.tenant.slug,
            absolute=request.build_absolute_uri,
            cut=cut,
        )


def reader_of(feed: CalendarFeed, tenant: Any, today: date) -> Any:
    """Its maker with his rights of today; None once he has left."""
    with scope(
        tenant, path=WHOLE, actor=None
    ):  # as before any sign-in: seats and rosters stand behind the wall
        found: Any = AppointmentBackend().get_user(feed.user_id)
        if found is None or not _still_here(found, today):
            return None
    found.tenant = tenant
    return found if found.has_perm(Permission.PROJECT_VIEW) else None


def _still_here(user: User, today: date) -> bool:
    """Whoever has neither seat nor grant is invited by his line of a roster, until it ends."""
    standing = standing_of(user)
    if standing.seats or standing.granted_paths:
        return True
    return bool(Person.objects.filter(lasting(today), user=user).exists())


def _narrowed(feed: CalendarFeed, reader: User) -> dict[str, Any]:
    """The unit, topic, programme or body as the reader sees it now. Raises Http404."""
    if feed.span not in SUBJECTS:
        return {}
    found = get_object_or_404(SUBJECTS[feed.span](reader), pk=feed.subject)
    return {feed.span: found.pk if feed.span == FeedSpan.PROGRAMME else found}


def _note_use(feed: CalendarFeed, now: datetime) -> None:
    if feed.last_used_at is None or feed.last_used_at < now - NOTED_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_used_at=now)


def _fresh(request: Any, body: bytes) -> HttpResponse:
    """304 for whoever has the same already; kept by nobody but the program itself."""
    answer = HttpResponse(body, content_type=f"{MEDIA_TYPE}; charset=utf-8")
    set_response_etag(answer)
    found: Any = get_conditional_response(request, etag=answer.headers["ETag"], response=answer)
    found.headers["Cache-Control"] = "private, no-cache"
    found.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    found.headers["Referrer-Policy"] = "no-referrer"
    return found  # type: ignore[no-any-return]
