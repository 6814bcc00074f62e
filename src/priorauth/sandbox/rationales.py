"""What a simulated destination explains of an adverse decision. Everything in it is invented."""

from __future__ import annotations

from priorauth.domain.determinations import Rationale

RATIONALE = Rationale(
    specific_information="The clinical record that came with the request",
    condition_and_treatment="The record shows a condition that the criteria for this service do not name",
    alternatives="A service of lower intensity, as the message says",
    criteria="Demonstration criteria of the sandbox",
    reviewer_contact="Physician reviewer of the sandbox, 800-555-0102",
    appeal_rights="An appeal may be made to the plan, and then to an external reviewer",
)
