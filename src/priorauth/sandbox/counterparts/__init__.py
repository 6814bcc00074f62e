"""Counterparts of a gateway as processes of their own: a delegate, an EHR, a payer. They know its address only."""
