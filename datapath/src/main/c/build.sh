#!/bin/sh
# build.sh FOLDER [--release]: builds the CNI client as FOLDER/fastvif, with CC (gcc). Where there is no compiler it says
# so and builds nothing, and where there is no static libc the client needs that of the system: with --release both are
# errors.
set -eu
folder=$1
release=${2-}
source=${0%/*}/cni.c
compiler=${CC:-gcc}
if ! command -v "$compiler" >/dev/null; then
  echo "no $compiler: the CNI client is not built"
  [ -z "$release" ]
  exit
fi
mkdir -p "$folder"
build() {
  "$compiler" -O2 "$@" -s -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -o "$folder/fastvif" "$source"
}
# Static, as it may be executed in another root; not every system has a libc for that.
if [ -n "$release" ]; then
  build -static
else
  build -static 2>/dev/null || {
    build
    echo 'no static libc: the CNI client needs the libc of this system'
  }
fi
