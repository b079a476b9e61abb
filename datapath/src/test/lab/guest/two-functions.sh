# source me: swsim on two PFs, PF1 and PF2, with seven VFs each, and a server A of fastvif's commands. vf PF N is a VF's
# address, own PF N its link, representors lists those there are, and state says all of them in a line each.
. "$LAB_DIR/guest/fastvif-server.sh"
modprobe psample
insmod "$LAB_MODULES/swsim.ko"
serve A
cd /sys/bus/pci/drivers/swsim
pfs=$(for d in 0*; do [ ! -e "$d/sriov_totalvfs" ] || echo "$d"; done)
for pf in $pfs; do echo 7 >"$pf/sriov_numvfs"; done
read -r PF1 PF2 <<<"$(echo $pfs)"
vf() { basename "$(readlink "/sys/bus/pci/devices/$1/virtfn$2")"; }
own() { ls "/sys/bus/pci/devices/$(vf "$1" "$2")/net"; }
representors() { devlink port show | sed -n 's/.*netdev \([^ ]*\) flavour pcivf.*/\1/p'; }

# Without what the kernel finds out a while after a link came up: carrier and operational state.
state() {
  for link in $(representors); do
    ip -o -d link show "$link" | sed 's/ qdisc [a-z_]*//; s/ qlen [0-9]*//; s/  *altname/ altname/
      s/NO-CARRIER,//; s/,LOWER_UP//; s/ state [A-Z]*//'
  done
}
