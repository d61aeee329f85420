"""The sweep: who has to be told by now. It recomputes from state and has no memory of ticks.

A rung that comes while another body holds the paper that the duty waits for is told to that body, unless
the duty was late before that body had it.
A duty whose fulfilment was undone asks again: what had been taken back comes to life. One that is
closed takes nothing any more and asks nobody.
"""

from datetime import datetime

import orjson
from django.db import connection, transaction
from django.utils.translation import gettext as _

from actionlearning.foundation.audit import record
from actionlearning.foundation.errors import NotAllowed
from actionlearning.foundation.models import Notice, User
from actionlearning.foundation.workflow import lock_row
from programmes.actions.holders import tell_holders
from programmes.calendar.rungs import pause_ends
from programmes.models import Dossier, Obligation
from programmes.models.obligation import HELD_UP
from programmes.queries import ZONE, calendar_for, local_day

BATCH = 5000

# Rows are found by their keys, one by one, also where the planner believes a table to be empty: right
# after a great import it does, and a join by scanning would then hold its locks for minutes.
SWEEP = """
WITH due AS MATERIALIZED (
  SELECT o.id, o.tenant_id, o.window_id, o.organisation_id, o.supervisor_id, o.rule_id, o.due_version,
         o.paused_until, o.blocked, o.due_at,
         o.nil_at IS NULL AND o.waived_at IS NULL AND o.cancelled_at IS NULL
           AND (o.met_at IS NULL OR o.met_until <= %(now)s)
           AND (o.closes_at IS NULL OR o.closes_at > %(now)s) AS asking
    FROM programmes_obligation o
   WHERE o.tenant_id = (SELECT al_tenant()) AND o.next_look_at <= %(now)s
   ORDER BY o.next_look_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED),
matter AS MATERIALIZED (
  SELECT w.id AS window_id, r.id AS rule_id,
         jsonb_build_object('clause', c.key, 'window', CASE WHEN r.kind = 'event' THEN w.starts_on::text ELSE w.key END,
                            'rule', replace(replace(r.title, '{year+1}', (y.year + 1)::text), '{year}', y.year::text),
                            'rule_en', replace(replace(r.title_en, '{year+1}', (y.year + 1)::text), '{year}', y.year::text),
                            'text', replace(replace(c.text, '{year+1}', (y.year + 1)::text), '{year}', y.year::text),
                            'gloss', replace(replace(c.gloss, '{year+1}', (y.year + 1)::text), '{year}', y.year::text),
                            'due', w.last_day, 'asked_for', w.asked_for_on) AS params
    FROM (SELECT DISTINCT window_id, rule_id FROM due WHERE asking) d
    JOIN programmes_window w ON w.id = d.window_id
    JOIN programmes_rule r ON r.id = d.rule_id
    JOIN programmes_clause c ON c.id = r.clause_id
    JOIN programmes_plan p ON p.id = r.plan_id
    JOIN programmes_programme y ON y.id = p.programme_id),
rung AS MATERIALIZED (
  SELECT m.*, g.ordinal, g.at, g.kind, g.roles, g.at_supervisor,
         g.kind = 'reminder' AND EXISTS (
           SELECT 1 FROM programmes_rung n
            WHERE n.window_id = m.window_id AND n.ordinal > g.ordinal AND n.at <= %(now)s) AS passed
    FROM matter m JOIN programmes_rung g ON g.window_id = m.window_id AND g.at <= %(now)s),
step AS (
  SELECT d.id, d.tenant_id, d.organisation_id, d.due_version, g.*, HELD_AT_RUNG AS held,
         HELD_NOW AS held_now,
         CASE WHEN g.at_supervisor THEN d.supervisor_id ELSE d.organisation_id END AS addressed
    FROM due d JOIN rung g ON g.window_id = d.window_id AND g.rule_id = d.rule_id
   WHERE d.asking AND (g.kind <> 'escalation' OR coalesce(d.paused_until <= %(now)s, true))),
told AS (
  INSERT INTO foundation_notice
         (id, tenant_id, key, recipient_id, kind, about, params, address, at, created_at, skipped_at, digest)
  SELECT uuidv7(), s.tenant_id,
         s.id || ':' || s.due_version || ':' || s.ordinal || ':' || coalesce(h.user_id::text, 'vacant'),
         h.user_id, 'programmes.' || s.kind, s.id,
         s.params || jsonb_build_object('organisation', (
           SELECT o.name FROM groups_organisation o WHERE o.id = s.organisation_id)),
         'obligations/' || s.id || '/', s.at, %(now)s,
         CASE WHEN s.passed THEN %(now)s::timestamptz END, ''
    FROM step s
    LEFT JOIN LATERAL (
      SELECT DISTINCT t.user_id FROM (
        SELECT t.user_id, rank() OVER (ORDER BY wanted.place) AS place
          FROM jsonb_array_elements_text(s.roles) WITH ORDINALITY AS wanted (role, place)
          JOIN groups_tenure t ON t.organisation_id = s.addressed AND t.role = wanted.role
         WHERE t.starts_on <= %(day)s AND (t.ends_on IS NULL OR t.ends_on >= %(day)s)
           AND (SELECT u.is_active FROM foundation_user u WHERE u.id = t.user_id)) t
       WHERE t.place = 1) h ON true
   WHERE NOT s.held
  ON CONFLICT (tenant_id, key) DO UPDATE SET retracted_at = NULL, read_at = NULL, digest = ''
   WHERE foundation_notice.retracted_at IS NOT NULL AND excluded.skipped_at IS NULL
  RETURNING 1),
looked AS (
  UPDATE programmes_obligation o
     SET next_look_at = CASE
           WHEN o.nil_at IS NULL AND o.waived_at IS NULL AND o.cancelled_at IS NULL
                AND (o.met_at IS NULL OR o.met_until <= %(now)s) THEN (
             SELECT min(CASE WHEN g.kind = 'escalation' THEN greatest(g.at, o.paused_until) ELSE g.at END)
               FROM programmes_rung g
              WHERE g.window_id = o.window_id AND (
                    g.at > %(now)s OR (g.kind = 'escalation' AND o.paused_until > %(now)s)))
           WHEN o.met_until > %(now)s THEN o.met_until END
   WHERE o.id = ANY (ARRAY(SELECT id FROM due))
  RETURNING 1)
SELECT (SELECT count(*) FROM looked), (SELECT count(*) FROM told),
       (SELECT jsonb_agg(jsonb_build_object(
                 'duty', s.id, 'due_version', s.due_version, 'ordinal', s.ordinal, 'at', s.at,
                 'params', s.params || jsonb_build_object('organisation', (
                   SELECT o.name FROM groups_organisation o WHERE o.id = s.organisation_id))))
          FROM step s WHERE s.held AND s.held_now AND NOT s.passed)
""".replace("HELD_AT_RUNG", HELD_UP.format(o="d", now="g.at")).replace(
    "HELD_NOW", HELD_UP.format(o="d", now="%(now)s::timestamptz")
)


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
        looked, told, held = cursor.fetchone()
    return looked, told + tell_holders(orjson.loads(held or "[]"), now=now)


@transaction.atomic
def acknowledge(notice: Notice, *, by: User, now: datetime) -> Notice:
    """“We know, we are on it”: the ladder of that duty climbs no further for two working days, nor that of a paper."""
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
    about = obligation or Dossier.objects.filter(turns=fresh.about).first()
    record("notice.acknowledged", target=about, by=by, at=now, notice=str(fresh.pk))
    return fresh


def _pause(obligation: Obligation, now: datetime) -> None:
    calendar = calendar_for(obligation.window.calendar)
    obligation.paused_until = pause_ends(local_day(now), calendar, ZONE)
    obligation.save(update_fields=["paused_until"])
