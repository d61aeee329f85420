"""What people type in the exchange space; the verbs decide what becomes of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.forms import TenantForm
from groups.models import Organisation
from programmes.models import Project
from reporting.forms import StepForm
from reporting.models import Exchange
from reporting.models.exchange import REPLY, TEXT, TITLE


class ExchangeForm(TenantForm):
    """`spaces` is None for a post that stands in one already."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("In the exchange space of"), empty_label=None
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Exchange.Kind.choices)
    title = forms.CharField(label=_("Title"), max_length=TITLE)
    text = forms.CharField(
        label=_("Text of the post"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("At most 10,000 characters. Nothing secret belongs here."),
    )
    reach = forms.ChoiceField(
        label=_("Who reads it"),
        choices=Exchange.Reach.choices,
        initial=Exchange.Reach.PROGRAMME,
        help_text=_("Those let in to a topic from outside read what is posted to that topic."),
    )
    project = forms.ModelChoiceField(
        Project.objects.none(),
        label=_("Topic"),
        required=False,
        empty_label=_("— none —"),
        help_text=_(
            "If it belongs to a topic of your unit. The topic's name stands above the post."
        ),
    )

    def __init__(self, *args: Any, topics: Any, spaces: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["project"].queryset = topics
        if spaces is None:
            del fields["organisation"]
        else:
            fields["organisation"].queryset = spaces


class ExchangeEditForm(ExchangeForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReplyForm(TenantForm):
    text = forms.CharField(
        label=_("Your reply"),
        max_length=REPLY,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("At most 2,000 characters. A reply is not changed; a wrong one is withdrawn."),
    )


class ExchangeWithdrawalForm(StepForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
