#!/bin/bash
# vm.sh [-t seconds] [-f pf_functions] [-x "more qemu arguments"] SCRIPT: boots Debian's kernel under QEMU (software
# emulation), with this machine's root file system as the guest's (read-only underneath, writes go to memory), and runs
# SCRIPT (an absolute path) there as root. The guest has one emulated SR-IOV NIC (igb: 7 VFs a function) behind an IOMMU.
# With LAB_ARCH=aarch64 the guest is another, with files of its own: two CPUs, Debian 13's kernel and Java runtime, no NIC,
# and this machine's files, read-only, under /host.
# $OUT in the guest is a folder that comes back here: LAB_OUT, or a new one under LAB_HOME. LAB_MEM is its memory (2G).
# Exit status: SCRIPT's; 125 if it never finished. QEMU's software emulation itself fails now and then on a loaded machine
# (a guest whose timers stand still, a failed assertion): where the guest does not come as far as SCRIPT it is started
# again, three times in all; once SCRIPT has begun, never.
. "$(dirname "$0")/environment.sh"
BOOT_SECONDS=120
t=240
f=1
x=
while getopts t:f:x: o; do declare "$o=$OPTARG"; done
shift $((OPTIND - 1))
OUT=${LAB_OUT:-$(mktemp -d "$LAB_HOME/run.XXXXXX")}
mkdir -p "$OUT"
NIC="-netdev hubport,id=n0,hubid=0 -device igb,bus=rp0,addr=0.0,netdev=n0,mac=52:54:00:aa:00:01"
[ "$f" = 2 ] && NIC="$NIC,multifunction=on,x-pcie-ari-nextfn-1=on -netdev hubport,id=n1,hubid=1 -device igb,bus=rp0,addr=0.1,netdev=n1,mac=52:54:00:aa:00:02"
# One CPU: emulating several on as many threads, QEMU 10 loses timer interrupts and trips over its own memory map; on one
# thread, each CPU that spins holds the others up for a tenth of a second.
# shellcheck disable=SC2086 # NIC and x are several words
boot_x86_64() {
  export QEMU_MODULE_DIR=$QEMU/usr/lib/x86_64-linux-gnu/qemu
  exec timeout -k 5 "$t" "$QEMU/usr/bin/qemu-system-x86_64" \
    -L "$QEMU/usr/share/qemu" -L /usr/share/qemu -L /usr/share/seabios -L /usr/lib/ipxe/qemu \
    -machine q35,kernel-irqchip=split -accel tcg,thread=single -cpu max -smp 1 -m "${LAB_MEM:-2G}" \
    -nodefaults -no-user-config -display none -no-reboot -serial stdio \
    -kernel "$VMLINUX" -initrd "$LAB_HOME/initrd.gz" \
    -append "console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable no_timer_check intel_iommu=on iommu=pt vm.script=$1 vm.lab=$LAB_HOME vm.here=$LAB_DIR" \
    -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
    -virtfs "local,path=$OUT,mount_tag=out,security_model=none" \
    -device virtio-rng-pci -device intel-iommu,intremap=on,caching-mode=on -device pcie-root-port,id=rp0,slot=1 \
    $NIC $x </dev/null
}

# A processor with LSE atomics, as those of today's servers, and no pointer authentication, which costs emulation much.
# Its two CPUs are emulated on a thread each; with LAB_COUNT=1 it has one, whose clock counts a nanosecond an instruction.
# shellcheck disable=SC2086 # x and processors are several words
boot_aarch64() {
  local processors="-accel tcg,thread=multi,tb-size=512 -smp 2"
  [ "${LAB_COUNT-}" != 1 ] || processors="-accel tcg,thread=single,tb-size=512 -icount shift=0,sleep=off -smp 1"
  exec timeout -k 5 "$t" qemu-system-aarch64 \
    -machine virt,gic-version=3 $processors -cpu neoverse-n1 -m "${LAB_MEM:-2G}" \
    -nodefaults -no-user-config -display none -no-reboot -serial stdio \
    -kernel "$VMLINUX" -initrd "$LAB_HOME/initrd.gz" \
    -append "console=ttyAMA0 quiet panic=-1 mitigations=off vm.script=/host$1 vm.lab=/host$LAB_HOME vm.here=/host$LAB_DIR vm.disk=/dev/vda" \
    -drive "file=$DISK,format=raw,if=virtio,readonly=on" \
    -virtfs local,path=/,mount_tag=machine,security_model=none,readonly=on,multidevs=remap \
    -virtfs "local,path=$OUT,mount_tag=out,security_model=none" \
    -device virtio-rng-pci $x </dev/null
}

for attempt in 1 2 3; do
  rm -f "$OUT/rc" "$OUT/begun"
  "boot_$LAB_ARCH" "$1" &
  qemu=$!
  trap 'kill $qemu 2>/dev/null' EXIT
  for ((i = 0; i < 2 * BOOT_SECONDS; i++)); do
    [ ! -e "$OUT/begun" ] && kill -0 $qemu 2>/dev/null || break
    sleep 0.5
  done
  [ -e "$OUT/begun" ] || kill $qemu 2>/dev/null
  wait $qemu
  [ ! -e "$OUT/begun" ] || break
  echo "the guest did not come as far as $1 within $BOOT_SECONDS s: attempt $attempt of 3"
done
[ -f "$OUT/rc" ] && exit "$(cat "$OUT/rc")"
exit 125
