"""Where an issue is put together: basket, order, own articles, head and tail, text; all of it autosaved."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models.functions import Coalesce
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from actionlearning.foundation.errors import Refusal, Stale
from actionlearning.foundation.permissions import Permission
from actionlearning.foundation.views import TenantListView, TenantView
from reporting.actions.articles import (
    add_article,
    compile_items,
    merge_items,
    move_article,
    remove_article,
    write_article,
)
from reporting.actions.issues import edit_issue
from reporting.exports import kind_label, moment, month_name
from reporting.forms import StepForm
from reporting.models import InformationItem, Issue
from reporting.queries import articles_in_force, basket_of, holding, narrowed
from reporting.views.article_form import ArticleForm
from reporting.views.issue_forms import IssueForm, OwnArticleForm
from reporting.views.issue_reading import (
    WRITABLE_ISSUE,
    article_for,
    articles_of,
    issue_for,
    name_of,
    shown_article,
)

_BASKET = (
    "id",
    "shown_title",
    "shown_body",
    "kind",
    "window_key",
    "organisation__name",
    "activity_id",
    "decided_at",
)


class IssueCompile(TenantListView):
    """The workbench: on the left what may still be printed, on the right what stands in the issue."""

    permission = Permission.BRIEFING_COMPILE
    template_name = "reporting/issue_compile.html"
    order = ("-decided_at", "-id")
    refusal: Refusal | None = None

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.issue: Any = None

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.issue = issue_for(request.user, kwargs["pk"], self.permission)
        if self.issue.state not in WRITABLE_ISSUE:
            return redirect("reporting:issue_detail", request.tenant.slug, self.issue.pk)
        return super().get(request, *args, **kwargs)

    def post(self, request: Any, pk: Any) -> Any:
        """Take the chosen items in; a refusal shows the basket as it now is."""
        issue = issue_for(request.user, pk, self.permission)
        chosen = _keys(request.POST.getlist("items"))
        found = {each.pk: each for each in basket_items(issue, request.user, chosen)}
        items = [found[key] for key in chosen if key in found]
        try:
            compile_items(
                issue, items, seen=_version(request), by=request.user, now=request.received_at
            )
        except Refusal as refusal:
            return self.refuse(refusal)
        return redirect("reporting:issue_compile", request.tenant.slug, pk)

    def refuse(self, refusal: Refusal) -> Any:
        self.refusal = refusal
        answer: Any = self.get(self.request, pk=self.kwargs["pk"])
        answer.status_code = refusal.status
        return answer

    def get_queryset(self) -> Any:
        rows: Any = basket_of(self.issue.series)
        return narrowed(rows.as_read_by(self.request.user), self.request.GET).values(*_BASKET)

    def page(self, queryset: Any) -> tuple[list[Any], str]:
        rows, after = super().page(queryset)
        elsewhere = _elsewhere([row["id"] for row in rows])
        return [_basket_line(row, elsewhere) for row in rows], after

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not self.request.htmx:
            kwargs |= {"articles": articles_of(self.issue), "name": name_of(self.issue)}
        wanted = {name: value for name, value in self.request.GET.items() if value}
        return super().get_context_data(
            issue=self.issue,
            kinds=InformationItem.Kind.choices,
            wanted=wanted,
            refusal=self.refusal,
            chosen=self.request.POST.getlist("items"),
            merged_title=self.request.POST.get("title", ""),
            **kwargs,
        )


def basket_items(issue: Issue, user: Any, keys: list[uuid.UUID]) -> Any:
    """Items by key that this sign-in reviews; what may be taken in says the verb."""
    rows = InformationItem.objects.visible_to(user, Permission.ITEM_REVIEW)
    return rows.filter(pk__in=keys, supervisor=issue.organisation_id)


def _keys(texts: list[str]) -> list[uuid.UUID]:
    found = []
    for text in texts[:200]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _version(request: Any) -> int | None:
    form = StepForm(request.POST)
    return form.cleaned_data["version"] if form.is_valid() else None


def _elsewhere(items: list[Any]) -> dict[Any, list[str]]:
    """In which other series an item stands already."""
    found: dict[Any, list[str]] = {}
    rows = articles_in_force().filter(holding(items)).select_related("issue__series")
    rows = rows.annotate(taken=Coalesce("paragraphs__item", "item")).distinct()
    for row in rows.order_by("issue__series__title", "pk"):
        if row.taken in items:
            found.setdefault(row.taken, []).append(name_of(row.issue))
    return found


def _basket_line(row: dict[str, Any], elsewhere: dict[Any, list[str]]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "title": row["shown_title"],
        "body": row["shown_body"],
        "unit": row["organisation__name"],
        "activity": row["activity_id"],
        "kind": kind_label(row["kind"]),
        "month": month_name(row["window_key"]),
        "adopted": moment(row["decided_at"]),
        "characters": len(row["shown_body"]),
        "elsewhere": "、".join(elsewhere.get(row["id"], ())),
    }


class IssueMerger(IssueCompile):
    """One article of several items (综合稿); each paragraph keeps its unit."""

    permission = Permission.BRIEFING_COMPILE

    def post(self, request: Any, pk: Any) -> Any:
        issue = issue_for(request.user, pk, self.permission)
        chosen = _keys(request.POST.getlist("items"))
        found = {each.pk: each for each in basket_items(issue, request.user, chosen)}
        items = [found[key] for key in chosen if key in found]
        words = {"title": request.POST.get("title", ""), "seen": _version(request)}
        try:
            made = merge_items(issue, items, **words, by=request.user, now=request.received_at)
        except Refusal as refusal:
            return self.refuse(refusal)
        return redirect("reporting:article_edit", request.tenant.slug, made.pk)


class TenantIssueText(TenantView):
    """A form over a part of an issue: kept by itself while one types, saved by the button."""

    template_name = ""
    address = ""

    def subject(self, pk: Any) -> Any:
        """What the form is about; `issue_of` says to which issue it belongs."""
        raise TypeError(f"{type(self).__name__} must say what it writes.")

    def issue_of(self, subject: Any) -> Issue:
        raise TypeError(f"{type(self).__name__} must say which issue it belongs to.")

    def form(self, subject: Any, typed: Any = None) -> Any:
        raise TypeError(f"{type(self).__name__} must say which form it shows.")

    def save(self, subject: Any, form: Any) -> Issue:
        raise TypeError(f"{type(self).__name__} must say which verb it calls.")

    def theirs(self, subject: Any) -> str:
        """What is stored now, for whoever typed over an older version."""
        raise TypeError(f"{type(self).__name__} must say what is stored.")

    def get(self, request: Any, pk: Any) -> HttpResponseBase:
        subject = self.subject(pk)
        issue = self.issue_of(subject)
        if issue.state not in WRITABLE_ISSUE:
            return redirect("reporting:issue_detail", request.tenant.slug, issue.pk)
        return self.show(subject, self.form(subject))

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        subject = self.subject(pk)
        form = self.form(subject, request.POST)
        if not form.is_valid():
            return self.show(subject, form, status=422)
        try:
            issue = self.save(subject, form)
        except Refusal as refusal:
            return self.refuse(subject, form, refusal)
        messages.success(request, _("Saved."))
        return redirect("reporting:issue_compile", request.tenant.slug, issue.pk)

    def refuse(self, subject: Any, form: Any, refusal: Refusal) -> HttpResponse:
        for name, message in getattr(refusal, "fields", {}).items():
            form.add_error(name if name in form.fields else None, message)
        form.data = form.data.copy()
        form.data["version"] = self.issue_of(subject).version
        theirs = self.theirs(subject) if isinstance(refusal, Stale) else ""
        return self.show(subject, form, status=refusal.status, refusal=refusal, theirs=theirs)

    def show(self, subject: Any, form: Any, *, status: int = 200, **more: Any) -> HttpResponse:
        issue = self.issue_of(subject)
        context = {
            "issue": issue,
            "subject": subject,
            "form": form,
            "name": name_of(issue),
            "saved": moment(issue.changed_at),
            "checked": issue.checked_at is not None,
            **more,
        }
        return render(self.request, self.template_name, context, status=status)


class TenantDraftLine:
    """Autosave of such a form: one small line, and the version that the next save must have seen."""

    def get(self, request: Any, pk: Any) -> HttpResponseBase:
        """Somebody opened the address itself: the form is where it belongs."""
        return redirect(self.address, request.tenant.slug, pk)  # type: ignore[attr-defined]

    def post(self: Any, request: Any, pk: Any) -> Any:
        subject = self.subject(pk)
        form = self.form(subject, request.POST)
        if not form.is_valid():
            errors = [message for each in form.errors.values() for message in each]
            return self.line(self.issue_of(subject), 422, errors=errors)
        try:
            issue = self.save(subject, form)
        except Refusal as refusal:
            return self.line(self.issue_of(subject), refusal.status, refusal=refusal)
        return self.line(issue, 200)

    def line(self: Any, issue: Issue, status: int, **more: Any) -> HttpResponse:
        context = {"issue": issue, "saved": moment(issue.changed_at), "answer": True, **more}
        return render(self.request, f"{self.template_name}#saved", context, status=status)


class TenantIssueHead(TenantIssueText):
    template_name = "reporting/issue_edit.html"
    address = "reporting:issue_edit"

    def subject(self, pk: Any) -> Issue:
        return issue_for(self.request.user, pk, Permission.BRIEFING_COMPILE)

    def issue_of(self, subject: Issue) -> Issue:
        return subject

    def form(self, subject: Issue, typed: Any = None) -> IssueForm:
        return IssueForm(typed, issue=subject)

    def save(self, subject: Issue, form: Any) -> Issue:
        seen, now = form.cleaned_data["version"], self.request.received_at
        return edit_issue(subject, seen=seen, by=self.request.user, now=now, **form.text())

    def theirs(self, subject: Issue) -> str:
        return "\n".join(filter(None, (subject.headline, subject.editors_note)))


class IssueEdit(TenantIssueHead):
    permission = Permission.BRIEFING_COMPILE


class IssueDraft(TenantDraftLine, TenantIssueHead):
    permission = Permission.BRIEFING_COMPILE


class TenantArticle(TenantIssueText):
    striking = True
    template_name = "reporting/article_edit.html"
    address = "reporting:article_edit"

    def subject(self, pk: Any) -> Any:
        return article_for(self.request.user, pk)

    def issue_of(self, subject: Any) -> Any:
        return subject.issue

    def form(self, subject: Any, typed: Any = None) -> ArticleForm:
        return ArticleForm(typed, article=subject)

    def save(self, subject: Any, form: Any) -> Issue:
        return write_article(
            subject,
            title=form.cleaned_data["title"],
            pieces=form.pieces(),
            seen=form.cleaned_data["version"],
            by=self.request.user,
            now=self.request.received_at,
            striking=self.striking,
        )

    def theirs(self, subject: Any) -> str:
        lines = subject.paragraphs.order_by("position").values_list("text", flat=True)
        return "\n".join([subject.title, *lines])

    def show(self, subject: Any, form: Any, *, status: int = 200, **more: Any) -> HttpResponse:
        return super().show(subject, form, status=status, shown=shown_article(subject), **more)


class ArticleEdit(TenantArticle):
    permission = Permission.BRIEFING_COMPILE


class ArticleDraft(TenantDraftLine, TenantArticle):
    permission = Permission.BRIEFING_COMPILE
    striking = False


class IssueArticles(TenantView):
    """A piece that the office writes itself."""

    permission = Permission.BRIEFING_COMPILE

    def get(self, request: Any, pk: Any) -> HttpResponseBase:
        issue = issue_for(request.user, pk, self.permission)
        return self.show(issue, OwnArticleForm(initial={"version": issue.version}))

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        issue = issue_for(request.user, pk, self.permission)
        form: Any = OwnArticleForm(request.POST)
        if not form.is_valid():
            return self.show(issue, form, status=422)
        typed = form.cleaned_data
        words = {"title": typed["title"], "text": typed["text"], "seen": typed["version"]}
        try:
            add_article(issue, **words, by=request.user, now=request.received_at)
        except Refusal as refusal:
            form.data = form.data.copy()
            form.data["version"] = issue.version
            return self.show(issue, form, status=refusal.status, refusal=refusal)
        return redirect("reporting:issue_compile", request.tenant.slug, pk)

    def show(self, issue: Issue, form: Any, *, status: int = 200, **more: Any) -> HttpResponse:
        context = {"issue": issue, "form": form, "name": name_of(issue), **more}
        return render(self.request, "reporting/article_new.html", context, status=status)


class ArticlePosition(TenantView):
    """Up, down, or to a number; without a mouse and without a script."""

    permission = Permission.BRIEFING_COMPILE

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        article = article_for(request.user, pk)
        to = request.POST.get("to") or request.POST.get("place", "")
        place = int(to) if to.isdecimal() and len(to) < 4 else article.position
        seen, now = _version(request), request.received_at
        move_article(article, to=place, seen=seen, by=request.user, now=now)
        address = redirect("reporting:issue_compile", request.tenant.slug, article.issue_id)
        address["Location"] += "#articles"
        return address


class ArticleRemoval(TenantView):
    permission = Permission.BRIEFING_COMPILE

    def post(self, request: Any, pk: Any) -> HttpResponseBase:
        article = article_for(request.user, pk)
        remove_article(article, seen=_version(request), by=request.user, now=request.received_at)
        messages.success(request, _("Taken out. Its item is back in the basket."))
        return redirect("reporting:issue_compile", request.tenant.slug, article.issue_id)
