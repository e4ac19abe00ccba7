"""Weights: which there are, where they lie, whether they are the pinned ones, and how to fetch them.

Only `fetch` opens a connection.
"""

from pipeline.weights.fetch import Progress, fetch
from pipeline.weights.places import models_home
from pipeline.weights.registry import Model, Registry, Source, load_registry
from pipeline.weights.store import ModelState, check, find, list_models, model_used

__all__ = [
    "Model",
    "ModelState",
    "Progress",
    "Registry",
    "Source",
    "check",
    "fetch",
    "find",
    "list_models",
    "load_registry",
    "model_used",
    "models_home",
]
