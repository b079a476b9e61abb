#!/bin/busybox sh
# The first and only process of a test's guest: loads virtio-net and then does what comes in by the serial line.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in $(cat /modules/order); do
  [ ! -e "/modules/$module.ko" ] || insmod "/modules/$module.ko"
done
ip link set lo up
stty -F /dev/ttyS0 -echo -onlcr
echo @ready >/dev/ttyS0
# Not an interactive shell, which would prompt.
while read -r command; do
  eval "$command" </dev/null
done </dev/ttyS0 >/dev/ttyS0 2>&1
