"""What `priorauth sandbox` plays, in processes of their own."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Self

from nursery import Born, Start, nursery
from subscribers import eventually


class Counterpart:
    """One `priorauth sandbox ...` in a process. A context manager: it ends with the block."""

    def __init__(self, folder: Path, name: str, *arguments: str) -> None:
        self.log = folder / f"{name}.log"
        self.log.touch()
        start = Start(["sandbox", *arguments], {"PATH": "/usr/bin:/bin"}, str(folder), str(self.log))
        self.process: Born = nursery().start(start)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, text: str) -> None:
        eventually(lambda: text in self.said, f"{text!r} in {self.said!r}")
