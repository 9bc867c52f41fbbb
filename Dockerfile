# syntax=docker/dockerfile:1
# The image: one static program, and nothing else. `deploy/image-parts` builds and runs the same parts without Docker.

# The compiler's version is that of rust-toolchain.toml, which is left out of the build (see .dockerignore): rustup would
# otherwise download the toolchain a second time, with clippy and rustfmt. A test compares the two.
FROM rust:1.95.0-slim-bookworm@sha256:d7482085ff5b415f84dba5647ae71606650bdef00db7aeb69f4b3d170c3e4082 AS tools
# Packages of the pinned base's own Debian release; pinning them too would break the build at each security update.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends musl-tools \
    && rm -rf /var/lib/apt/lists/*
RUN cargo install cargo-chef --version 0.1.78 --locked
# The machine's own architecture: both are built natively, without emulation.
RUN rustup target add "$(uname -m)-unknown-linux-musl"
WORKDIR /build

# What the dependencies' layer depends on: the manifests and Cargo.lock, not the source.
FROM tools AS plan
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM tools AS build
ENV TARGET_CC=musl-gcc
COPY --from=plan /build/recipe.json .
RUN cargo chef cook --profile dist --locked --target "$(uname -m)-unknown-linux-musl" --bin giftcode-bot \
        --recipe-path recipe.json
COPY . .
RUN cargo build --profile dist --locked --target "$(uname -m)-unknown-linux-musl" --bin giftcode-bot \
    && deploy/image-tree "target/$(uname -m)-unknown-linux-musl/dist/giftcode-bot" /image

# The program alone, for releases: docker build --target binary --output DIRECTORY .
FROM scratch AS binary
COPY --from=build /image/root/usr/local/bin/giftcode-bot /

FROM scratch
COPY --from=build /image/root /
# The only place that is written to. The program's TLS roots are built in, and its times are UTC: it needs no other file.
COPY --from=build --chown=65532:65532 /image/data /data
VOLUME /data
# STATE_FILE is data/giftcode.db by default, so the state is in the volume, and the sandbox's beside it. It is not set here:
# a variable would hold for the sandbox too, which would then use the bot's own file.
WORKDIR /
ENV PATH=/usr/local/bin
USER 65532:65532
# Looks at the bot and its state file on this machine only, and calls nobody.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["giftcode-bot", "check", "--quick"]
ENTRYPOINT ["giftcode-bot"]
