"""The recogniser's own errors: utterances of the corpus as Whisper writes them after a telephone line.

choose.py draws the utterances; recipe.py says how each is spoken and over which line; speak.py makes the recording;
listen.py recognises it; align.py carries the labels over to the words that came out; rows.py keeps the result.
"""
