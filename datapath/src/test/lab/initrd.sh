# source me: the initrd of either guest.

# make_initrd BUSYBOX MODULE...: BUSYBOX, a static one for the guest's processor, and the modules of KERNEL, each after
# what it depends on; those that are built in are left out.
make_initrd() {
  local busybox=$1 release initrd modules module
  shift
  release=$(basename "$(ls -d "$KERNEL"/lib/modules/*)")
  modules=$KERNEL/lib/modules/$release
  /usr/sbin/depmod -b "$KERNEL" "$release"
  initrd=$LAB_HOME/initrd
  rm -rf "$initrd"
  mkdir -p "$initrd"/{bin,dev,proc,sys,m,new,host,rw}
  cp "$busybox" "$initrd/bin/busybox"
  : >"$initrd/m/order"
  for module; do
    add_module "$module"
  done
  cp "$LAB_DIR/guest/initrd-init" "$initrd/init"
  chmod +x "$initrd/init"
  (cd "$initrd" && find . | cpio -o -H newc --quiet | gzip -9) >"$LAB_HOME/initrd.gz"
}

# add_module MODULE: of make_initrd, whose variables it uses.
add_module() {
  local line file dependency
  grep -qx "$1" "$initrd/m/order" && return 0
  line=$(grep -E "(^|/)$1\.ko(\.xz)?:" "$modules/modules.dep" | head -1) || true
  [ -n "$line" ] || return 0 # built in
  file=${line%%:*}
  for dependency in $(echo "${line#*:}" | tr ' ' '\n' | tac); do
    dependency=${dependency##*/}
    dependency=${dependency%.xz}
    add_module "${dependency%.ko}"
  done
  case $file in
    *.xz) xz -dc "$modules/$file" >"$initrd/m/$1.ko" ;;
    *) strip -g -o "$initrd/m/$1.ko" "$modules/$file" ;;
  esac
  echo "$1" >>"$initrd/m/order"
}
