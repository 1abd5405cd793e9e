# hadolint global ignore=DL3008
# (No versions of Debian's packages: it keeps the newest alone, so that a version fails with the next fix.)

# The one base is Debian's own image, so that `make image-steps` can run these steps where there is
# no container engine, in a root that debootstrap makes.
ARG DEBIAN=debian:trixie-slim

FROM ${DEBIAN} AS page
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends nodejs npm \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
# Writes to ../backend/static.
RUN npm run build

FROM ${DEBIAN} AS server
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends python3-pip python3-venv \
 && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv --without-pip /opt/packages
WORKDIR /opt/server
COPY requirements.lock /tmp/
RUN pip --python /opt/packages/bin/python install --no-cache-dir \
      --require-hashes --only-binary :all: -r /tmp/requirements.lock
COPY backend backend
RUN python3 -m compileall -q backend

FROM ${DEBIAN}
# tini ends what programs that are started here leave behind, such as children of MCP servers;
# python3-venv is for the packages of the code interpreter, where that may run.
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends ca-certificates python3 python3-venv tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin server \
 && install --directory --mode 700 --owner server --group server /data
COPY --from=server /opt /opt
COPY --from=page /build/backend/static /opt/server/backend/static
ENV PATH=/opt/packages/bin:/usr/bin:/bin HOME=/data PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 PORT=8000 DATA_DIR=/data/data
WORKDIR /opt/server
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s CMD ["python", "-ISc", "\
import http.client, os; \
server = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=2); \
server.request('GET', '/healthz'); \
raise SystemExit(server.getresponse().status != 200)"]
# Its runs then have time to end: whoever stops it waits for that, see compose.yaml and .deploy/kubernetes.yaml.
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--"]
CMD ["python", "-m", "backend", "--env-file", "/data/.env"]
