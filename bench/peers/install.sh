#!/bin/sh
# Installs what the peers of `npm run bench` need, on Debian. Without it they are skipped.
set -eu
apt-get update
apt-get install -y --no-install-recommends \
  nginx libnginx-mod-nchan redis-server postgresql erlang-base
