# What os-vif and fastvif find for each VF of two PFs: in legacy mode, in switchdev mode, with renamed representors, and
# with the VFs of one PF alone. Each leaves a pair of files in $OUT. Both processes live through all of it.
set -e
modprobe psample
insmod "$LAB_MODULES/swsim.ko"
cd /sys/bus/pci/drivers/swsim
pfs=$(for d in 0*; do [ ! -e "$d/sriov_totalvfs" ] || echo "$d"; done)
mkfifo /run/ask-fastvif /run/tell-fastvif /run/ask-os-vif /run/tell-os-vif
"$OUT/lookup" </run/ask-fastvif >/run/tell-fastvif &
/usr/bin/python3 "$OUT/os-vif-lookups.py" </run/ask-os-vif >/run/tell-os-vif &
exec 3>/run/ask-fastvif 4</run/tell-fastvif 5>/run/ask-os-vif 6</run/tell-os-vif
look() {
  echo "$OUT/$1.fastvif" >&3
  echo "$OUT/$1.os-vif" >&5
  read -r _ <&4
  read -r _ <&6
}
for pf in $pfs; do echo 7 >"$pf/sriov_numvfs"; done
look legacy
for pf in $pfs; do devlink dev eswitch set "pci/$pf" mode switchdev; done
look switchdev
i=0
for link in $(grep -l 'pf[01]vf' /sys/class/net/*/phys_port_name 2>/dev/null); do
  ip link set "$(basename "$(dirname "$link")")" name "rep$((i++))"
done
look renamed
set -- $pfs
devlink dev eswitch set "pci/$2" mode legacy
look half
exec 3>&- 5>&-
cat <&4 >"$OUT/readings"
