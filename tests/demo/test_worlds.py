"""The demonstration world is made by the real verbs: if a verb changes, this tells."""

from collections import Counter
from contextlib import suppress
from datetime import date
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, get_resolver, resolve, reverse

from actionlearning.demo.worlds import WORLDS
from actionlearning.foundation.addresses import whole
from actionlearning.foundation.demonstration import PASSWORD
from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.scope import WHOLE, scope
from actionlearning.foundation.views import TenantFormView, TenantListView
from groups.models import Body, Delegation, Grant, Organisation, Person
from groups.queries import sign_ins_to_try
from programmes.models import (
    Activity,
    Decision,
    Dossier,
    Evidence,
    MethodRecord,
    Milestone,
    Obligation,
    Participant,
    Plan,
    Programme,
    Project,
    Regulation,
    Remark,
    Training,
    Turn,
    Voice,
)
from programmes.models.obligation import DutyState
from programmes.packs.reading import SHIPPED
from programmes.papers import papers_of
from programmes.procedures import Outcome, StepKind
from programmes.queries import tally
from programmes.queries.dossiers import waiting_turns
from programmes.queries.leaders import JUDGING, TOLD, leaders_of, with_leaders
from programmes.queries.trainings import untrained_of
from programmes.regulations import check_list
from programmes.states import DossierState, RemarkState
from reporting.models import InformationItem, Issue, Publication, ScoreEntry, Webhook
from tests.conftest import found_tenant
from tests.running import beijing

TODAY = date(2026, 11, 22)
AFTER = beijing(11, 22, 8)


def only_the_county_shows():
    """A guest with one topic of two, a topic in parts of parts, institutions with people and an item."""
    (opened,) = Grant.objects.filter(through="")
    people_who_speak_for_others()
    guest = opened.user
    seen = Project.objects.visible_to(guest)
    below = Organisation.objects.filter(kind="second_level")
    assert [project.pk for project in seen] == [opened.subject]
    assert Notice.objects.filter(recipient=guest, kind="groups.granted").count() == 1
    assert set(Project.objects.values_list("level", flat=True)) == {1, 2, 3}
    assert {unit.pk for unit in below} <= set(Person.objects.values_list("organisation", flat=True))
    assert InformationItem.objects.filter(organisation__in=below, state="submitted").exists()
    assert Body.objects.exclude(secretariat=None).exists()
    planned = Activity.objects.exclude(project=None).exclude(state="held")
    planned = planned.values_list("state", flat=True)
    assert Counter(planned) == {"planned": 8, "proposed": 2, "dropped": 1}
    assert set(MethodRecord.objects.values_list("form", flat=True)) >= {"tree", "votes"}
    issues = Issue.objects.order_by("created_at")
    inside = issues.exclude(series__audience="public").values_list("state", flat=True)
    assert list(inside) == ["published", "published", "checked", "draft"]
    public = Publication.objects.filter(series__audience="public").order_by("sequence")
    kinds = [told.kind for told in public]
    assert kinds == ["published", "published", "corrected", "published", "withdrawn"]
    (webhook,) = Webhook.objects.all()
    assert webhook.paused_at is not None
    assert sorted(row.attempts for row in webhook.deliveries.all()) == [0, 1]
    earned = set(ScoreEntry.objects.values_list("event", flat=True))
    assert {"submitted", "submitted_late", "adopted", "printed", "correction"} <= earned


def people_who_speak_for_others():
    """An acting expert has spoken on the report that waits for the other, and a director has lent his voice."""
    spoke = Voice.objects.get(turn__body="review_team", turn__acted_at=None)
    assert spoke.post_title.startswith("代")
    expert = User.objects.get(login="minzheng-zhuanjia2")
    assert list(Dossier.objects.visible_to(expert)) == [spoke.turn.dossier]
    assert list(waiting_turns(expert, TODAY)) == [spoke.turn]
    lent = Delegation.objects.get()
    assert lent.lasts_on(TODAY)
    assert Training.objects.exclude(activity=None).exists()
    seats = Participant.objects.values_list("selection", "presence")
    assert {("takes_part", "absent"), ("takes_part", ""), ("candidate", "")} <= set(seats)
    assert any(untrained_of(part).exists() for part in Project.objects.filter(level=2))


def papers_by_pack():
    """Every paper that a pack prescribes went its whole way in one dossier at least: nothing of it is open."""
    plans = {plan.programme.pack: plan for plan in Plan.objects.select_related("programme")}
    prescribed = {
        (pack, each.kind): each for pack in plans for each in papers_of(plans[pack]).values()
    }
    assert set(plans) == set(SHIPPED)
    assert {("plan2", "status_report"), ("plan4", "implementation_plan")} <= set(prescribed)
    assert [key for key, paper in prescribed.items() if not at_its_end(*key, paper)] == []
    met = Obligation.objects.exclude(met_at=None).values_list("rule_key", flat=True)
    of_systems = {"unit_rules", "seven_systems", "three_systems"}
    assert of_systems | {"region_plan", "status_report"} <= set(met)


