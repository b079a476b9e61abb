# VIFs on Open vSwitch's kernel datapath: plugged by fastvif, UDP between them, unplugged. What was seen is left in $OUT.
set -e
. "$LAB_DIR/guest/ovs-start.sh"
with="-o ovs.ovsdb_connection=unix:/run/openvswitch/db.sock -o ovs.wait_for=vswitchd"
for i in 1 2 3 4; do # guests, with the device of each VIF
  ip netns add "g$i"
  ip link add "tap$i" type veth peer name eth0 netns "g$i"
  ip link set "tap$i" up
  ip -n "g$i" address add "192.0.2.$i/24" dev eth0
  ip -n "g$i" link set eth0 up
  ip netns exec "g$i" /usr/bin/python3 -c '
import socket
echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
echo.bind(("0.0.0.0", 7))
while True:
    data, sender = echo.recvfrom(2000)
    echo.sendto(data, sender)' &
done
ask() { # FROM TO TRIES
  ip netns exec "g$1" /usr/bin/python3 -c '
import socket, sys
ask = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
ask.settimeout(2)
for attempt in range(int(sys.argv[2])):
    try:
        ask.sendto(bytes(1400), (sys.argv[1], 7))
        sys.exit(0 if len(ask.recv(2000)) == 1400 else 1)
    except OSError:
        pass
sys.exit(1)' "192.0.2.$2" "$3" && echo "$1 reaches $2" || echo "$1 does not reach $2"
}
"$OUT/fastvif" plug $with "$OUT/vifs.json" >"$OUT/plugged"
ip link set tap3 master qbr00000003-00 # as a hypervisor does with a hybrid VIF
"$OUT/fastvif" plug $with -o ovs.isolate_vif=true "$OUT/isolated.json" >>"$OUT/plugged"
ovs-appctl dpctl/show | grep -v '^  \(lookups\|flows\|masks\|caches\|cache\)' >"$OUT/datapath"
ovs-vsctl --no-headings --format=csv --columns=type,external_ids list QoS >"$OUT/qos"
(ask 1 2 20; ask 2 1 20; ask 1 3 20; ask 3 2 20; ask 1 4 3) >"$OUT/traffic"
"$OUT/fastvif" unplug $with "$OUT/vifs.json" >"$OUT/unplugged"
"$OUT/fastvif" unplug $with "$OUT/isolated.json" >>"$OUT/unplugged"
ovs-vsctl list-ports br-int >"$OUT/ports"
ovs-vsctl --no-headings --format=csv --columns=type list QoS >>"$OUT/ports"
ip -o link show >"$OUT/links"
