"""`GET /schemas/...`: the schemas that others rely on, as they ship."""

from __future__ import annotations

from pathlib import PurePosixPath

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from priorauth.adapters.mapping_files import shipped_folder
from priorauth.api.bodies import json_response
from priorauth.api.problems import not_found

MEDIA_TYPES = {".json": "application/schema+json", ".yaml": "application/yaml", ".xml": "application/xml"}

router = APIRouter(prefix="/schemas", tags=["schemas"])


@router.get("/", summary="The schemas there are")
async def list_schemas() -> Response:
    """The path of every schema."""
    return json_response({"schemas": [f"/schemas/{path}" for path in await run_in_threadpool(schemas)]})


@router.get("/{path:path}", summary="One schema")
async def get_schema(path: str) -> Response:
    """The file as it ships. Only what `/schemas/` lists can be had."""
    if path not in await run_in_threadpool(schemas):
        raise not_found("schema")
    body = await run_in_threadpool((shipped_folder("schemas") / path).read_bytes)
    return Response(body, media_type=MEDIA_TYPES[PurePosixPath(path).suffix])


def schemas() -> list[str]:
    """The paths of the schemas that ship, below their folder."""
    folder = shipped_folder("schemas")
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in MEDIA_TYPES and path.is_file()
    )
