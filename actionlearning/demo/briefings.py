"""The county office's briefings: one for those who sign in, and one for all with a correction and a withdrawal."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from actionlearning.demo.clock import Clock, at
from actionlearning.demo.staff import Unit
from programmes.models import Programme
from programmes.queries import local_day
from reporting.actions.articles import Piece, add_article, compile_items, write_article
from reporting.actions.issues import (
    check_issue,
    edit_issue,
    offer_issue,
    sign_issue,
    start_correction,
    start_issue,
)
from reporting.actions.publicity import Appearance, Subject, record_publicity
from reporting.actions.publishing import publish_issue, withdraw_issue
from reporting.actions.series import open_series
from reporting.models import InformationItem, Issue, Publication, Series
from reporting.queries import basket_of

NOTE = "各单位要学习借鉴，结合实际抓好课题研讨和成果转化，有关做法及时报送县行动办。"
HEADLINES = ("研讨见实招", "调研摸实情")
INTERNAL, OPEN = "xdxxjb", "xdxxdt"


def _in(channel: str, outlet: str, level: str, key: Any, now: datetime) -> Appearance:
    link = f"https://news.example/{key}.html"
    return Appearance(
        channel=channel, outlet=outlet, level=level, told_on=local_day(now), link=link
    )


@dataclass
class Press:
    """One series of one office and its calendar."""

    clock: Clock
    office: Unit
    programme: Programme

    def open(self, day: date) -> None:
        self.clock.put(at(day, 9), self._open)

    def _open(self, now: datetime) -> None:
        open_series(
            organisation=self.office.organisation,
            title="行动学习简报",
            slug=INTERNAL,
            body_name="藤县行动学习领导小组办公室",
            compiler="藤县行动学习领导小组办公室",
            note="内部资料，注意保存",
            report_to=["市行动学习办公室", "县委办公室", "县政府办公室"],
            send_to=["县直各有关单位"],
            issue_to=["各实施单位行动学习办公室"],
            copies=60,
            audience=Series.Audience.TENANT,
            by=self.office.director,
            now=now,
        )

    def open_to_all(self, day: date) -> None:
        """What the county tells the public of its work."""
        self.clock.put(at(day, 9, 10), self._open_to_all)

    def _open_to_all(self, now: datetime) -> None:
        open_series(
            organisation=self.office.organisation,
            title="行动学习动态",
            slug=OPEN,
            compiler="藤县行动学习领导小组办公室",
            audience=Series.Audience.PUBLIC,
            by=self.office.director,
            now=now,
        )

    def tell_all(self, day: date, title: str, text: str) -> None:
        """An issue of the office's own words."""

        def prepare(now: datetime) -> None:
            series = Series.objects.filter(slug=OPEN).first()
            if series is not None:
                issue = start_issue(series, headline=title, by=self.office.clerk, now=now)
                add_article(issue, title=title, text=text, by=self.office.clerk, now=now)
                self._through(issue, now)

        self.clock.put(at(day, 10), prepare)

    def correct(self, day: date, title: str, wrong: str, right: str) -> None:
        def mend(now: datetime) -> None:
            issue = self._told(title)
            if issue is None:
                return
            note = f"“{wrong}”应为“{right}”。"
            draft = start_correction(issue, note=note, by=self.office.clerk, now=now)
            for article in draft.articles.all():
                rows = article.paragraphs.order_by("position")
                pieces = [Piece(row.text.replace(wrong, right), row.pk) for row in rows]
                by = self.office.clerk
                write_article(article, title=article.title, pieces=pieces, by=by, now=now)
            self._through(draft, now)

        self.clock.put(at(day, 10), mend)

    def withdraw(self, day: date, title: str, reason: str) -> None:
        def take_back(now: datetime) -> None:
            issue = self._told(title)
            if issue is not None:
                withdraw_issue(issue, reason=reason, by=self.office.director, now=now)

        self.clock.put(at(day, 16), take_back)

    def _told(self, title: str) -> Issue | None:
        found: Issue | None = Issue.objects.filter(headline=title, corrects=None).last()
        return found

    def _through(self, issue: Issue, now: datetime) -> Publication:
        """Checked, signed and published within the working day."""
        self._check(issue, now)
        by = self.office.leader
        signed = sign_issue(issue, opinion="同意印发。", by=by, now=_later(now, 4))
        return publish_issue(signed, by=self.office.clerk, now=_later(now, 5))

    def print_issue(self, day: date, number: int, *, items: int) -> None:
        """Compiled, checked, signed and published within a day."""

        def prepare(now: datetime) -> None:
            issue = self._compiled(now, items, HEADLINES[number])
            if issue is not None:
                told = self._through(issue, now)
                self._told_elsewhere(issue, told, _later(now, 6))

        self.clock.put(at(day, 9, 30), prepare)

    def _told_elsewhere(self, issue: Issue, told: Publication, now: datetime) -> None:
        """The county's site takes over the issue, the city's paper the first item."""
        record_publicity(
            Subject.of_briefing(told, self.programme),
            appearance=_in("government_column", "藤县人民政府网", "county", told.root, now),
            by=self.office.clerk,
            now=now,
        )
        article = issue.articles.filter(item__isnull=False).select_related("item").first()
        if article is not None and article.item is not None:
            record_publicity(
                Subject.of_item(article.item),
                appearance=_in("other", "梧州日报", "city", article.item.pk, now),
                by=self.office.clerk,
                now=now,
            )

    def waits_for_signature(self, today: date) -> None:
        day = self.clock.calendar.previous_working(today)

        def prepare(now: datetime) -> None:
            issue = self._compiled(now, 1, "")
            if issue is not None:
                self._check(issue, now)

        self.clock.put(at(day, 14), prepare)

    def begun(self, today: date) -> None:
        """Lies open on the clerk's desk with what is left in the basket."""
        day = self.clock.calendar.previous_working(today)
        self.clock.put(at(day, 16, 30), lambda now: self._compiled(now, 1, ""))

    def _compiled(self, now: datetime, items: int, headline: str) -> Issue | None:
        series = Series.objects.filter(slug=INTERNAL).first()
        if series is None:
            return None
        chosen = list(basket_of(series).order_by("-decided_at", "-pk")[:items])
        issue = start_issue(series, headline=headline, by=self.office.clerk, now=now)
        if chosen:
            compile_items(issue, chosen, by=self.office.clerk, now=now)
            self._touch_up(issue, chosen[0], now)
        return issue if chosen else None

    def _touch_up(self, issue: Issue, item: InformationItem, now: datetime) -> None:
        """An editor's work: a shorter title, a tidier sentence."""
        article = issue.articles.get(item=item)
        rows = list(article.paragraphs.order_by("position"))
        pieces = [Piece(row.text.replace("人参加。", "人参加研讨。"), row.pk) for row in rows]
        title = f"{item.organisation.short_name or item.organisation.name}：{article.title}"
        by = self.office.clerk
        write_article(article, title=title[:60], pieces=pieces, by=by, now=_later(now, 1))
        edit_issue(issue, editors_note=NOTE, by=by, now=_later(now, 1))

    def _check(self, issue: Issue, now: datetime) -> None:
        offer_issue(issue, by=self.office.clerk, now=_later(now, 2))
        opinion = "事实、人数已与报送单位核对。"
        check_issue(issue, opinion=opinion, by=self.office.director, now=_later(now, 3))


def _later(now: datetime, steps: int) -> datetime:
    """Steps of twenty minutes: the whole issue within a working day."""
    return now + timedelta(minutes=20 * steps)
