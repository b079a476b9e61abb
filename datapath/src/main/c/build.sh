#!/bin/sh
# build.sh FOLDER [--release]: builds the CNI client as FOLDER/fastvif, with CC (gcc). Where there is no compiler, or one
# for another processor, it says so and builds nothing: with --release that is an error.
set -eu
folder=$1
release=${2-}
source=${0%/*}/cni.c
compiler=${CC:-gcc}
without() {
  echo "$1: the CNI client is not built"
  [ -z "$release" ]
  exit
}
command -v "$compiler" >/dev/null || without "no $compiler"
case $("$compiler" -dumpmachine) in
  x86_64-* | aarch64-*) ;;
  *) without 'expected x86-64 or aarch64' ;;
esac
mkdir -p "$folder"
# Static and without a libc, so that it may be executed in any root; with one segment of what is only read, as each takes
# a page at least.
"$compiler" -O2 -s -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror \
  -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns \
  -nostdlib -static -no-pie -Wl,-z,norelro -Wl,-z,noseparate-code -Wl,--build-id=none \
  -o "$folder/fastvif" "$source"
