# Builds and runs the container image: docker build -t particled . && docker run -p 8080:8080 particled
# --build-arg CHECK=yes also runs the test suites.

FROM docker.io/library/debian:trixie-slim AS build
WORKDIR /src
COPY script/bootstrap script/lib.sh script/
ARG CHECK=no
RUN script/bootstrap build && if [ "$CHECK" = yes ]; then script/bootstrap test; fi
COPY . .
RUN autoreconf -i && mkdir /build && cd /build && /src/configure --prefix=/usr && make -j"$(nproc)" \
 && if [ "$CHECK" = yes ]; then make -j"$(nproc)" check VERBOSE=1; fi \
 && make install-exec DESTDIR=/image && strip --strip-debug /image/usr/bin/* /image/usr/sbin/*

FROM docker.io/library/debian:trixie-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    libdw1t64 libgoogle-perftools4t64 libjansson4 libmicrohttpd12t64 libsleef3 libstdc++6 libsystemd0 libzstd1 zlib1g \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/lib/dpkg/*-old \
    /var/log/apt /var/log/dpkg.log
COPY --from=build /image/ /
RUN particled --version && particle-bench --version

ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="particled" \
      org.opencontainers.image.description="Simulates particles over HTTP" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="docker.io/library/debian:trixie-slim"

# A published port reaches the daemon only if it listens on all addresses.
ENV PARTICLED_LISTEN=0.0.0.0:8080
EXPOSE 8080
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["particled", "--check", "http://127.0.0.1:8080"]
ENTRYPOINT ["particled"]
