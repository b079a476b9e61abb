#!/bin/bash
# Downloads what the lab boots, from the mirror that apt is configured with, and unpacks it under LAB_HOME; installs
# nothing. Debian's newest kernel 6.1 that is there with its headers, and QEMU 10 from the same mirror's backports: Debian
# 12's own QEMU has no SR-IOV NIC. About 100 MB.
set -e -o pipefail
. "$(dirname "$0")/environment.sh"
. "$LAB_DIR/versions.sh"
rm -rf "$LAB_HOME"/{fetched,fetched-source,made,debs,qdebs,lists,kernel,qemu}
mkdir -p "$LAB_HOME"/{debs,qdebs,lists/partial,kernel,qemu}

# One set that cannot be had (apt's lists may be older than the mirror) leaves the next.
cd "$LAB_HOME/debs"
fetched=
while read -r release version kbuild; do
  rm -f ./*
  ! download download -q {"linux-image-$release","linux-headers-$release","linux-headers-${release%-amd64}-common"}"=$version" \
    "linux-kbuild-6.1=$kbuild" </dev/null || {
    fetched="$release $version $kbuild"
    break
  }
done < <(kernel_sets)
[ -n "$fetched" ] || {
  echo "apt has no kernel 6.1 with its headers: the lab is made of Debian 12's packages (and apt-get update comes first)" >&2
  exit 77
}
for package in *.deb; do
  dpkg -x "$package" "$KERNEL"
done

mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' | awk '$2=="bookworm" && !n++ {print $1}')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm-backports main" \
  >"$LAB_HOME/backports.list"
backports=(-o "Dir::Etc::sourcelist=$LAB_HOME/backports.list" -o Dir::Etc::sourceparts=- -o "Dir::State::Lists=$LAB_HOME/lists")
download "${backports[@]}" update -q 2>/dev/null
cd "$LAB_HOME/qdebs"
download "${backports[@]}" download -q qemu-system-{x86,common,data}/bookworm-backports
for package in *.deb; do
  dpkg -x "$package" "$QEMU"
done
[ -x "$QEMU/usr/bin/qemu-system-x86_64" ]

# Debian's 6.1 is an archive of xz behind a small program that unpacks it.
image=$(ls "$KERNEL"/boot/vmlinuz-*)
offset=$(LC_ALL=C grep -aboFm1 $'\xfd7zXZ' "$image" | head -1 | cut -d: -f1)
xz -dc --single-stream < <(tail -c "+$((offset + 1))" "$image") >"$VMLINUX.part"
mv "$VMLINUX.part" "$VMLINUX"
rm -rf "$LAB_HOME"/{debs,qdebs,lists}
echo "$fetched" >"$LAB_HOME/fetched"
