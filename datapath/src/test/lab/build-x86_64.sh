#!/bin/bash
# Makes the initrd (busybox and the modules that mount the host's root over 9p) and swsim.ko, and netdevsim.ko if its
# source was fetched.
set -e -o pipefail
. "$(dirname "$0")/environment.sh"
. "$LAB_DIR/initrd.sh"
rm -f "$LAB_HOME/made"
make_initrd "$(command -v busybox)" virtio_pci 9pnet_virtio 9p overlay

headers=$(ls -d "$KERNEL"/usr/src/linux-headers-*-amd64)
grep -q "include $KERNEL" "$headers/Makefile" \
  || sed -i "s#include /usr/src/linux-headers#include $KERNEL/usr/src/linux-headers#" "$headers/Makefile"
module() { # NAME SOURCES [VARIABLE]
  local build=$LAB_HOME/build/$1
  rm -rf "$build"
  mkdir -p "$build" "$LAB_HOME/modules"
  cp "$2"/* "$build/"
  make -s -j2 -C "$headers" M="$build" CONFIG_DEBUG_INFO_BTF_MODULES= ${3-} modules
  strip -g -o "$LAB_HOME/modules/$1.ko" "$build/$1.ko"
}
module swsim "$LAB_DIR/swsim"
for source in "$KERNEL"/linux-source-*/drivers/net/netdevsim; do
  [ ! -d "$source" ] || module netdevsim "$source" CONFIG_NETDEVSIM=m
done
touch "$LAB_HOME/made"
