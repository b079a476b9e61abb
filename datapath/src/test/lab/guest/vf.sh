# A real igb, whose driver knows no link state of VFs: settings, vfio-pci and back, a nested DPDK device, five leases
# of four VFs by two processes at once. $OUT/vif.json and $OUT/pod.json are VIFs with the word 0000:ff:1f.7 for the device.
set -e
. "$LAB_DIR/guest/host-state.sh"
. "$LAB_DIR/guest/fastvif-server.sh"
serve one
serve two
modprobe igb
modprobe igbvf
modprobe vfio-pci
cd /sys/bus/pci/drivers/igb
pf=$(for d in 0*; do [ ! -e "$d/sriov_totalvfs" ] || echo "$d"; done | head -1)
cd /
link=$(ls "/sys/bus/pci/devices/$pf/net" | head -1)
ip link set "$link" up
f() { ask one "$@"; }
vf() { basename "$(readlink -f "/sys/bus/pci/devices/$pf/virtfn$1")"; }

f count vf set "$link" --count 4
cat "/sys/bus/pci/devices/$pf/sriov_numvfs" >"$OUT/count"
echo "$link" >"$OUT/link"
for n in 0 1 2 3; do vf $n; done >"$OUT/vfs"
sed -i "s/0000:ff:1f.7/$(vf 1)/" "$OUT/vif.json"
sed -i "s/0000:ff:1f.7/$(vf 2)/" "$OUT/pod.json"

# Settings, beside what ip shows of them.
f set vf set "$link" 3 --mac 02:00:00:00:00:03 --vlan 9 --qos 2 --spoofchk off --trust on --max-tx-rate 100
ip link show "$link" | grep 'vf 3 ' >"$OUT/set.ip"
f set-state vf set "$link" 3 --state enable
f set-ignore vf set "$link" 3 --state enable --vlan 10 --ignore-unsupported
ip link show "$link" | grep 'vf 3 ' >"$OUT/set-ignore.ip"
ip link set "$link" vf 3 vlan 11 qos 4
f list vf list "$link" --json
f list-text vf list

# vfio-pci and back.
host_state >"$OUT/before"
f fail plug -o hostdev.driver=vfio-pci -o hostdev.link_state=enable "$OUT/vif.json"
host_state >"$OUT/after-fail"
f plug plug -o hostdev.driver=vfio-pci -o hostdev.link_state=enable -o hostdev.vf_unsupported=ignore "$OUT/vif.json"
host_state >"$OUT/plugged"
ls /dev/vfio >"$OUT/vfio"
f unplug unplug "$OUT/vif.json"
host_state >"$OUT/after"

# A device for a pod.
f pod plug "$OUT/pod.json"
host_state >"$OUT/pod"
cat /run/fastvif/pods/*.json >"$OUT/description"
f pod-again plug "$OUT/pod.json"
f pod-gone unplug "$OUT/pod.json"
host_state >"$OUT/after-pod"
ls /run/fastvif/pods >"$OUT/descriptions"

# Five for four, by two processes at once.
for net in /sys/bus/pci/devices/"$pf"/virtfn*/net/*; do ip link set "$(basename "$net")" down; done
for holder in a b c; do begin one lease-$holder vf lease "$link" --holder $holder; done
for holder in d e; do begin two lease-$holder vf lease "$link" --holder $holder; done
for holder in a b c; do finish one; done
for holder in d e; do finish two; done
host_state | grep ^lease >"$OUT/leases"
f refused vf set "$link" --count 2
f release vf lease "$link" --holder "$(sed -n 's/^holder=//p' "/run/fastvif/devices/$(vf 0)")" --release
host_state | grep ^lease >"$OUT/leases-after"
