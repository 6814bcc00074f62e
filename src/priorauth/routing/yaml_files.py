"""Files of a pack read as models, with every fault of them collected by line and column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from priorauth.routing.yaml_source import Path, SourceFault, YamlNotReadable, YamlSource, read_yaml

Model = TypeVar("Model", bound=BaseModel)


class YamlFiles:
    """Texts by relative name. `yaml` has the sources of those that were read, `faults` what is wrong in them."""

    def __init__(self, files: Mapping[str, str], yaml: Mapping[str, YamlSource] | None = None) -> None:
        self.files = files
        self.yaml: dict[str, YamlSource] = dict(yaml or {})
        self.faults: list[SourceFault] = []

    def file(self, file: str, model: type[Model]) -> Model | None:
        """The file as a model; None, with its faults collected, where it is none."""
        if file not in self.files:
            self.faults.append(SourceFault(file, 1, 1, "the pack has no such file"))
            return None
        try:
            source = self.yaml[file] = read_yaml(file, self.files[file])
            return model.model_validate(source.data)
        except YamlNotReadable as unreadable:
            self.faults.append(unreadable.fault)
        except ValidationError as error:
            for one in error.errors(include_url=False, include_context=False, include_input=False):
                path = tuple(step for step in one["loc"] if step != "[key]")
                self.fault(file, path, one["msg"].removeprefix("Value error, ").lower())
        return None

    def fault(self, file: str, path: Path, message: str) -> None:
        """Collect what is wrong at a part of a file that was read."""
        self.faults.append(self.yaml[file].fault(path, message))