def at_its_end(pack, kind, paper):
    walked = {step["kind"] for step in paper.steps}
    rows = Dossier.objects.filter(programme__pack=pack, kind=kind, stands_since__isnull=False)
    return any(
        walked <= set(row.turns.values_list("kind", flat=True))
        for row in rows
        if not row.turns.open().exists()
    )


def papers_of_the_region_with_every_outcome():
    """Each state of a paper and each word of a body; a filing came back, and was put on record after all."""
    rows = Dossier.objects.all()
    assert set(rows.values_list("state", flat=True)) == set(DossierState.values)
    said = set(Turn.objects.exclude(acted_at=None).values_list("outcome", flat=True))
    assert set(Outcome.values) - said == set()
    back = Turn.objects.filter(kind=StepKind.FILE, outcome=Outcome.RETURNED)
    on_record = Turn.objects.exclude(filing_number="").values("dossier")
    assert back.filter(dossier__in=on_record).exists()


def papers_with_every_outcome():
    """The county's: in each state, filed without gaps, one before experts of whom one has spoken."""
    rows = Dossier.objects.all()
    assert set(rows.values_list("state", flat=True)) == set(DossierState.values)
    reports = rows.filter(kind="status_report", organisation__kind="county")
    assert [(row.state, row.sent_text) for row in reports] == [("standing", 2)]
    filed = Turn.objects.filter(filing_number__contains=TODAY.year).order_by("acted_at")
    numbers = [turn.filing_number for turn in filed]
    assert numbers == [f"行动备〔2026〕{n}号" for n in range(1, len(numbers) + 1)]
    waiting = Turn.objects.filter(acted_at=None).values_list("kind", "body")
    assert {("approve", "promotion_team"), ("review", "review_team"), ("mend", "")} <= set(waiting)
    assert ("opinion", "leading_group") in set(waiting)  # a team list that is revised
    confirmed = Voice.objects.filter(turn__dossier__kind="team_list", outcome=Outcome.CONFIRMED)
    assert set(Counter(confirmed.values_list("turn", flat=True)).values()) == {2}  # the whole group
    assert ("decide", "leading_group") in set(waiting)  # candidates before the leader
    topics = rows.filter(kind="topic")
    assert set(topics.values_list("state", flat=True)) == {"standing", "under_way"}
    assert topics.filter(sent_text=2).exists()  # returned, mended, accepted
    outcomes_of_plans_and_points(rows)


def outcomes_of_plans_and_points(rows):
    """A plan was refused and comes again; points were taken up, left with a reason, and one waits for an answer."""
    refused = rows.get(turns__outcome=Outcome.REFUSED)
    again = rows.get(previous=refused)
    assert (refused.kind, refused.state, again.state) == ("project_plan", "ended", "under_way")
    answers = Counter(Remark.objects.values_list("state", flat=True))
    assert (set(answers), answers["not_taken"], answers["open"]) == (set(RemarkState.values), 1, 1)
    assert Remark.objects.get(state=RemarkState.OPEN).dossier.kind == "solution_report"


def nobody_judged_his_own_topic():
    turns = with_leaders(Turn.objects.filter(kind__in=JUDGING).prefetch_related("voices"))
    judged = [
        (leaders_of(getattr(turn, TOLD)), {str(voice.by_id), str(voice.person_id)})
        for turn in turns
        for voice in turn.voices.all()
    ]
    assert any(leaders for leaders, _minds in judged)
    assert all(leaders.isdisjoint(minds) for leaders, minds in judged)


def registers_of_the_county():
    """A duty blocked upstream, a check list with something missing, two signed decisions."""
    now = beijing(11, 20, 16)
    blocked = Obligation.objects.blocked(now).filter(rule_key="project_seminars")
    assert blocked.values("project").distinct().count() == 1
    programme = Programme.objects.get(state="in_force")
    systems = programme.plans.order_by("number").last().head["systems"]
    lines = check_list(systems, Regulation.objects.filter(programme=programme), TODAY)
    assert {line.present for line in lines} == {True, False}
    owed = Obligation.objects.filter(rule_key="seven_systems").with_state(now)
    training = Obligation.objects.filter(rule_key="training_plan").with_state(now)
    assert sorted(row.state for row in training) == ["blocked", "met"]
    assert sorted((row.programme.year, row.state) for row in owed) == [
        (2025, "met"),
        (2026, "overdue"),
    ]
    signed = Decision.objects.exclude(signed_at=None)
    assert {row.organisation.kind for row in signed} == {"county", "department"}
    assert signed.filter(steps__isnull=False).exists()


def list_addresses(slug):
    """Of every list that the product has: a new one is asked by itself."""
    for app, (_prefix, resolver) in get_resolver(settings.ROOT_URLCONF).namespace_dict.items():
        for pattern in resolver.url_patterns:
            view = getattr(pattern.callback, "view_class", TenantFormView)
            if issubclass(view, TenantListView):
                with suppress(NoReverseMatch):  # one about a thing needs that thing
                    yield view, reverse(f"{app}:{pattern.name}", args=[slug])


