# source me: which packages of the archive belong together. The archive's parts move on one by one: for a while there is an
# image without its headers, headers without their image, and only a newer linux-kbuild.

# Every package and version that apt knows of the kernel, "PACKAGE VERSION" a line.
kernel_packages() {
  # shellcheck disable=SC2046 # a name is one word
  apt-cache madison $(apt-cache pkgnames linux- \
    | grep -E '^linux-(image-6\.1\.[^ ]*-[0-9]+-amd64|headers-6\.1\.[^ ]*-[0-9]+-(amd64|common)|kbuild-6\.1|source-6\.1)$') \
    | awk -F ' *[|] *' '{sub(/^ */, "", $1); print $1, $2}' | sort -u
}

# versions_of PACKAGE ORDER: of what kernel_packages printed; ORDER is r for the newest first.
versions_of() {
  awk -v package="$1" '$1 == package {print $2}' <<<"$packages" | sort "-V${2-}"
}

# kernel_sets: of each kernel whose image and headers are of one version, and for which there is a linux-kbuild that is no
# older (what the headers depend on), a line "RELEASE VERSION KBUILD"; the newest first, and of linux-kbuild the nearest.
kernel_sets() {
  local packages release version kbuild headers
  packages=$(kernel_packages)
  sed -n 's/^linux-image-\([^ ]*\)-amd64 /\1 /p' <<<"$packages" | sort -k2,2Vr | while read -r release version; do
    headers=$(grep -cxFe "linux-headers-$release-amd64 $version" -e "linux-headers-$release-common $version" <<<"$packages") || true
    [ "$headers" = 2 ] || continue
    for kbuild in $(versions_of linux-kbuild-6.1); do
      ! dpkg --compare-versions "$kbuild" ge "$version" || {
        echo "$release-amd64 $version $kbuild"
        break
      }
    done
  done
}

# source_versions VERSION: the versions of linux-source, the kernel's own first, then newer ones from the nearest on, then
# older ones: a module's source of another version of the same series builds against the headers.
source_versions() {
  local packages candidate
  packages=$(kernel_packages)
  for candidate in $(versions_of linux-source-6.1); do
    ! dpkg --compare-versions "$candidate" ge "$1" || echo "$candidate"
  done
  for candidate in $(versions_of linux-source-6.1 r); do
    ! dpkg --compare-versions "$candidate" lt "$1" || echo "$candidate"
  done
}
