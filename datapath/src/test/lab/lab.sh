#!/bin/bash
# lab.sh [options of vm.sh] SCRIPT   fetches and builds what is not there yet, then runs SCRIPT in the lab
# lab.sh --ready                     only fetches and builds
# lab.sh --netdevsim                 fetches and builds, netdevsim too (139 MB more)
# lab.sh --fetch                     only fetches: enough for a guest of one's own with Debian's kernel
# lab.sh --check                     status 0 if the lab is fetched; 77 and a line that says what to do if not
# With LAB_ARCH=aarch64 in the environment all of these are about the other guest.
set -e
. "$(dirname "$0")/environment.sh"
require_packages
if [ "$1" = --check ]; then
  is_fetched || {
    echo "the lab's virtual machine ($LAB_ARCH) is not fetched ($LAB_SIZE MB of Debian's packages):" \
      "LAB_ARCH=$LAB_ARCH $LAB_DIR/lab.sh --ready"
    exit 77
  }
  exit 0
fi
mkdir -p "$LAB_HOME"
# Of two that find it missing, one fetches and the other waits.
exec 9>"$LAB_HOME/lock"
flock 9
is_fetched || "$LAB_DIR/fetch-$LAB_ARCH.sh" 9>&-
[ "$1" != --netdevsim ] || is_source_fetched || "$LAB_DIR/fetch-source.sh" 9>&-
[ "$1" != --fetch ] || exit 0
is_made || "$LAB_DIR/build-$LAB_ARCH.sh" 9>&-
exec 9>&-
[ "$1" = --ready ] || [ "$1" = --netdevsim ] || exec "$LAB_DIR/vm.sh" "$@"
