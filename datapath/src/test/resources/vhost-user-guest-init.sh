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
# Opened once: whoever opens a serial line that nobody has open empties it of what has come in.
exec </dev/ttyS0 >/dev/ttyS0 2>&1
stty -echo -onlcr
echo @ready
# Not an interactive shell, which would prompt.
while read -r command; do
  eval "$command" </dev/null
done
