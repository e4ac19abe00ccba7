"""The network that is trained in torch and the one that is run in numpy are one network."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.cues.classifier import CueClassifier, Passage
from pipeline.cues.encoder import TokenEncoder
from pipeline.phrases import match_copy, syllables

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
SAID = {
    "zh": ("喂你好，我是恒信贷款的智能助手小恒。", "你是机器人吗？"),
    "en": ("press nine to be taken off", "Who is this?"),
}


@pytest.fixture(scope="module")
def encoder() -> TokenEncoder:
    return TokenEncoder()


def test_a_text_is_encoded_the_same_alone_and_among_others(encoder: TokenEncoder) -> None:
    texts = [match_copy(text, language) for language, pair in SAID.items() for text in pair]
    together = encoder.encode(texts * 40)  # more than one batch
    for text, among in zip(texts * 40, together, strict=True):
        np.testing.assert_allclose(encoder.encode([text])[0].vectors, among.vectors, atol=1e-4)


def test_every_token_stands_where_its_letters_do(encoder: TokenEncoder) -> None:
    for text in ("this is an automated message.", "我是智能语音助手，请按零。"):
        spans = encoder.encode([text])[0].spans
        assert "".join(text[start:end] for start, end in spans) == text.replace(" ", "")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_weights_that_are_written_read_as_the_network_that_was_trained(
    language: str, encoder: TokenEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import torch
    from _cues.corpus import Utterance
    from _cues.net import Net, export
    from _cues.train import LABELS, Preparer, read

    text, before = SAID[language]
    known = sorted(set(syllables(match_copy("".join(SAID["zh"]), "zh"))) - {"?"})
    said = Utterance("1", language, "caller", text, (before,), "none/x", (("bot_disclosure", 0, 4, 0),), "written")
    torch.manual_seed(3)
    net = Net(len(LABELS), known, encoder).eval()
    with torch.no_grad():
        for weights in net.encoder.parameters():  # as if they had been trained
            weights += 0.02 * torch.randn_like(weights)
    path = tmp_path / "weights.npz"
    export(net, LABELS, known, path)

    trained = read(net, [Preparer(encoder, known)(said)], encoder)[0]
    heard = CueClassifier(path).read([Passage(text, (before,))], language)[0]

    np.testing.assert_allclose([heard.logits[label] for label in LABELS], trained, atol=0.05)  # half precision
    assert np.ptp(trained) > 0.2  # they differ by label, so that agreement means something
    assert all(0 <= start < end <= len(text) for start, end in heard.places.values())


def test_what_was_said_before_changes_the_reading(encoder: TokenEncoder, tmp_path: Path) -> None:
    sys.path.insert(0, str(SCRIPTS))
    try:
        import torch
        from _cues.net import Net, export
        from _cues.train import LABELS
    finally:
        sys.path.remove(str(SCRIPTS))
    torch.manual_seed(4)
    export(Net(len(LABELS), ["ni"], encoder).eval(), LABELS, ["ni"], tmp_path / "weights.npz")
    classifier = CueClassifier(tmp_path / "weights.npz")
    alone, answer = classifier.read([Passage("yes"), Passage("yes", ("are you a robot",))], "en")
    assert alone.logits != answer.logits
