# Runs in the lab: ./fastvif bench --pf on its NIC, in switchdev mode, with an ip that fails, and in legacy mode. The
# reports, what was printed, the exit statuses and the links before and after each come back in $OUT. $OUT/fastvif starts
# the classes under test; without it the built command is run.
fastvif=$OUT/fastvif
[ -x "$fastvif" ] || fastvif=$LAB_DIR/../../../../fastvif
. "$LAB_DIR/guest/switchdev.sh" 4

# An ip that fails on the third VF, when two representors have been renamed.
mkdir -p /run/failing
cat >/run/failing/ip <<'IP'
#!/bin/sh
case "$*" in *fastvif-vf2*) echo "no third VF today" >&2; exit 1 ;; esac
exec /sbin/ip "$@"
IP
chmod +x /run/failing/ip

links() {
  ip -d link show | sed 's/ qdisc [a-z_]*//' # a link that was up once keeps the qdisc that it got then
}

bench() { # NAME ARGUMENTS...
  local name=$1
  shift
  links >"$OUT/$name.before"
  "$fastvif" bench --pf "$PCI" --json-report "$OUT/$name.json" --markdown "$OUT/$name.md" "$@" 2>"$OUT/$name.err"
  echo $? >"$OUT/$name.status"
  links >"$OUT/$name.after"
  cat "$OUT/$name.err"
}

ip link set eth6 up # one representor is up, which this kernel does not rename
bench switchdev --runs 3
PATH=/run/failing:$PATH bench failing --runs 1 --systems fastvif,ip
devlink dev eswitch set "pci/$PCI" mode legacy
bench legacy --runs 1 --systems fastvif
