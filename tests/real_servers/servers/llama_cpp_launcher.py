"""Serves the newest llama.cpp; run by the interpreter of its own environment."""

import signal
import sys
from pathlib import Path

import xllamacpp

port, model, template, key, context, longest = sys.argv[1:]
params = xllamacpp.CommonParams()
params.model.path = model
params.hostnames = ["127.0.0.1"]
params.port = int(port)
params.api_keys = [key]
params.use_jinja = True
params.chat_template = Path(template).read_text()
params.n_ctx = int(context)
params.n_predict = int(longest)
params.sampling.temp = 0.0
params.embedding = True
params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.warmup = False
server = xllamacpp.Server(params)
signal.sigwait({signal.SIGINT, signal.SIGTERM})
