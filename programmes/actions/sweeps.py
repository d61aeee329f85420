"""The sweep: who has to be told by now. It recomputes from state and has no memory of ticks.

A duty whose fulfilment was undone asks again: what had been taken back comes to life.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.workflow import lock_row
from programmes.calendar import day_start
from programmes.models import Obligation
from programmes.queries import ZONE, calendar_for, local_day

BATCH = 5000
PAUSE_WORKING_DAYS = 2

SWEEP = """
WITH due AS MATERIALIZED (
  SELECT o.id, o.tenant_id, o.window_id, o.organisation_id, o.supervisor_id, o.rule_id, o.due_version,
         o.met_until, o.paused_until, o.due_at,
         o.nil_at IS NULL AND o.waived_at IS NULL AND o.cancelled_at IS NULL
           AND (o.met_at IS NULL OR o.met_until <= %(now)s) AS asking
    FROM programmes_obligation o
   WHERE o.tenant_id = (SELECT al_tenant()) AND o.next_look_at <= %(now)s
   ORDER BY o.next_look_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED),
step AS (
  SELECT d.*, g.ordinal, g.at, g.kind, g.roles, g.template,
         CASE WHEN g.at_supervisor THEN d.supervisor_id ELSE d.organisation_id END AS addressed,
         g.kind = 'reminder' AND EXISTS (
           SELECT 1 FROM programmes_rung n
            WHERE n.window_id = d.window_id AND n.ordinal > g.ordinal AND n.at <= %(now)s) AS passed
    FROM due d JOIN programmes_rung g ON g.window_id = d.window_id AND g.at <= %(now)s
   WHERE d.asking AND (g.kind <> 'escalation' OR coalesce(d.paused_until <= %(now)s, true))),
holder AS (
  SELECT DISTINCT a.addressed, a.roles, t.user_id
    FROM (SELECT DISTINCT addressed, roles FROM step) a
    JOIN LATERAL (
      SELECT t.user_id, rank() OVER (ORDER BY wanted.place) AS place
        FROM jsonb_array_elements_text(a.roles) WITH ORDINALITY AS wanted (role, place)
        JOIN groups_tenure t ON t.organisation_id = a.addressed AND t.role = wanted.role
        JOIN foundation_user u ON u.id = t.user_id AND u.is_active
       WHERE t.starts_on <= %(day)s
         AND (t.ends_on IS NULL OR t.ends_on >= %(day)s)) t ON t.place = 1),
told AS (
  INSERT INTO foundation_notice
         (id, tenant_id, key, recipient_id, kind, about, params, address, at, created_at, skipped_at, digest)
  SELECT uuidv7(), s.tenant_id,
         s.id || ':' || s.due_version || ':' || s.ordinal || ':' || coalesce(h.user_id::text, 'vacant'),
         h.user_id, 'programmes.' || s.kind, s.id,
         jsonb_build_object('organisation', o.name, 'clause', c.key, 'window', w.key,
                            'rule', replace(replace(r.title, '{year+1}', (y.year + 1)::text), '{year}', y.year::text),
                            'rule_en', replace(replace(r.title_en, '{year+1}', (y.year + 1)::text), '{year}', y.year::text),
                            'text', replace(replace(c.text, '{year+1}', (y.year + 1)::text), '{year}', y.year::text),
                            'gloss', replace(replace(c.gloss, '{year+1}', (y.year + 1)::text), '{year}', y.year::text),
                            'due', w.last_day, 'asked_for', w.asked_for_on),
         'obligations/' || s.id || '/', s.at, %(now)s,
         CASE WHEN s.passed THEN %(now)s::timestamptz END, ''
    FROM step s
    JOIN groups_organisation o ON o.id = s.organisation_id
    JOIN programmes_rule r ON r.id = s.rule_id
    JOIN programmes_clause c ON c.id = r.clause_id
    JOIN programmes_plan p ON p.id = r.plan_id
    JOIN programmes_programme y ON y.id = p.programme_id
    JOIN programmes_window w ON w.id = s.window_id
    LEFT JOIN holder h ON h.addressed = s.addressed AND h.roles = s.roles
  ON CONFLICT (tenant_id, key) DO UPDATE SET retracted_at = NULL, read_at = NULL, digest = ''
   WHERE foundation_notice.retracted_at IS NOT NULL AND excluded.skipped_at IS NULL
  RETURNING 1),
looked AS (
  UPDATE programmes_obligation o
     SET next_look_at = CASE
           WHEN d.asking THEN (
             SELECT min(CASE WHEN g.kind = 'escalation' THEN greatest(g.at, d.paused_until) ELSE g.at END)
               FROM programmes_rung g
              WHERE g.window_id = d.window_id AND (
                    g.at > %(now)s OR (g.kind = 'escalation' AND d.paused_until > %(now)s)))
           WHEN d.met_until > %(now)s THEN d.met_until END
    FROM due d WHERE o.id = d.id
  RETURNING 1)
SELECT (SELECT count(*) FROM looked), (SELECT count(*) FROM told)
"""


def queue_due_notices(*, now: datetime) -> int:
    """One line in an inbox for every rung whose moment has come; running twice adds nothing.

    Batch by batch, so that no lock is held long; returns how many notices are new.
    """
    told = 0
    while True:
        looked, new = sweep_batch(now=now)
        told += new
        if looked < BATCH:
            return told


@transaction.atomic
def sweep_batch(*, now: datetime, batch: int = BATCH) -> tuple[int, int]:
    """(duties looked at, notices written)."""
    with connection.cursor() as cursor:
        cursor.execute(SWEEP, {"now": now, "day": local_day(now), "batch": batch})
        looked, told = cursor.fetchone()
    return looked, told


@transaction.atomic
def acknowledge(notice: Notice, *, by: User, now: datetime) -> Notice:
    """“We know, we are on it”: the ladder of that duty climbs no further for two working days."""
    fresh = lock_row(notice)
    if fresh.recipient_id != by.pk:
        raise NotAllowed(_("This notice is somebody else's."), code="not_allowed")
    if fresh.acknowledged_at is not None:
        return fresh
    fresh.acknowledged_at = now
    fresh.read_at = fresh.read_at or now
    fresh.save(update_fields=["acknowledged_at", "read_at"])
    obligation = Obligation.objects.select_related("window").filter(pk=fresh.about).first()
    if obligation is not None:
        _pause(obligation, now)
    record("notice.acknowledged", target=obligation, by=by, at=now, notice=str(fresh.pk))
    return fresh


def _pause(obligation: Obligation, now: datetime) -> None:
    calendar = calendar_for(obligation.window.calendar)
    day = calendar.add_working_days(local_day(now), PAUSE_WORKING_DAYS)
    obligation.paused_until = day_start(day, ZONE) + timedelta(hours=9)
    obligation.save(update_fields=["paused_until"])
