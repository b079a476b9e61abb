#!/bin/bash
# Makes the aarch64 guest's disk of what was fetched, and the initrd: Debian's busybox for it and the modules that mount
# the disk, and folders of this machine over 9p. (The root over 9p too would have the JVM start in twice the time.)
set -e -o pipefail
. "$(dirname "$0")/environment.sh"
. "$LAB_DIR/initrd.sh"
rm -f "$LAB_HOME/made"
make_initrd "$ROOT/usr/bin/busybox" virtio_pci virtio_blk crc32c_generic ext4 9pnet_virtio 9p overlay
rm -f "$DISK"
/sbin/mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$ROOT" "$DISK" "$(($(du -sm "$ROOT" | cut -f1) * 5 / 4 + 64))M" >/dev/null
touch "$LAB_HOME/made"
