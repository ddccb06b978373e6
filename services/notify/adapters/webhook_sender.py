"""Sends signed CloudEvents to the webhooks of others."""

from runtime.guarded_http import GuardedHttp
from services.notify.adapters import answers, webhook_body
from services.notify.adapters.answers import Call, Now
from services.notify.domain.errors import ChannelDead
from services.notify.domain.message import Message, Sent, Target
from services.notify.domain.showing import view_of

OK = range(200, 300)
REFUSED = "Check the address, and that its receiver knows the signing secret of this channel."
UNSIGNED = "Its signing secret is missing. Make a new channel, which gets a new one."


class WebhookSender:
    def __init__(self, http: GuardedHttp, now: Now) -> None:
        self._http, self._now = http, now

    def send(self, target: Target, message: Message, earlier: str | None = None) -> Sent:
        """Its id stays the same when it is sent again, so `earlier` does not count."""
        secrets = target.secrets
        url = answers.address_of(secrets)
        host = answers.host_in(url)
        if secrets.signing_secret is None:
            raise ChannelDead(host, None, "no signing secret", UNSIGNED)
        body = webhook_body.body_of(message, view_of(message, target.channel_name))
        signed = webhook_body.signature_headers(
            secrets.signing_secret, message.id, self._now(), body
        )
        headers = {"Content-Type": webhook_body.CONTENT_TYPE, **signed}
        answer = answers.posted(self._http, Call(url, headers, body))
        told = answers.said(answer, secrets)
        if answer.status in OK:
            return Sent(http_status=answer.status, said=told)
        raise answers.failure(host, answer, told, REFUSED, self._now)
