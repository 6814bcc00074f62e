"""Have a later answer told to whoever subscribed to it, in the transaction that makes the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from priorauth.domain.determinations import Reply
from priorauth.domain.reviews import Format, MessageId, ServiceReview
from priorauth.domain.subscriptions import Notification, Subscription
from priorauth.services.ports import Direction, Message, Work
from priorauth.translate.fhir_notification import write_event


@dataclass(frozen=True, slots=True, kw_only=True)
class EnlistNotifications:
    """Writes what each subscriber will be sent, once, so that a repeat is the same. Satisfies `ports`' protocol.

    `bases` are the base URLs of the versions of PAS.
    """

    bases: Mapping[Format, str]
    now: Callable[[], datetime]
    new_id: Callable[[str], str]

    async def __call__(self, work: Work, review: ServiceReview, reply: Reply, message: Message) -> None:  # noqa: ARG002
        """One notification for each subscription that wants the review, under its next event number."""
        for subscription in await work.subscriptions_for(review.partner):
            if subscription.is_told and subscription.wants(review):
                await self._enlist(work, subscription, review, message)

    async def _enlist(self, work: Work, subscription: Subscription, review: ServiceReview, answer: Message) -> None:
        now = self.now()
        number = await work.count_event(subscription.id, now)
        id = self.new_id("ntf")
        message = Message(
            id=MessageId(self.new_id("msg")),
            direction=Direction.SENT,
            counterpart=review.partner,
            format=answer.format,
            at=now,
            body=write_event(subscription, number, answer.body, base=self.bases[subscription.version], id=id, at=now),
        )
        await work.archive(message)
        await work.link(review.id, message.id, f"event {number} of {subscription.id}")
        await work.add_notification(
            Notification(
                id=id,
                subscription_id=subscription.id,
                number=number,
                at=now,
                review_id=review.id,
                message_id=message.id,
            )
        )
