#!/bin/bash
# Downloads the source of Debian's kernel 6.1 (139 MB), of the fetched kernel's version or one near it, and keeps that of
# netdevsim.
set -e -o pipefail
. "$(dirname "$0")/environment.sh"
. "$LAB_DIR/versions.sh"
rm -rf "$LAB_HOME"/{fetched-source,source} "$KERNEL"/linux-source-*
mkdir -p "$LAB_HOME/source"
cd "$LAB_HOME/source"
# shellcheck disable=SC2034 # RELEASE and KBUILD are not needed here
read -r release version kbuild <"$LAB_HOME/fetched"
for candidate in $(source_versions "$version"); do
  ! download download -q "linux-source-6.1=$candidate" || break
  rm -f ./*
done
dpkg-deb --fsys-tarfile linux-source-*.deb | tar -xOf - ./usr/src/linux-source-6.1.tar.xz \
  | xz -dcT0 | tar -xf - -C "$KERNEL" --wildcards 'linux-source-6.1/drivers/net/netdevsim/*'
rm -rf "$LAB_HOME/source"
touch "$LAB_HOME/fetched-source"
