"""Which exact spans of the evidence answer a question, and does the evidence answer it at all.

Linear models over readable features; weights are fitted by `bench/fit_spans.py` on cmrc2018 and
xquad and stand in `weights.json` by feature name. Pure: the embedder's cosines are handed in.
"""
