import uuid
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from actionlearning.foundation.constraints import unique_in_tenant
from actionlearning.foundation.tenancy import TenantManager, TenantModel
from groups.models import Organisation
from programmes.states import ProgrammeState


class Programme(TenantModel):
    """A run of a plan with dates, units and rules. Written only by programmes/actions/programmes.py."""

    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    pack = models.CharField(max_length=40, blank=True)
    """Id of the plan pack it was opened from."""
    year = models.PositiveSmallIntegerField()
    phase_number = models.PositiveSmallIntegerField(null=True)
    batch_number = models.PositiveSmallIntegerField(null=True)
    parent_document = models.CharField(max_length=300, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    state = models.CharField(max_length=10, choices=ProgrammeState, default=ProgrammeState.DRAFT)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name

    @property
    def organisation_id(self) -> uuid.UUID:
        """Where it sits, for access: at its owner."""
        return self.owner_id


class EnrolmentQuerySet(models.QuerySet[Any]):
    def in_force(self, day: date) -> "EnrolmentQuerySet":
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


class Enrolment(TenantModel):
    """An organisation in a programme. Written only by programmes/actions/enrolments.py."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="enrolments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="enrolments")
    supervisor = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="supervised_enrolments"
    )
    """To whom it reports: the organisation of the enrolment above, or the programme's owner."""
    obliged = models.BooleanField(default=True)
    """False for the organisation that runs the programme: unit duties are not its own."""
    calendar = models.CharField(max_length=12, default="CN")
    """Division whose calendar counts here, copied from the organisation: CN, 45, 450422 …"""
    starts_on = models.DateField()
    since = models.DateField()
    """First day of taking part without a break: whoever leaves and is back the same day missed nothing."""
    ends_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    """When the product was told of the leaving; the duties it cancelled bear the same instant."""
    end_reason = models.CharField(max_length=200, blank=True)

    objects = TenantManager.from_queryset(EnrolmentQuerySet)()

    class Meta:
        constraints = [
            unique_in_tenant(
                "programme", "organisation", name="enrolment_once", condition=Q(ends_on=None)
            ),
        ]
        indexes = [models.Index(fields=["programme", "organisation"], name="enrolment_programme")]
