# An image that runs the tutor:
#
#   docker build --tag redis-tutor .
#   docker run --rm --interactive --tty --volume redis-tutor:/home/learner/.local/state redis-tutor
#
# The volume keeps the learner's progress. `serve` needs `--publish 6379:6379`, `serve --host 0.0.0.0` and a password.

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends build-essential
WORKDIR /source
COPY . .
RUN scripts/release_build

FROM debian:bookworm-slim
COPY --from=build /source/target/dist/release/redis-tutor /usr/local/bin/
COPY --from=build /source/LICENSE /source/licenses/THIRD-PARTY.txt /usr/local/share/doc/redis-tutor/
RUN useradd --create-home learner && install -d -o learner -g learner /home/learner/.local/state
USER learner
WORKDIR /home/learner
ENV LANG=C.UTF-8
EXPOSE 6379
ENTRYPOINT ["redis-tutor"]
