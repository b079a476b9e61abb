# source me, after two-functions.sh: netdevsim, a card without a PCI device, whose representors devlink alone tells of.
modprobe udp_tunnel
insmod "$LAB_MODULES/netdevsim.ko"
SIM=netdevsim/netdevsim10
echo '10 1' >/sys/bus/netdevsim/new_device
echo 4 >/sys/bus/netdevsim/devices/netdevsim10/sriov_numvfs
# the netdevs of its ports, with their VFs' numbers
sim_ports() { devlink port show | sed -n "s|^$SIM/.* netdev \([^ ]*\) flavour pcivf.* vfnum \([0-9]*\) .*|\1 \2|p"; }
uplink=$(devlink port show | sed -n "s|^$SIM/.* netdev \([^ ]*\) flavour physical.*|\1|p")
devlink dev eswitch show $SIM >"$OUT/sim-legacy.devlink"
cat "/sys/class/net/$uplink/phys_switch_id" >"$OUT/sim-legacy.switch-id"
ask A sim-legacy representor list --json
ask A sim-nothing representor find $SIM --vf 2
ask A sim-mode eswitch set $SIM --mode switchdev --json
devlink dev eswitch show $SIM >"$OUT/sim-mode.devlink"
sim_ports >"$OUT/sim-ports"
ask A sim-list representor list --json
ask A sim-find representor find $SIM --vf 2
ask A sim-rename representor rename "$(sed -n 's/ 2$//p' "$OUT/sim-ports")=simvf2"
sim_ports >"$OUT/sim-renamed"
ask A sim-found representor find $SIM --vf 2
ask A sim-back representor rename --back simvf2
sim_ports >"$OUT/sim-back-ports"
