"""The maker of sample calls: a written script in, a telephone recording and its gold beside it out.

script.py reads and checks a script; kokoro.py (or any other Synthesiser) speaks its sentences; signals.py draws tones
and noise; mix.py lays everything on one clock; codecs.py writes the file; make.py joins the steps.
"""
