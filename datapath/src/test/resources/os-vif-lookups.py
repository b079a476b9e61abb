# For each file named on standard input, writes what os-vif's own lookup functions find for each virtual function of each
# physical one now, and says so.
import glob
import os
import sys

from vif_plug_ovs import exception
from vif_plug_ovs import linux_net as net


def or_none(function, *arguments, **named):
    try:
        return function(*arguments, **named)
    except (exception.RepresentorNotFound, exception.PciDeviceNotFoundById):
        return "none"


def look(out):
    for path in sorted(glob.glob("/sys/bus/pci/devices/*/sriov_totalvfs")):
        pf = os.path.dirname(path)
        for number in range(len(glob.glob(pf + "/virtfn*"))):
            vf = os.path.basename(os.readlink("%s/virtfn%d" % (pf, number)))
            uplink = or_none(net.get_ifname_by_pci_address, vf, pf_interface=True, switchdev=True)
            if uplink == "none":
                uplink = or_none(net.get_ifname_by_pci_address, vf, pf_interface=True)
            found = net.get_vf_num_by_pci_address(vf)
            print(
                vf,
                "pf=%s" % net.get_pf_pci_from_vf(vf),
                "number=%s" % found,
                "link=%s" % or_none(net.get_ifname_by_pci_address, vf),
                "uplink=%s" % uplink,
                "representor=%s" % or_none(net.get_representor_port, uplink, found),
                file=out,
            )


for line in sys.stdin:
    with open(line.strip(), "w") as file:
        look(file)
    print("written", flush=True)
