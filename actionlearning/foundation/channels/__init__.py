"""The kinds of outgoing copy. A new one is a module with a `send` and a line here."""

from django.utils.translation import gettext_lazy as _

from actionlearning.foundation.channels import email, outbound, webhook
from actionlearning.foundation.channels.delivery import Channel, SendFailed

__all__ = ["CHANNELS", "Channel", "SendFailed"]

CHANNELS: dict[str, Channel] = {
    channel.name: channel
    for channel in (
        Channel("email", _("E-mail"), email.send, email.check_address, takes_secret=False),
        Channel("wecom", _("WeCom group"), webhook.send_wecom, outbound.check_url, False),
        Channel("dingtalk", _("DingTalk group"), webhook.send_dingtalk, outbound.check_url, True),
        Channel("feishu", _("Feishu group"), webhook.send_feishu, outbound.check_url, True),
    )
}
