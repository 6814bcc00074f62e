"""Synthetic traffic: requests that nobody sent, each as a 278 and as its PAS twin, the same for the same seed."""
