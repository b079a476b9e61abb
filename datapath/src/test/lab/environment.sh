# source me: where the lab is and where its files are, and what it needs.
LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
LAB_HOME=${LAB_HOME:-$(cd "$LAB_DIR/../../../.." && pwd -P)/target/lab}
LAB_PACKAGES="qemu-system-x86 busybox-static cpio kmod make gcc-12 bc xz-utils"
KERNEL=$LAB_HOME/kernel
# Unpacked: under emulation the kernel takes longer to unpack itself than to boot.
VMLINUX=$KERNEL/vmlinux
QEMU=$LAB_HOME/qemu

# One line about what is missing, and status 77; nothing if all is there.
require_packages() {
  local command
  # The kernel's command line separates by spaces, and QEMU's options by commas.
  case $LAB_DIR$LAB_HOME in
    *[[:space:],]*)
      echo "the lab cannot be in a folder with spaces or commas in its path: $LAB_DIR, $LAB_HOME"
      return 77
      ;;
  esac
  for command in apt-get dpkg qemu-system-x86_64 busybox cpio /usr/sbin/depmod make gcc-12 bc xz; do
    command -v "$command" >/dev/null || {
      echo "the lab's virtual machine needs $command: on Debian 12, apt-get install $LAB_PACKAGES"
      return 77
    }
  done
}

is_fetched() { [ -s "$LAB_HOME/fetched" ] && [ -s "$VMLINUX" ]; }

is_source_fetched() { [ -e "$LAB_HOME/fetched-source" ]; }

is_made() {
  [ -e "$LAB_HOME/made" ] && [ ! "$LAB_HOME/fetched-source" -nt "$LAB_HOME/made" ] \
    && [ -z "$(find "$LAB_DIR" -newer "$LAB_HOME/made" -print -quit)" ]
}

# apt-get, which says that it cannot drop its privileges for a folder of root's; what it says else goes to stderr.
download() {
  apt-get "$@" 2>&1 | { grep -v unsandboxed || true; } >&2
}
