# Macvtaps in all modes on a VF of a real igb, with frames between them and the PF; one with a profile of 802.1Qbh; and
# one on a VLAN of a VF. Then ports with profiles, see port-profile.sh.
# $OUT/MODE.json are VIFs with the word 0000:ff:1f.7 for the device.
set -e
. "$LAB_DIR/guest/fastvif-server.sh"
serve one
modprobe igb
modprobe igbvf
modprobe macvtap
modprobe 8021q
cd /sys/bus/pci/drivers/igb
pf=$(for d in 0*; do [ ! -e "$d/sriov_totalvfs" ] || echo "$d"; done | head -1)
cd /
link=$(ls "/sys/bus/pci/devices/$pf/net" | head -1)
ip link set "$link" up
echo 2 >"/sys/bus/pci/devices/$pf/sriov_numvfs"
vf() { basename "$(readlink -f "/sys/bus/pci/devices/$pf/virtfn$1")"; }
net() { ls "/sys/bus/pci/devices/$pf/virtfn$1/net"; }
for n in 0 1; do
  ip link set "$link" vf $n trust on spoofchk off
  # igb lists a VF's address, and lets it have VLANs (EINVAL before), once the VF was up and down again.
  ip link set "$(net $n)" address "02:00:00:00:0f:0$n"
  ip link set "$(net $n)" up
  ip link set "$(net $n)" down
  net $n
done >"$OUT/nets"
sed -i "s/0000:ff:1f.7/$(vf 0)/g" "$OUT"/{vepa,bridge,private,passthrough,qbh}.json
sed -i "s/0000:ff:1f.7/$(vf 1)/g" "$OUT"/vlan.json
echo "$link" >"$OUT/pf"
links() {
  ip -d -o link show | sed -E 's/ (qdisc|state|qlen) [^ ]+//g'
  ls -d /dev/tap* 2>/dev/null || true
}
# For each macvtap: its name, the file's kind, permissions and device number, and that of sysfs.
files() {
  local tap node major minor
  for tap in tap1 tap2; do
    for node in /sys/class/net/$tap/macvtap/*; do
      [ -e "$node" ] || continue
      IFS=: read -r major minor <"$node/dev"
      echo "$tap $(stat -c '%F %a %t:%T' "/dev/${node##*/}") $(printf %x:%x "$major" "$minor")"
    done
  done
}

for mode in vepa bridge private passthrough; do
  links >"$OUT/before-$mode"
  options="-o direct.mode=0660"
  [ $mode != private ] || options="$options -o direct.private=true"
  ask one plug-$mode plug $options "$OUT/$mode.json"
  links >"$OUT/links-$mode"
  files >"$OUT/files-$mode"
  [ $mode != bridge ] || ask one again plug $options "$OUT/$mode.json"
  /usr/bin/python3 "$LAB_DIR/guest/frames.py" "$link" tap1 tap2 >"$OUT/frames-$mode" 2>&1 || true
  ask one unplug-$mode unplug "$OUT/$mode.json"
  links >"$OUT/after-$mode"
done

# No switch outside: igb knows no port profiles.
links >"$OUT/before-qbh"
ask one plug-qbh plug "$OUT/qbh.json"
links >"$OUT/after-qbh"

ask one plug-vlan plug "$OUT/vlan.json"
links >"$OUT/links-vlan"
ask one unplug-vlan unplug "$OUT/vlan.json"
links >"$OUT/after-vlan"

. "$LAB_DIR/guest/port-profile.sh"
