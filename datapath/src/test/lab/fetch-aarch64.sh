#!/bin/bash
# Downloads what the aarch64 guest boots, from the mirror that apt is configured with, and unpacks it under LAB_HOME;
# installs nothing. Debian 13's kernel, Java runtime and a small root with Open vSwitch, of the architecture arm64: apt
# chooses the packages from that architecture's index, and checks its signature and their hashes. About 190 MB.
set -e -o pipefail
. "$(dirname "$0")/environment.sh"
# In no package's dependencies are the ones that every Debian has.
PACKAGES="base-files bash busybox-static coreutils diffutils dpkg gzip iproute2 iputils-ping kmod libc-bin mount
  openjdk-25-jre-headless openvswitch-switch passwd procps sed tar util-linux"
rm -rf "$LAB_HOME"/{fetched,made,apt,kernel,root}
mkdir -p "$LAB_HOME"/{apt/lists/partial,apt/debs/partial,kernel,root}

mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' \
  | awk '($2=="bookworm" || $2=="trixie") && !n++ {print $1}')
[ -n "$mirror" ] || {
  echo "apt is configured with no mirror of Debian 12 or 13: the guest is made of Debian's packages" >&2
  exit 77
}
echo "deb [arch=arm64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" \
  >"$LAB_HOME/apt/sources.list"
: >"$LAB_HOME/apt/status"
cat >"$LAB_HOME/apt/apt.conf" <<END
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Install-Recommends "false";
Dir::Etc::sourcelist "$LAB_HOME/apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::State "$LAB_HOME/apt";
Dir::State::lists "$LAB_HOME/apt/lists";
Dir::State::status "$LAB_HOME/apt/status";
Dir::Cache "$LAB_HOME/apt";
Dir::Cache::archives "$LAB_HOME/apt/debs";
END
export APT_CONFIG=$LAB_HOME/apt/apt.conf
download update -q
# The kernel without what it depends on, which would install it.
image=$(apt-cache depends "$LAB_KERNEL" | awk '$1 == "Depends:" && /linux-image/ {print $2; exit}')
[ -n "$image" ] || {
  echo "the archive has no $LAB_KERNEL that depends on an image" >&2
  exit 77
}
cd "$LAB_HOME/apt/debs"
download download -q "$image"
dpkg -x linux-image-*.deb "$KERNEL"
rm linux-image-*.deb
[ -e "$KERNEL/lib" ] || ln -s usr/lib "$KERNEL/lib"
mv "$KERNEL"/boot/vmlinuz-* "$VMLINUX.part"
# shellcheck disable=SC2086 # several words
download install -q -y --download-only $PACKAGES
for package in *.deb; do
  dpkg -x "$package" "$ROOT"
done
# Of these, installing packages makes links; a shell under that name is in none of them.
ln -sf bash "$ROOT/usr/bin/sh"
ln -sf mawk "$ROOT/usr/bin/awk"
ln -sf ../lib/openvswitch-switch/ovs-vswitchd "$ROOT/usr/sbin/ovs-vswitchd"
java=$(cd "$ROOT" && ls -d usr/lib/jvm/java-*-openjdk-arm64/bin/java | head -1)
[ -x "$ROOT/$java" ]
ln -sf "/$java" "$ROOT/usr/bin/java"
mkdir -p "$ROOT"/{proc,sys,dev,run,tmp,root,host}
echo 'root:x:0:0:root:/root:/bin/bash' >"$ROOT/etc/passwd"
echo 'root:x:0:' >"$ROOT/etc/group"
echo '127.0.0.1 localhost vif-lab' >"$ROOT/etc/hosts"
mv "$VMLINUX.part" "$VMLINUX"
rm -rf "$LAB_HOME/apt"
echo "$image" >"$LAB_HOME/fetched"
