# Two VFs of a card in switchdev mode for pods, whose representors are ports of Open vSwitch.
set -e
modprobe psample
insmod "$LAB_MODULES/swsim.ko"
cd /sys/bus/pci/drivers/swsim
pf=$(for d in 0*; do [ ! -e "$d/sriov_totalvfs" ] || echo "$d"; done | head -1)
cd /
echo 2 >"/sys/bus/pci/devices/$pf/sriov_numvfs"
devlink dev eswitch set "pci/$pf" mode switchdev
. "$LAB_DIR/guest/ovs-start.sh"
ovs-vsctl add-br br-int
ip link set br-int up
ip address add 10.88.0.1/24 dev br-int
vf() { basename "$(readlink -f "/sys/bus/pci/devices/$pf/virtfn$1")"; }
"$OUT/pods" "$(vf 0)" "$(vf 1)"
echo all >"$OUT/done"
