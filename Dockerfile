# Countersign in a container: the server, its command line, nothing to build with.
#
#   docker build -t countersign .
#   docker run --init --rm -p 127.0.0.1:8700:8700 -v countersign-data:/var/lib/countersign \
#     -v "$PWD/keys:/etc/countersign/keys" countersign              serves; needs `init` and `repo add` before
#   docker run … countersign import ID                                any other command, on the same volumes
#
# docker-compose.yml starts the trial of `npm start` instead. Works with a read-only root file system, without any
# capability, and under any --user that owns both volumes. Pin NODE_IMAGE by digest where builds must be repeatable.
#
# What could not be run where this was written, because there was no container engine: `docker build` itself, the
# HEALTHCHECK's timer, and the ownership that a new named volume takes from the image. What was run: the parser and the
# linter of BuildKit over this file, and each RUN command by hand with Node 24 (docs/design/performance.md, “Node 24”).
ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
# A database driver that brings its binaries along: nothing is compiled here, and no install script runs. It is not the
# one of package-lock.json, which also serves Node 20; so its digest is stated here.
ARG SQLITE_DRIVER=better-sqlite3@13.2.0
ARG SQLITE_DRIVER_INTEGRITY=sha512-Z8Q/9x/uNyKxA1v4FNodyItRVRw1TeKBrmj32JhxhR0ceNcBY+wMobt/Bv7M7TzwPAXjnZRtNaEsATnUZSKWZQ==
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json && chmod 755 dist/cli/main.js
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && npm install --no-save --omit=dev --ignore-scripts --no-audit --no-fund "${SQLITE_DRIVER}" \
  && node -e "const lock = require('./node_modules/.package-lock.json').packages['node_modules/better-sqlite3']; \
       if (lock.integrity !== process.argv[1]) throw new Error('another better-sqlite3: ' + lock.integrity)" \
       "${SQLITE_DRIVER_INTEGRITY}" \
  && node -e "new (require('better-sqlite3'))(':memory:').close()"
# What `npm start` does after building: words that begin a command run it; options, or none, serve the trial.
RUN printf '%s\n' "import { start } from './dist/cli/start.js';" "process.exitCode = await start(import.meta.dirname);" \
  > start.mjs

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="Countersign" \
  org.opencontainers.image.description="A mirror server for TUF repositories behind a firewall" \
  org.opencontainers.image.licenses="Apache-2.0"
# A fixed number, so that volumes keep their owner from image to image. Both directories are private, which the program
# insists on; a new named volume takes mode and owner from here.
RUN groupadd --gid 10001 countersign \
  && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/countersign --shell /usr/sbin/nologin countersign \
  && install -d -m 0700 -o 10001 -g 10001 /var/lib/countersign /etc/countersign/keys \
  && ln -s /app/dist/cli/main.js /usr/local/bin/countersign
COPY --from=build /app/package.json /app/start.mjs /app/
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
COPY migrations /app/migrations
COPY LICENSE /app/
ENV NODE_ENV=production \
  COUNTERSIGN_DATA=/var/lib/countersign \
  COUNTERSIGN_KEYS=/etc/countersign/keys \
  COUNTERSIGN_LISTEN=0.0.0.0:8700
# Where countersign.yaml is looked for. The admin listener stays on the container's loopback.
WORKDIR /etc/countersign
USER 10001:10001
VOLUME ["/var/lib/countersign", "/etc/countersign/keys"]
EXPOSE 8700
STOPSIGNAL SIGTERM
# Whether the process answers; whether clients are served is /readyz, which a restart would not mend.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8701/livez').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/start.mjs"]
CMD ["serve"]
