"""Training the witness of `scripts/train_cues`: the corpus, its varied copies, the network, its figures."""