def questions(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code in (200, 404), address
    return sum("SAVEPOINT" not in query["sql"] for query in asked.captured_queries)


def only_the_region_shows(slug, sign_in):
    """Guangxi as it stands, every plan that comes with the product in force, lists that ask little."""
    units = Counter(Organisation.objects.values_list("kind", flat=True))
    assert (units["region"], units["city"], units["county"], units["township"]) == (
        1,
        14,
        111,
        1257,
    )
    assert units.total() >= 1390
    offices = Body.objects.filter(
        kind="executive_office", organisation__kind__in=("city", "county")
    )
    assert offices.values("organisation").distinct().count() == 125
    running = Programme.objects.filter(state="in_force").values_list("pack", flat=True)
    assert sorted(running) == sorted(SHIPPED)
    shown = {person["login"] for person in sign_ins_to_try(day=TODAY, made_before=AFTER)}
    assert len(shown) < 80
    for login in ("quban-zhuren", "plan1-1-ganshi", "xitong"):
        assert login in shown
        assert check_password(PASSWORD, User.objects.get(login=login).password)
    asked = {}
    for login in ("quban-zhuren", "plan1-ban-zhuren", "d450422-zhuren"):
        client = sign_in(User.objects.get(login=login))
        for view, address in list_addresses(slug):
            if User.objects.get(login=login).has_perm(view.permission):
                asked[login, address] = questions(client, address)
    assert len(asked) > 15
    assert {key: count for key, count in asked.items() if count > 8} == {}


def topics_with_all_that_stands_beside_them():
    """A candidate scored and asked about, milestones of every kind, a topic concluded last year."""
    candidate = Project.objects.get(state="candidate", level=1)
    assert (candidate.scores.count(), candidate.opinions.count()) == (8, 3)
    told = {
        (row.done_on is not None, row.done_on is None and row.due_on < TODAY)
        for row in Milestone.objects.all()
    }
    assert told == {(True, False), (False, True), (False, False)}
    ended = Project.objects.get(state="concluded")
    appraised = Turn.objects.filter(dossier__project=ended, kind=StepKind.APPRAISE)
    words = appraised.order_by("number").values_list("outcome", flat=True)
    assert list(words) == [Outcome.RETURNED, Outcome.APPRAISED]
    assert (ended.programme.year, ended.result_summary != "") == (TODAY.year - 1, True)
    kept = ended.turns.get(step="concluded").snapshot["conclusion"]
    assert [row["kind"] for row in kept["papers_missing"]] == ["training_plan"]
    owed = Obligation.objects.filter(project=ended).with_state(AFTER)
    assert set(owed.values_list("state", flat=True)) == {DutyState.MET}
    assert set(Activity.objects.filter(project=ended).values_list("state", flat=True)) == {"held"}
    appraisal = Activity.objects.get(project=ended, kind="appraisal_meeting")
    assert appraisal.attendances.filter(member=None).count() == 2  # the experts
    assert owed.get(rule_key="appraisal").evidence.get().source == appraisal.log_key


def rows_lead_to_pages(slug):
    """Whatever wrote the address: what a duty was met by, and what a notice is about."""
    kinds = Evidence.objects.exclude(address="").values_list("kind", flat=True)
    assert set(kinds) >= {"information_item", "dossier", "activity"}
    for model in (Evidence, Notice):
        for address in model.objects.exclude(address="").values_list("address", flat=True):
            resolve(urlsplit(whole(address, slug)).path)


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.slug)
def test_world_shows_every_kind_of_outcome(db, world, sign_in):
    tenant = found_tenant(f"show-{world.slug}")
    shares = []

    with scope(tenant, path=WHOLE, actor=None), transaction.atomic():
        system = User.objects.get(is_system=True)
        world.build(system, TODAY, shares.append)
        states = set(tally(Obligation.objects.all(), beijing(11, 22, 8)).counts)
        kinds = set(Notice.objects.values_list("kind", flat=True))
        items = set(InformationItem.objects.values_list("state", flat=True))
        people = sign_ins_to_try(day=TODAY, made_before=beijing(11, 22, 8))
        rows_lead_to_pages(tenant.slug)

        if world.slug == "teng":
            assert "programmes.dossier_overdue" in kinds
            late = ("problem_overdue", "problem_unsolved", "milestone_overdue")
            assert {f"programmes.{kind}" for kind in late} <= kinds
            only_the_county_shows()
            papers_with_every_outcome()
            nobody_judged_his_own_topic()
            registers_of_the_county()
            topics_with_all_that_stands_beside_them()
        if world.slug == "guangxi":
            only_the_region_shows(tenant.slug, sign_in)
            papers_by_pack()
            nobody_judged_his_own_topic()
            papers_of_the_region_with_every_outcome()

    assert {DutyState.MET, DutyState.MET_LATE} <= states
    assert states & {DutyState.OVERDUE, DutyState.MISSED}
    assert {"programmes.reminder", "programmes.overdue", "programmes.escalation"} <= kinds
    assert {"adopted", "kept"} <= items
    assert shares == sorted(shares)
    assert len(people) > 8
