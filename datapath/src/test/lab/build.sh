#!/bin/bash
# Makes the initrd (busybox and the modules that mount the host's root over 9p) and swsim.ko, and netdevsim.ko if its
# source was fetched.
set -e -o pipefail
. "$(dirname "$0")/environment.sh"
rm -f "$LAB_HOME/made"
release=$(basename "$(ls -d "$KERNEL"/lib/modules/*)")
modules=$KERNEL/lib/modules/$release
/usr/sbin/depmod -b "$KERNEL" "$release"

initrd=$LAB_HOME/initrd
rm -rf "$initrd"
mkdir -p "$initrd"/{bin,dev,proc,sys,m,new,host,rw}
cp "$(command -v busybox)" "$initrd/bin/busybox"
: >"$initrd/m/order"
add() { # a module, after what it depends on
  local line file dependency
  grep -qx "$1" "$initrd/m/order" && return 0
  line=$(grep -E "(^|/)$1\.ko(\.xz)?:" "$modules/modules.dep" | head -1) || true
  [ -n "$line" ] || return 0 # built in
  file=${line%%:*}
  for dependency in $(echo "${line#*:}" | tr ' ' '\n' | tac); do
    dependency=${dependency##*/}
    dependency=${dependency%.xz}
    add "${dependency%.ko}"
  done
  case $file in
    *.xz) xz -dc "$modules/$file" >"$initrd/m/$1.ko" ;;
    *) strip -g -o "$initrd/m/$1.ko" "$modules/$file" ;;
  esac
  echo "$1" >>"$initrd/m/order"
}
for module in virtio_pci 9pnet_virtio 9p overlay; do
  add $module
done
cp "$LAB_DIR/guest/initrd-init" "$initrd/init"
chmod +x "$initrd/init"
(cd "$initrd" && find . | cpio -o -H newc --quiet | gzip -9) >"$LAB_HOME/initrd.gz"

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
