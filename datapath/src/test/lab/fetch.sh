#!/bin/bash
# Downloads what the lab boots, from the mirror that apt is configured with, and unpacks it under LAB_HOME; installs
# nothing. Debian's kernel 6.1 with its headers, and QEMU 10 from the same mirror's backports: Debian 12's own QEMU has
# no SR-IOV NIC. About 100 MB. WITH_SOURCE=1 adds netdevsim's source (139 MB more).
set -e -o pipefail
. "$(dirname "$0")/environment.sh"
rm -rf "$LAB_HOME"/{fetched,made,debs,qdebs,lists,kernel,qemu}
mkdir -p "$LAB_HOME"/{debs,qdebs,lists/partial,kernel,qemu}

download() {
  # apt says that it cannot drop its privileges for a folder of root's.
  apt-get "$@" 2>&1 | grep -v unsandboxed || true
}

release=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: linux-image-\(6\.1[^ ]*-amd64\).*/\1/p' | head -1)
[ -n "$release" ] || {
  echo "apt knows no kernel 6.1: the lab is made of Debian 12's packages (and apt-get update comes first)" >&2
  exit 77
}
version=$(apt-cache policy "linux-image-$release" | sed -n 's/.*Candidate: //p')
cd "$LAB_HOME/debs"
download download -q "linux-image-$release" "linux-headers-$release" "linux-headers-${release%-amd64}-common" \
  "linux-kbuild-6.1=$version" ${WITH_SOURCE:+"linux-source-6.1=$version"}
for package in linux-image* linux-headers* linux-kbuild*; do
  dpkg -x "$package" "$KERNEL"
done
for package in linux-source*; do
  [ ! -e "$package" ] || dpkg-deb --fsys-tarfile "$package" | tar -xOf - ./usr/src/linux-source-6.1.tar.xz \
    | xz -dcT0 | tar -xf - -C "$KERNEL" --wildcards 'linux-source-6.1/drivers/net/netdevsim/*'
done

mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' | awk '$2=="bookworm" && !n++ {print $1}')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm-backports main" \
  >"$LAB_HOME/backports.list"
backports=(-o "Dir::Etc::sourcelist=$LAB_HOME/backports.list" -o Dir::Etc::sourceparts=- -o "Dir::State::Lists=$LAB_HOME/lists")
download "${backports[@]}" update -q | tail -1
cd "$LAB_HOME/qdebs"
download "${backports[@]}" download -q qemu-system-{x86,common,data}/bookworm-backports
for package in *.deb; do
  dpkg -x "$package" "$QEMU"
done
[ -x "$QEMU/usr/bin/qemu-system-x86_64" ] && ls "$KERNEL"/boot/vmlinuz-* >/dev/null
rm -rf "$LAB_HOME"/{debs,qdebs,lists}
touch "$LAB_HOME/fetched"
