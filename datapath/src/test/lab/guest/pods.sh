# VFs of a real igb for pods: two with their links, and one whose driver is vfio-pci. $OUT/pods and then $OUT/steps are
# told the PF's link, the VFs' addresses, and a folder of their own.
set -e
for module in igb igbvf vfio-pci; do modprobe $module; done
cd /sys/bus/pci/drivers/igb
pf=$(for d in 0*; do [ ! -e "$d/sriov_totalvfs" ] || echo "$d"; done | head -1)
cd /
link=$(ls "/sys/bus/pci/devices/$pf/net" | head -1)
ip link set "$link" up
echo 3 >"/sys/bus/pci/devices/$pf/sriov_numvfs"
vf() { basename "$(readlink -f "/sys/bus/pci/devices/$pf/virtfn$1")"; }
driver=/sys/bus/pci/devices/$(vf 2)
echo vfio-pci >"$driver/driver_override"
vf 2 >"$driver/driver/unbind"
vf 2 >/sys/bus/pci/drivers_probe
for n in 0 1; do
  net=$(ls "/sys/bus/pci/devices/$(vf $n)/net")
  ip link set "$net" down
  ip link set "$net" name "vf$n"
  ip link set "vf$n" mtu 1450 alias "function $n"
  ip link property add dev "vf$n" altname "function-$n-of-the-card"
done
ip link set vf0 up
for program in pods steps; do
  mkdir "$OUT/of-$program"
  "$OUT/$program" "$link" "$(vf 0)" "$(vf 1)" "$(vf 2)" "$OUT/of-$program"
done
