#!/usr/bin/env bash
# Installs the real parts that the tests drive, on Debian as root. Elsewhere it
# says what is missing; the tests then skip what needs it, loudly.
set -euo pipefail

missing=()
[ -x /usr/bin/aws ] || missing+=(awscli)
[ -d /usr/lib/python3/dist-packages/boto3 ] || missing+=(python3-boto3)
[ -x /usr/bin/chromium ] || missing+=(chromium)
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing+=(postgresql)
command -v gcc >/dev/null || missing+=(gcc libc6-dev)
if [ ${#missing[@]} -eq 0 ]; then
  :
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}"
else
  echo "parts: not installed here: ${missing[*]} (needs root on Debian)" >&2
fi

# The AWS SDK for JavaScript, from npm.
cd "$(dirname "$0")/sdks"
if ! cmp -s package-lock.json node_modules/.foyer-lock; then
  npm ci --no-audit --no-fund --silent
  cp package-lock.json node_modules/.foyer-lock
fi
