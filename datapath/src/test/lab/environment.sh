# source me: where the lab is and where its files are, and what it needs. LAB_ARCH says which of the two guests: x86_64
# (the default), on this machine's own files, or aarch64, which has files of its own in a folder beside the other's; with
# LAB_PAGES=16k its kernel is the one with pages of 16 KiB.
LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
LAB_HOME=${LAB_HOME:-$(cd "$LAB_DIR/../../../.." && pwd -P)/target/lab}
LAB_ARCH=${LAB_ARCH:-x86_64}
case $LAB_ARCH in
  x86_64)
    LAB_PACKAGES="qemu-system-x86 busybox-static cpio kmod make gcc-12 bc xz-utils"
    LAB_COMMANDS="qemu-system-x86_64 busybox cpio /usr/sbin/depmod make gcc-12 bc xz"
    LAB_SIZE=100
    ;;
  aarch64)
    LAB_PACKAGES="qemu-system-arm cpio kmod xz-utils e2fsprogs"
    LAB_COMMANDS="qemu-system-aarch64 cpio /usr/sbin/depmod xz /sbin/mke2fs"
    LAB_SIZE=190
    LAB_KERNEL=linux-image-arm64${LAB_PAGES:+-$LAB_PAGES}
    LAB_GUEST=aarch64${LAB_PAGES:+-$LAB_PAGES}
    [[ $LAB_HOME == */$LAB_GUEST ]] || LAB_HOME=$LAB_HOME/$LAB_GUEST
    ;;
  *)
    echo "LAB_ARCH is $LAB_ARCH: expected x86_64 or aarch64" >&2
    exit 2
    ;;
esac
KERNEL=$LAB_HOME/kernel
# Unpacked: under emulation the kernel takes longer to unpack itself than to boot.
VMLINUX=$KERNEL/vmlinux
QEMU=$LAB_HOME/qemu
# Of aarch64: the guest's own files, and its disk with them.
ROOT=$LAB_HOME/root
DISK=$LAB_HOME/disk

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
  # That guest runs this machine's programs.
  [ "$LAB_ARCH" != x86_64 ] || [ "$(uname -m)" = x86_64 ] || {
    echo "the lab's virtual machine (x86_64) needs a machine of that kind: this one is $(uname -m)"
    return 77
  }
  # shellcheck disable=SC2086 # several words
  for command in apt-get dpkg $LAB_COMMANDS; do
    command -v "$command" >/dev/null || {
      echo "the lab's virtual machine ($LAB_ARCH) needs $command: on Debian 12, apt-get install $LAB_PACKAGES"
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
