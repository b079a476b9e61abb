# Endpoints of networks of the kinds physical and sriov, on VFs of a real igb. $OUT/networks.json has the words
# 0000:ff:1f.0 to 0000:ff:1f.2 for the devices. Each start of $OUT/endpoints is a driver of its own.
set -e
. "$LAB_DIR/guest/host-state.sh"
modprobe igb
modprobe igbvf
modprobe macvtap
cd /sys/bus/pci/drivers/igb
pf=$(for d in 0*; do [ ! -e "$d/sriov_totalvfs" ] || echo "$d"; done | head -1)
cd /
link=$(ls "/sys/bus/pci/devices/$pf/net" | head -1)
ip link set "$link" up
echo 3 >"/sys/bus/pci/devices/$pf/sriov_numvfs"
for n in 0 1 2; do
  vf=$(basename "$(readlink -f "/sys/bus/pci/devices/$pf/virtfn$n")")
  net=$(ls "/sys/bus/pci/devices/$vf/net")
  # igb lists a VF's address once the VF was up: before, so that nothing but a plug changes it.
  ip link set "$net" address "02:00:00:00:0f:0$n"
  ip link set "$net" up
  ip link set "$net" down
  sed -i "s/0000:ff:1f.$n/$vf/g" "$OUT/networks.json"
  echo "$vf $net"
done >"$OUT/vfs"
state() {
  local file
  host_state
  for file in /run/claims/*:*; do
    [ ! -e "$file" ] || echo "claim ${file##*/}"
  done
  ls -d /dev/tap* 2>/dev/null || true
}

red=red/macvtap/00000001-0000-0000-0000-000000000000
tagged=tagged/pci-device/00000002-0000-0000-0000-000000000000
fast=fast/macvtap/00000003-0000-0000-0000-000000000000
full=fast/macvtap/00000004-0000-0000-0000-000000000000
state >"$OUT/before"
"$OUT/endpoints" "$OUT/networks.json" request $red $tagged $fast $full $red $tagged $fast >"$OUT/requested"
ip -d -o link show >"$OUT/links"
state >"$OUT/there"
"$OUT/endpoints" "$OUT/networks.json" release $red $tagged $fast >"$OUT/released"
state >"$OUT/after"
