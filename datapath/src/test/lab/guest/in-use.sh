# A PF of a real igb that was down is brought up for a macvtap, and used by others by the time the macvtap goes; then a
# VF's own link is changed by its guest, its VFs vanish while a VIF has one, and the folder of leases cannot be written.
# $OUT/direct.json, hv.json and hv2.json are VIFs with the words 0000:ff:1f.7 and 0000:ff:1f.6 for the PF and its first
# VF.
set -e
. "$LAB_DIR/guest/fastvif-server.sh"
serve one
for module in igb igbvf macvtap vfio-pci; do modprobe $module; done
cd /sys/bus/pci/drivers/igb
pf=$(for d in 0*; do [ ! -e "$d/sriov_totalvfs" ] || echo "$d"; done | head -1)
cd /
link=$(ls "/sys/bus/pci/devices/$pf/net" | head -1)
numvfs=/sys/bus/pci/devices/$pf/sriov_numvfs
ip link set "$link" up
echo 2 >"$numvfs"
vf=$(basename "$(readlink -f "/sys/bus/pci/devices/$pf/virtfn0")")
echo "$vf" >"$OUT/vf"
sed -i "s/0000:ff:1f.7/$pf/; s/0000:ff:1f.6/$vf/" "$OUT"/{direct,hv,hv2}.json
for net in /sys/bus/pci/devices/"$pf"/virtfn*/net/*; do ip link set "$(basename "$net")" down; done
ip link set "$link" down
echo "$link" >"$OUT/pf"
net() { ls "/sys/bus/pci/devices/$vf/net"; }
up() { # whether the PF is up, and its alias
  local flags
  read -r flags <"/sys/class/net/$link/flags"
  if ((flags & 1)); then echo up "$(<"/sys/class/net/$link/ifalias")"; else echo down; fi >"$OUT/$1"
}

# The PF for somebody else.
up before
ask one macvlan-plug plug "$OUT/direct.json"
up plugged
ip netns add pod
ip link add link "$link" name mvl type macvlan mode bridge
ip link set mvl netns pod
ip -n pod link set mvl up
ask one macvlan unplug "$OUT/direct.json"
up with-macvlan
ip netns del pod
until ! ip -o link show | grep -q mvl; do :; done
ask one address-plug plug "$OUT/direct.json"
ip address add 192.0.2.1/24 dev "$link"
ip route add 198.51.100.0/24 via 192.0.2.2
ask one address unplug "$OUT/direct.json"
up with-address
ip route >"$OUT/routes"
ip address flush dev "$link"
ask one function-plug plug "$OUT/direct.json"
ask one hv plug "$OUT/hv.json"
ask one function unplug "$OUT/direct.json"
up with-function
ask one hv-gone unplug "$OUT/hv.json"
up after-all

# What a guest makes of its VF, and what a driver that comes back makes of it.
ip link set "$link" up
ip link set "$link" vf 0 mac 02:00:00:00:00:77
echo "$vf" >"/sys/bus/pci/devices/$vf/driver/unbind"
echo "$vf" >/sys/bus/pci/drivers/igbvf/bind
ip link set "$(net)" name nic0
ip link set nic0 mtu 1400
leases() { (cd /run/fastvif/devices && ls -d *:* 2>/dev/null) || true; }
state() {
  ip -o link show dev "$link" | sed 's/.*vf 0/vf 0/; s/vf 1.*//' >"$OUT/$1"
  ip -o link show dev nic0 | sed -E 's/^[0-9]+: //; s/ (qdisc|state|qlen) [^ ]+//g; s/<NO-CARRIER,/</; s/,LOWER_UP//' >>"$OUT/$1"
  leases >>"$OUT/$1"
}
state guest-before
ask one guest plug "$OUT/hv.json"
ip link set nic0 down
ip link set nic0 name other
ip link set other address 02:12:34:56:78:9a mtu 1300 || true
ip link set other up
ip link show dev other >"$OUT/guest-changed"
ask one guest-gone unplug "$OUT/hv.json"
state guest-after
ip link set nic0 up
state rebound-before
ask one rebound plug -o hostdev.driver=vfio-pci "$OUT/hv.json"
net >"$OUT/rebound-links" 2>&1 || true
ask one rebound-gone unplug "$OUT/hv.json"
state rebound-after
ask one failing plug -o hostdev.driver=vfio-pci -o hostdev.link_state=enable "$OUT/hv.json"
state failed-after
ip link set nic0 down

# VFs vanish; another VIF gets the function, which the first must not reset then.
ask one vanishing plug "$OUT/hv.json"
echo 0 >"$numvfs"
ask one vanished unplug "$OUT/hv.json"
leases >"$OUT/vanished-leases"
echo 2 >"$numvfs"
ask one second plug "$OUT/hv2.json"
ask one first-again unplug "$OUT/hv.json"
ip link show dev "$link" | grep 'vf 0' >"$OUT/second.vf"
leases >"$OUT/second-leases"
ask one second-gone unplug "$OUT/hv2.json"

# No room for a lease, and no writing of one.
ip link show dev "$link" | grep 'vf 0' >"$OUT/full-before"
mount -t tmpfs -o size=4k none /run/fastvif
dd if=/dev/zero of=/run/fastvif/fill bs=4k count=1 status=none
ask one full plug "$OUT/hv2.json"
ip link show dev "$link" | grep 'vf 0' >"$OUT/full-after"
find /run/fastvif -type f ! -name lock >"$OUT/full-files"
umount /run/fastvif
mount -t tmpfs -o ro none /run/fastvif
ask one read-only plug "$OUT/hv2.json"
ip link show dev "$link" | grep 'vf 0' >"$OUT/read-only-after"
umount /run/fastvif
ask one at-last plug "$OUT/hv2.json"
