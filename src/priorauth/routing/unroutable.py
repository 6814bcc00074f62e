"""The answers of the router that are no rule's: nobody could say where an item belongs."""

NO_RULE = "no_rule"
CONFLICT = "conflict"
UNKNOWN_FACTS = "unknown_facts"
LIST_NOT_LOADED = "list_not_loaded"
MEMBER_UNKNOWN = "member_unknown"
"""What stands in place of a rule where the router itself sends an item to the payer's desk."""
UNROUTABLE = frozenset({NO_RULE, CONFLICT, UNKNOWN_FACTS, LIST_NOT_LOADED, MEMBER_UNKNOWN})
"""Those items are at the desk because nobody could say where they belong, not because a rule sent them there."""
