"""Write the pyx12 map directories of `schemas/x12` anew from the guide tables."""

from __future__ import annotations

from pathlib import Path

from priorauth.adapters.second_opinions.pyx12_maps import map_directory
from priorauth.x12.guides import X217_REQUEST, X217_RESPONSE

SCHEMAS = Path(__file__).parents[1] / "schemas" / "x12"


def main() -> None:
    """One directory per direction, because pyx12 cannot tell request from response."""
    for guide in (X217_REQUEST, X217_RESPONSE):
        folder = SCHEMAS / guide.direction
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in map_directory(guide).items():
            (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
