"""Cases that can be shared: messages with nobody's data in them, which still fail, or go the same way."""
