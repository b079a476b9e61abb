#!/bin/bash
# Downloads the source of Debian's kernel 6.1 (139 MB), and keeps that of netdevsim.
set -e -o pipefail
. "$(dirname "$0")/environment.sh"
rm -rf "$LAB_HOME"/{fetched-source,source}
mkdir -p "$LAB_HOME/source"
cd "$LAB_HOME/source"
version=$(apt-cache policy "linux-image-$(kernel_release)" | sed -n 's/.*Candidate: //p')
download download -q "linux-source-6.1=$version"
dpkg-deb --fsys-tarfile linux-source-*.deb | tar -xOf - ./usr/src/linux-source-6.1.tar.xz \
  | xz -dcT0 | tar -xf - -C "$KERNEL" --wildcards 'linux-source-6.1/drivers/net/netdevsim/*'
rm -rf "$LAB_HOME/source"
touch "$LAB_HOME/fetched-source"
