"""A target of a few lines, for tests of the conformance runner: what it answers to each path is a table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import yaml

from priorauth.conformance.folders import Folder
from priorauth.conformance.known_failures import KnownFailure
from priorauth.conformance.loading import load_cases
from priorauth.conformance.results import CaseResult, RunResult
from priorauth.conformance.running import Plan, run_all
from priorauth.conformance.targets import Target

Answer = tuple[int, str, bytes]
Answering = Callable[[str, bytes], Awaitable[Answer]]
REGISTER = "id,title,source,seen_from_outside,reason\nt-1,It greets,our own,yes,\nt-2,It is kind,our own,yes,\n"


def folder_with(path: Path, cases: list[dict[str, Any]], messages: Mapping[str, str] | None = None) -> Folder:
    """A folder of conformance material with these cases in the suite `tiny`."""
    folder = Folder(path)
    for part in (folder.cases / "tiny", folder.messages, folder.requirements, folder.targets):
        part.mkdir(parents=True, exist_ok=True)
    (folder.cases / "tiny" / "cases.yaml").write_text(yaml.safe_dump(cases))
    (folder.requirements / "tiny.csv").write_text(REGISTER)
    for name, text in (messages or {}).items():
        (folder.messages / name).write_text(text)
    return folder


def a_case(name: str = "tiny/greeting/hello", **changed: Any) -> dict[str, Any]:
    """A case that asks for a greeting."""
    steps = [{"send": {"get": "/hello"}, "expect": [{"status": 200}, {"text": "hello"}]}]
    case = {"name": name, "title": "It says hello", "verifies": ["t-1"], "steps": steps, **changed}
    return {key: value for key, value in case.items() if value is not None}


async def says(answers: Mapping[str, Answer | str]) -> Answering:
    """Answers from a table; 404 to everything else."""

    async def answer(path: str, _: bytes) -> Answer:
        found = answers.get(path, (404, "text/plain", b"not here"))
        return (200, "text/plain", found.encode()) if isinstance(found, str) else found

    return answer


async def run_tiny(
    folder: Folder,
    answers: Mapping[str, Answer | str] | Answering,
    known: tuple[KnownFailure, ...] = (),
    **target: Any,
) -> RunResult:
    """Run every case of a folder against a target in this process."""
    cases, registers = load_cases(folder)
    answering = await says(answers) if isinstance(answers, Mapping) else answers
    described = {"name": "tiny", "base-url": "http://tiny", "claims": ["tiny"], **target}
    plan = Plan(
        cases=cases,
        registers=registers,
        target=Target.model_validate(described),
        folder=folder,
        known_failures=known,
        now=lambda: datetime(2026, 11, 2, 9, 15, tzinfo=UTC),
        transport=httpx2.ASGITransport(app=as_app(answering)),
    )
    return await run_all(plan)


async def only_result(folder: Folder, answers: Mapping[str, Answer | str] | Answering, **more: Any) -> CaseResult:
    """The result of the one case of a folder."""
    (result,) = (await run_tiny(folder, answers, **more)).cases
    return result


def as_app(answering: Answering) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        query = scope.get("query_string", b"").decode()
        status, kind, answer = await answering(scope["path"] + (f"?{query}" if query else ""), body)
        headers = [(b"content-type", kind.encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return app
