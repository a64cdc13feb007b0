# syntax=docker/dockerfile:1

# --- build: the toolchain, the static server, the documentation bundles --------------------------
FROM swift:6.3-bookworm AS build
WORKDIR /src

# The libraries and bundles change rarely; the sources often.
COPY scripts scripts
RUN mkdir -p .docs-assets && scripts/bootstrap

COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build --product coffer --configuration release --static-swift-stdlib

# SwiftPM looks for resource bundles beside the binary, so they travel together.
RUN bin="$(swift build --configuration release --static-swift-stdlib --show-bin-path)" \
    && mkdir -p /stage/lib/coffer /stage/share/coffer/docs \
    && cp "$bin/coffer" /stage/lib/coffer/ \
    && strip /stage/lib/coffer/coffer \
    && cp -R "$bin"/coffer_*.resources /stage/lib/coffer/ \
    && cp -R .docs-assets/. /stage/share/coffer/docs/

# --- run: the binary, the C libraries, the tools for thumbnails, nothing else ----------------------------------------------
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates libmagic1 libsodium23 libsqlite3-0 libstdc++6 \
        ffmpeg libvips-tools \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 coffer \
    && useradd --system --uid 10001 --gid coffer --home-dir /data --no-create-home --shell /usr/sbin/nologin coffer \
    && install -d -o coffer -g coffer -m 0700 /data

COPY --from=build /stage/ /usr/
# The binary is found through the link and finds its bundles beside its real path.
RUN ln -s ../lib/coffer/coffer /usr/bin/coffer

USER coffer
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM

# The image has no curl: bash opens the connection, and any HTTP answer counts as alive.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /openapi.json HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 4 answer <&3 && [[ $answer == HTTP/1.1* ]]"]

ENTRYPOINT ["coffer"]
CMD ["serve", "--host", "0.0.0.0", "--data", "/data"]
