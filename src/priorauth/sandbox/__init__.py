"""Simulated delegates and payer desks, and the demonstration. The gateway proper never imports this."""
