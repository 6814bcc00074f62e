"""Kafka: what goes out to topics, what comes in from them, and clients that are rebuilt when they cannot go on."""
