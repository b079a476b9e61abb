# source me: host_state prints what plugging changes of the host, to be compared before and after: a line for each link
# with its VFs, for each VF's binding, and for each lease. Indexes, MAC addresses and queues of links are left out, which
# are new when a driver comes back to a VF, and the carrier, which the kernel finds out a while after a link came up. As
# few processes as can be: each takes long here.
host_state() {
  ip -d -o link show | sed -E 's/^[0-9]+: //; s/ link\/ether [^ ]+//; s/ permaddr [^ ]+//; s/ (qdisc|state|qlen) [^ ]+//g
    s/NO-CARRIER,//; s/,LOWER_UP//; s/^/link /' | sort
  local vf key value device driver override
  for vf in /sys/bus/pci/devices/*/virtfn*; do
    driver=
    while IFS== read -r key value; do
      case $key in
        DRIVER) driver=$value ;;
        PCI_SLOT_NAME) device=$value ;;
      esac
    done <"$vf/uevent"
    read -r override <"$vf/driver_override"
    echo "device $device driver $driver override $override"
  done
  for device in /run/fastvif/devices/*:*; do
    [ ! -e "$device" ] || echo "lease ${device##*/}"
  done
}
