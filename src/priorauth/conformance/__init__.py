"""Asks any gateway from outside what it claims. Imports nothing of the gateway, so that no bug hides itself."""
