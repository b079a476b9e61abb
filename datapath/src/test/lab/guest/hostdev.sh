# 14 VIFHostDevice on two PFs in switchdev mode, plugged in one batch: frames pass through VF, representor and Open
# vSwitch; unplugged, all is as it was. Then the plug is killed at three points of its way. $OUT/vif.json is one VIF with the
# words VIF, 0000:ff:1f.7, REP and 02:00:00:00:00:ff in place of its own; $OUT/offload.json is one of the plugin ovs.
set -e
. "$LAB_DIR/guest/host-state.sh"
. "$LAB_DIR/guest/fastvif-server.sh"
for name in one two three four; do serve $name; done
modprobe psample
insmod "$LAB_MODULES/swsim.ko"
cd /sys/bus/pci/drivers/swsim
pfs=$(for d in 0*; do [ ! -e "$d/sriov_totalvfs" ] || echo "$d"; done)
cd /
for pf in $pfs; do
  echo 7 >"/sys/bus/pci/devices/$pf/sriov_numvfs"
  devlink dev eswitch set "pci/$pf" mode switchdev
done
. "$LAB_DIR/guest/ovs-start.sh"
ovs-vsctl add-br br-int
for link in $(grep -l '^p[01]$' /sys/class/net/*/phys_port_name 2>/dev/null); do
  ip link set "$(basename "$(dirname "$link")")" up
done

i=0
for pf in $pfs; do
  for n in 0 1 2 3 4 5 6; do
    vf=$(basename "$(readlink -f "/sys/bus/pci/devices/$pf/virtfn$n")")
    echo "$i $pf $n $vf"
    i=$((i + 1))
  done
done >"$OUT/vfs"
while read -r i pf n vf; do
  sed -e "s/0000:ff:1f.7/$vf/g" -e "s/REP/rep$i/g" -e "s/02:00:00:00:00:ff/02:00:00:00:01:$(printf %02x "$i")/g" \
    -e "s/00000000-0000-0000-0000-0000000000ff/00000000-0000-0000-0000-$(printf %012x "$i")/g" "$OUT/vif.json" \
    >"$OUT/vif$i.json"
done <"$OUT/vfs"
batch() {
  echo "$2" "$1" -o ovs.ovsdb_connection=unix:/run/openvswitch/db.sock -o hostdev.trust=true \
    $(cut -d' ' -f1 "$OUT/vfs" | sed "s|.*|$OUT/vif&.json|")
}
# The database has it when the command ends; a change waits until ovs-vswitchd has applied all that.
fastvif() {
  ask "${3:-one}" $(batch "$1" "$2")
  ovs-vsctl --timeout=60 set Open_vSwitch . "external_ids:after=$2"
}
link_of() { ls "/sys/bus/pci/devices/$(sed -n "$(($1 + 1))s/.* //p" "$OUT/vfs")/net"; }

host_state >"$OUT/before"
fastvif plug plugged
host_state >"$OUT/plugged"
ovs-vsctl list-ports br-int | sort >"$OUT/ports"
ovs-vsctl --columns=name,external_ids list interface >"$OUT/interfaces"
ask one vf-list vf list --json
fastvif plug again

# One VF of each PF in a namespace of its own: to each other, and to the host's end of the bridge.
ip addr add 10.1.0.1/24 dev br-int
ip link set br-int up
first=$(link_of 0)
second=$(link_of 9)
ip netns add first
ip netns add second
ip link set "$first" netns first
ip link set "$second" netns second
ip -n first addr add 10.1.0.2/24 dev "$first"
ip -n second addr add 10.1.0.3/24 dev "$second"
ip -n first link set "$first" up
ip -n second link set "$second" up
{
  ip netns exec first busybox ping -c 3 -W 5 10.1.0.1
  ip netns exec first busybox ping -c 3 -W 5 10.1.0.3
} >"$OUT/ping" 2>&1 || true
ip -n first link set "$first" down
ip -n second link set "$second" down
ip -n first link set "$first" netns 1
ip -n second link set "$second" netns 1
ip link set br-int down
ip addr flush dev br-int
fastvif unplug unplugged
host_state >"$OUT/after"
ovs-vsctl list-ports br-int >"$OUT/ports-after"
fastvif unplug unplugged-again

# The plugin ovs by itself, which gets the representor's name from the profile's datapath_offload.
sed -i "s/0000:ff:1f.7/$(sed -n '1s/.* //p' "$OUT/vfs")/g" "$OUT/offload.json"
ask one offload plug "$OUT/offload.json" -o ovs.ovsdb_connection=unix:/run/openvswitch/db.sock
ip -o link show master ovs-system >"$OUT/offloaded"
ask one offload-gone unplug "$OUT/offload.json" -o ovs.ovsdb_connection=unix:/run/openvswitch/db.sock
host_state >"$OUT/after-offload"

# cut_off SERVER NAME TEST: lets a server plug all, and kills it as soon as TEST holds. How far it came is in NAME.progress,
# and what the leases say in NAME.leases.
count() { # FILE...: how many that a pattern was expanded to, which stays as it is if there are none
  [ ! -e "$1" ] || files=$#
}
count_leases() {
  files=0
  count /run/fastvif/devices/*:*
}
count_renamed() {
  files=0
  count /sys/class/net/rep*
}
exec {pause}<> <(:)
cut_off() {
  local server="SERVER_$1" k
  begin "$1" $(batch plug "$2")
  for k in $(seq 1 12000); do
    ! $3 || break
    read -r -t 0.005 -u $pause || true
  done
  kill -9 "${!server}"
  wait "${!server}" || true
  if [ $3 = is_linked ]; then kill -CONT "$(</run/openvswitch/ovsdb-server.pid)"; fi
  count_leases
  echo "leases $files" >"$OUT/$2.progress"
  count_renamed
  echo "renamed $files" >>"$OUT/$2.progress"
  echo "ports $(ovs-vsctl list-ports br-int | wc -l)" >>"$OUT/$2.progress"
  tail -n +1 /run/fastvif/devices/*:* >"$OUT/$2.leases"
}
is_leased() { count_leases && [ "$files" != 0 ]; }
is_renamed() { count_renamed && [ "$files" != 0 ]; }
is_linked() { count_renamed && [ "$files" = 14 ]; }

cut_off two early is_leased
fastvif plug early-finished
host_state >"$OUT/finished-early"
fastvif unplug early-unplugged
host_state >"$OUT/after-early"
cut_off three middle is_renamed
fastvif unplug middle-undone
host_state >"$OUT/after-middle"
# Open vSwitch's database does not answer: behind all changes of links, and before that of the switch.
kill -STOP "$(</run/openvswitch/ovsdb-server.pid)"
cut_off four late is_linked
fastvif plug late-finished
host_state >"$OUT/finished-late"
fastvif unplug late-unplugged
host_state >"$OUT/after-late"
