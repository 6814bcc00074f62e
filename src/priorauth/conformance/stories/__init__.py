"""Cases that need more than steps: functions with the names that cases use. Files of this folder are imported here."""

from priorauth.conformance.stories import (
    cross_rail,
    event_reading,
    event_topics,
    events,
    pas_access,
    pas_requests,
    pas_subscriptions,
    pas_updates,
    vectors,
    x12_stories,
)
from priorauth.conformance.stories.registry import STORIES, Story, story

__all__ = [
    "STORIES",
    "Story",
    "cross_rail",
    "event_reading",
    "event_topics",
    "events",
    "pas_access",
    "pas_requests",
    "pas_subscriptions",
    "pas_updates",
    "story",
    "vectors",
    "x12_stories",
]
