"""Cases that need more than steps: functions with the names that cases use. Files of this folder are imported here."""

from priorauth.conformance.stories import event_reading, events, vectors, x12_stories
from priorauth.conformance.stories.registry import STORIES, Story, story

__all__ = ["STORIES", "Story", "event_reading", "events", "story", "vectors", "x12_stories"]
