"""The events, receipts and dead letters of the store in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from memory.rows import forget, known
from memory.tables import OutboxRow, Tables
from priorauth.adapters.database.outbox import EventEncoder, key_of
from priorauth.domain.events import Event, ReviewReceived
from priorauth.domain.reviews import ReviewId
from priorauth.services.bus import DeadLetter, LetterDecision
from priorauth.services.ports import StoredEvent
from priorauth.translate.dead_letters import DEAD_LETTER_TYPE
from priorauth.translate.events import DEAD_LETTERS_TOPIC, EVENTS_TOPIC, STEPS_TOPIC, payer_topic


class MemoryEvents:
    """The part of the Work port that publishes, and sets aside."""

    tables: Tables
    touched: set[ReviewId]
    _encoder: EventEncoder

    async def take_in(self, receipt: str, at: datetime) -> bool:
        if receipt in self.tables.receipts:
            return False
        self.tables.receipts[receipt] = at
        return True

    async def forget_receipts(self, before: datetime, limit: int) -> int:
        return forget(self.tables.receipts, before, limit, at=lambda at: at)

    async def publish(self, event: Event) -> None:
        general = STEPS_TOPIC if self._is_confidential(event) else EVENTS_TOPIC
        if (general, event.id) in self.tables.outbox:
            return
        self.tables.published.append(event)
        self._put(general, key_of(event), event.id, event.type, self._encoder.minimal(event), full=False)
        if event.payer:
            topic = payer_topic(event.payer)
            self._put(topic, key_of(event), event.id, event.type, self._encoder.full(event), full=True)
        if event.review_id:
            self.touched.add(event.review_id)

    def _is_confidential(self, event: Event) -> bool:
        if isinstance(event, ReviewReceived):
            return self._encoder.confidential.of(event.review)
        record = self.tables.reviews.get(event.review_id)
        return record is not None and self._encoder.confidential.of(record.review)

    async def post(self, topic: str, key: str, event_id: str, event_type: str, body: bytes, at: datetime) -> None:  # noqa: ARG002
        self._put(topic, key, event_id, event_type, body, full=None)

    def _put(self, topic: str, key: str, event_id: str, event_type: str, body: bytes, *, full: bool | None) -> None:
        event = StoredEvent(position=0, id=event_id, type=event_type, topic=topic, key=key, body=body)
        self.tables.outbox.setdefault((topic, event_id), OutboxRow(event, full))

    async def publish_again(self, review_id: ReviewId, at: datetime) -> int:  # noqa: ARG002
        rows = [
            row
            for (_, id), row in self.tables.outbox.items()
            if row.event.key == review_id and row.full is not None and row.event.id == id
        ]
        for row in rows:
            self._again(row)
        return len({row.event.id for row in rows})

    async def post_again(self, topic: str, event_id: str, at: datetime) -> bool:  # noqa: ARG002
        row = self.tables.outbox.get((topic, event_id))
        if row:
            self._again(row)
        return row is not None

    def _again(self, row: OutboxRow) -> None:
        same = [each for each in self.tables.outbox.values() if each.event == row.event]
        self.tables.outbox[row.event.topic, f"{row.event.id}, copy {len(same)}"] = row

    async def events_of(self, review_id: ReviewId) -> Sequence[StoredEvent]:
        forms: dict[str, StoredEvent] = {}
        for row in self.tables.outbox.values():
            if row.event.key == review_id and row.full is not None and (row.full or row.event.id not in forms):
                forms[row.event.id] = row.event
        return list(forms.values())

    async def events(self, topic: str, after: int, limit: int) -> Sequence[StoredEvent]:
        found = [row.event for row in self.tables.outbox.values() if row.event.topic == topic]
        return [event for event in found if event.position > after][:limit]

    async def add_dead_letter(self, letter: DeadLetter) -> None:
        if letter.id in self.tables.dead_letters:
            return
        self.tables.dead_letters[letter.id] = letter
        self._put(DEAD_LETTERS_TOPIC, letter.review_id or letter.id, letter.id, DEAD_LETTER_TYPE, b"", full=None)

    async def dead_letters(
        self, limit: int, *, kind: str = "", destination: str = "", decided: bool = False
    ) -> Sequence[DeadLetter]:
        found = [
            letter
            for letter in self.tables.dead_letters.values()
            if (decided or letter.decision is None)
            and kind in ("", letter.kind)
            and destination in ("", letter.destination)
        ]
        return sorted(found, key=lambda letter: (letter.at, letter.id), reverse=True)[:limit]

    async def dead_letter(self, id: str) -> DeadLetter:
        return known(self.tables.dead_letters, id)

    async def dead_letters_about(self, subject: str) -> Sequence[DeadLetter]:
        waiting = [each for each in self.tables.dead_letters.values() if each.decision is None]
        return sorted((each for each in waiting if each.subject == subject), key=lambda letter: letter.at)

    async def decide_dead_letter(self, id: str, decision: LetterDecision, at: datetime, by: str) -> bool:
        letter = self.tables.dead_letters.get(id)
        if letter is None or letter.decision:
            return False
        self.tables.dead_letters[id] = replace(letter, decision=decision, decided_at=at, decided_by=by)
        return True

    async def dead_letters_waiting(self) -> Mapping[str, int]:
        return Counter(letter.kind for letter in self.tables.dead_letters.values() if letter.decision is None)
