"""The whole product against servers that people really run: `make test-upstreams`.

Each server has an environment of its own under `.venv-servers/`, is started as a process on a
loopback port, and is talked to by `python -m backend`, which is set up over REST and asked over
its WebSocket. Nothing here knows how the backend is built.
"""
