#!/bin/bash
# forwarding-hosts.sh start FILE: gives the host of this network namespace a bridge br0 with two guests, and two networks
# that it routes to (eth2, eth3); the hosts' processes go into FILE. forwarding-hosts.sh measure FILE: says of each flow
# whether it passes, is dropped or rejected. forwarding-hosts.sh stop FILE: ends the processes.
set -e
host() { # NAME NETWORK NUMBER GATEWAY-LINK
  unshare -n sleep 600 >/dev/null 2>&1 &
  echo "$1 $! $2 $3" >>"$file"
  until [ "$(readlink "/proc/$!/ns/net")" != "$(readlink /proc/self/ns/net)" ] && [ -e "/proc/$!/ns/net" ]; do :; done
  nsenter -t $! -n sysctl -qw net.ipv6.conf.default.accept_dad=0
  ip link add "$4" type veth peer name net0 netns $!
  nsenter -t $! -n sh -c "ip link set lo up; ip link set net0 up
    ip address add 10.$2.0.$3/24 dev net0; ip address add 2001:db8:$2::$3/64 dev net0 nodad
    ip route add default via 10.$2.0.1; ip route add default via 2001:db8:$2::1"
  ip link set "$4" up
}
gateway() { # LINK NETWORK
  ip address add "10.$2.0.1/24" dev "$1"
  ip address add "2001:db8:$2::1/64" dev "$1" nodad
}
flow() { # NAME FROM ADDRESS
  pid=$(awk -v name="$2" '$1 == name { print $2 }' "$file")
  if answer=$(nsenter -t "$pid" -n ping -n -c 3 -i 0.2 -W 1 "$3" 2>&1); then
    echo "$1 passes"
  elif grep -q Unreachable <<<"$answer"; then
    echo "$1 rejected"
  else
    echo "$1 dropped"
  fi
}
file=$2
case $1 in
  start)
    # Without this a link's own address asks for nobody in the first two seconds.
    sysctl -qw net.ipv6.conf.default.accept_dad=0
    ip link set lo up
    ip link add br0 type bridge forward_delay 0 mcast_snooping 0
    ip link set br0 up
    gateway br0 1
    host guest1 1 11 port1
    host guest2 1 12 port2
    ip link set port1 master br0
    ip link set port2 master br0
    ip link add vlan5 type veth peer name wire5
    ip link set vlan5 master br0 up
    host far2 2 2 eth2
    gateway eth2 2
    host far3 3 3 eth3
    gateway eth3 3
    sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
    ;;
  measure)
    for family in 10. 2001:db8:; do
      case $family in 10.) rest=.0. ;; *) rest=:: ;; esac
      for way in guest1:guest2:1:12 guest1:host:1:1 guest1:far2:2:2 guest1:far3:3:3 far2:guest1:1:11 far3:guest2:1:12 \
        far2:far3:3:3; do
        IFS=: read -r from to network number <<<"$way"
        flow "$from-$to-${family%%:*}" "$from" "$family$network$rest$number" &
      done
    done | sort
    wait
    ;;
  stop) awk '{ print $2 }' "$file" | xargs -r kill ;;
esac
