# source me, at the end of macvtap.sh: the card with swsim, whose driver knows port profiles of 802.1Qbh. What it was asked
# for is in $OUT/port-requests.
echo 0 >"/sys/bus/pci/devices/$pf/sriov_numvfs"
modprobe -r igbvf igb
modprobe psample
insmod "$LAB_MODULES/swsim.ko"
ip link set "$(ls "/sys/bus/pci/devices/$pf/net" | head -1)" up
echo 2 >"/sys/bus/pci/devices/$pf/sriov_numvfs"
sed -i "s/0000:ff:1f.7/$(vf 1)/g" "$OUT"/port-*.json
options="-o direct.host_uuid=c75d2b6e-2f2e-4f7b-9d2a-6a2d1b0a4c11"
links >"$OUT/before-port"
ask one port-plug plug $options "$OUT/port-good.json"
ask one port-unplug unplug $options "$OUT/port-good.json"
ask one port-pre plug $options -o direct.association=preassociate "$OUT/port-good.json"
ask one port-pre-gone unplug $options "$OUT/port-good.json"
ask one port-refused plug $options "$OUT/port-refused.json"
ask one port-silent plug $options -o direct.association_timeout=2 "$OUT/port-silent.json"
links >"$OUT/after-port"
dmesg | sed -n "s/.*swsim: port //p" >"$OUT/port-requests"
