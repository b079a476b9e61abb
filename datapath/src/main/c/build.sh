#!/bin/sh
# build.sh FOLDER: builds the CNI client as FOLDER/fastvif; without gcc says so and builds nothing.
set -eu
folder=$1
source=${0%/*}/cni.c
if ! command -v gcc >/dev/null; then
  echo 'no gcc: the CNI client is not built'
  exit 0
fi
mkdir -p "$folder"
build() {
  gcc -O2 "$@" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -o "$folder/fastvif" "$source"
}
# Static, as it may be executed in another root; not every system has a libc for that.
build -static 2>/dev/null || {
  build
  echo 'no static libc: the CNI client needs the libc of this system'
}
