"""How one utterance is spoken and over which line, drawn from its key alone: the same utterance, the same recording."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass

from .choose import Utterance

__all__ = ["EDGE_S", "Recipe", "recipe_for", "spoken_text"]

VERSION = "1"  # part of every draw: another version speaks all anew
EDGE_S = 0.4  # line noise before the first and after the last word, s
SPEEDS = {"zh": (0.95, 1.0, 1.1, 1.05), "en": (0.95, 1.0, 1.1, 1.2)}  # of the voice's own
CODECS = ("pcm", "alaw", "mulaw", "gsm", "amr", "opus")
SNR_DB = (10.0, 25.0)
#: Power of the even draw between them. Mandarin leans to the quiet end: drawn evenly and spoken faster, 67 utterances
#: came out with a character error rate of 0.46, twice that of whole calls; English had 0.05.
SNR_POWER = {"zh": 0.5, "en": 1.0}
NOISES = ("pink", "pink", "babble")  # steady line noise twice as often as a room of people
#: "a+b" is half way between two voices. A whispering voice (af_nicole) and a comic one (am_santa) are left out.
MANDARIN = (
    "zf_xiaobei", "zf_xiaoni", "zf_xiaoxiao", "zf_xiaoyi", "zm_yunjian", "zm_yunxi", "zm_yunxia", "zm_yunyang",
    "zf_xiaoyi+zf_xiaobei", "zf_xiaoni+zf_xiaoxiao", "zm_yunxi+zm_yunyang", "zm_yunjian+zm_yunxi",
)  # fmt: skip
AMERICAN = (
    "af_heart", "af_bella", "af_sarah", "af_nova", "af_kore", "af_alloy", "am_michael", "am_fenrir", "am_puck",
    "am_echo", "am_eric", "am_liam",
)  # fmt: skip
BRITISH = ("bf_emma", "bf_isabella", "bf_alice", "bf_lily", "bm_george", "bm_fable", "bm_daniel", "bm_lewis")
#: British English half way to a Hindi voice.
INDIAN = ("bf_emma+hf_alpha", "bf_isabella+hf_beta", "bm_george+hm_omega", "bm_fable+hm_psi")
ENGLISH = {"us": AMERICAN, "uk": BRITISH, "india": INDIAN}
#: Written without apostrophes in the transcript-style lines, and misread by the voice so.
CONTRACTIONS = {
    "im": "I'm", "ive": "I've", "dont": "don't", "cant": "can't", "wont": "won't", "isnt": "isn't", "arent": "aren't",
    "wasnt": "wasn't", "werent": "weren't", "doesnt": "doesn't", "didnt": "didn't", "hasnt": "hasn't",
    "havent": "haven't", "hadnt": "hadn't", "couldnt": "couldn't", "wouldnt": "wouldn't", "shouldnt": "shouldn't",
    "youre": "you're", "youve": "you've", "youll": "you'll", "youd": "you'd", "theyre": "they're", "weve": "we've",
    "theyve": "they've", "theyll": "they'll", "maam": "ma'am",
}  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """speed: 1 is the voice's own. snr_db: speech against noise. seed: of the noise."""

    voice: str
    speed: float
    codec: str
    noise: str
    snr_db: float
    seed: int

    @property
    def digest(self) -> str:
        """Names the recording in the cache beside the utterance's key."""
        return hashlib.sha256(f"{VERSION} {self!r}".encode()).hexdigest()[:8]


def recipe_for(utterance: Utterance) -> Recipe:
    draw = random.Random(f"{VERSION} {utterance.key}")
    low, high = SNR_DB
    voices: tuple[str, ...] = MANDARIN
    if utterance.language == "en":
        voices = ENGLISH.get(utterance.region, AMERICAN + BRITISH)
    return Recipe(
        voice=draw.choice(voices),
        speed=draw.choice(SPEEDS[utterance.language]),
        codec=draw.choice(CODECS),
        noise=draw.choice(NOISES),
        snr_db=round(low + (high - low) * draw.random() ** SNR_POWER[utterance.language], 1),
        seed=draw.randrange(2**32),
    )


def spoken_text(utterance: Utterance) -> str:
    """What the voice is given: English written like a machine's transcript gets its apostrophes and "AI" back."""
    if utterance.language != "en":
        return utterance.text
    text = re.sub(r"\ba i\b", "A.I.", utterance.text)
    return re.sub(r"\b[a-z]+\b", lambda word: CONTRACTIONS.get(word[0], word[0]), text)
