"""Who may call. The sandbox is open; outside it every path but the open ones needs a token."""

from __future__ import annotations

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from priorauth.api.problems import Problem, problem_response

OPEN_PATHS = ("/health/", "/schemas/")


class RequireToken:
    """Refuses what carries no token. This release issues none, so outside the sandbox everything is shut."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(OPEN_PATHS):
            await self.app(scope, receive, send)
            return
        refusal = Problem(
            HTTPStatus.UNAUTHORIZED,
            "a token is needed",
            "this release gives out no tokens yet: start the gateway with --sandbox to try it",
            headers={"WWW-Authenticate": "Bearer"},
        )
        await problem_response(refusal)(scope, receive, send)
