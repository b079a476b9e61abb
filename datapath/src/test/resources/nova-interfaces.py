"""What Nova's own LibvirtGenericVIFDriver tells libvirt of each kind of VIF that it has.

Usage: nova-interfaces.py FOLDER. Writes there for each kind a file KIND.xml, or KIND.error with what Nova says, and
KIND.vif with the os-vif object that Nova makes of it where it makes one; and the file types, with all VIF types that
Nova knows and the kinds that are of each. Nova runs without database, message bus or libvirt.
"""
import json
import pathlib
import sys

import nova.conf
from nova import objects
from nova import config  # noqa: F401
import os_vif

CONF = nova.conf.CONF
CONF([], project="nova", default_config_files=[], default_config_dirs=[])
objects.register_all()
os_vif.initialize()

from nova.network import model  # noqa: E402
from nova.network import os_vif_util  # noqa: E402
from nova.pci import utils as pci_utils  # noqa: E402
from nova.virt.libvirt import vif as libvirt_vif  # noqa: E402

pci_utils.get_ifname_by_pci_address = lambda address, pf_interface=False: "eth5"

ID = "09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f"
PCI = "0000:0a:00.1"
SOCKET = "/run/vhu09b11c53-8b"


class Host:
    """Nova's view of libvirt, as far as a VIF needs it."""

    def get_vdpa_device_path(self, address):
        return "/dev/vhost-vdpa-0"


def vif(kind, vnic="normal", details=None, profile=None, bridge="br-int", mtu=1450, **more):
    subnet = model.Subnet(
        cidr="10.0.0.0/24", dns=[], gateway=model.IP("10.0.0.1", type="gateway"),
        ips=[model.FixedIP(address="10.0.0.3")], routes=None, version=4)
    network = model.Network(
        id="437c6db5-4e6f-4b43-b64b-ed6a11ee5ba7", bridge=bridge, label="private", subnets=[subnet], mtu=mtu,
        interface="eth5")
    return model.VIF(
        id=ID, address="fa:16:3e:88:75:34", type=kind, vnic_type=vnic, network=network, details=details or {},
        profile=profile or {}, devname="tap09b11c53-8b", ovs_interfaceid=ID, active=True, preserve_on_delete=False,
        **more)


def vhostuser(mode, **details):
    return vif("vhostuser", details=dict(vhostuser_mode=mode, vhostuser_socket=SOCKET, **details))


SLOT = {"pci_slot": PCI}
MACVTAP = {"macvtap_source": "eth5.7", "physical_interface": "eth5", "vlan": "7"}
CASES = {
    "bridge": vif("bridge", bridge="brq437c6db5"),
    "bridge without mtu": vif("bridge", bridge="brq437c6db5", mtu=None),
    "ovs": vif("ovs"),
    "ovs with create_port": vif("ovs", delegate_create=True),
    "ovs hybrid": vif("ovs", details={"port_filter": True, "ovs_hybrid_plug": True}),
    "ovs direct": vif("ovs", "direct", profile=SLOT),
    "ovs remote-managed": vif("ovs", "remote-managed", profile=SLOT),
    "ovs vdpa": vif("ovs", "vdpa", profile=SLOT),
    "agilio_ovs": vif("agilio_ovs"),
    "agilio_ovs direct": vif("agilio_ovs", "direct", profile=SLOT),
    "agilio_ovs virtio-forwarder": vif(
        "agilio_ovs", "virtio-forwarder", profile=SLOT,
        details={"vhostuser_mode": "client", "vhostuser_socket": SOCKET}),
    "vhostuser client": vhostuser("client"),
    "vhostuser server": vhostuser("server"),
    "vhostuser ovs": vhostuser("server", vhostuser_ovs_plug=True),
    "vhostuser fp": vhostuser("client", vhostuser_fp_plug=True),
    "vhostuser fp ovs": vhostuser("client", vhostuser_fp_plug=True, vhostuser_ovs_plug=True),
    "vhostuser fp hybrid": vhostuser(
        "server", vhostuser_fp_plug=True, vhostuser_ovs_plug=True, ovs_hybrid_plug=True),
    "vhostuser vrouter": vhostuser("server", vhostuser_vrouter_plug=True),
    "ivs": vif("ivs"),
    "ivs hybrid": vif("ivs", details={"port_filter": True, "ovs_hybrid_plug": True}),
    "vrouter": vif("vrouter"),
    "vrouter direct": vif("vrouter", "direct", profile=SLOT),
    "vrouter virtio-forwarder": vif(
        "vrouter", "virtio-forwarder", profile=SLOT,
        details={"vhostuser_mode": "server", "vhostuser_socket": SOCKET}),
    "802.1qbg": vif("802.1qbg", qbg_params={
        "managerid": "11", "typeid": "1193047", "typeidversion": "2", "instanceid": ID}),
    "802.1qbh direct": vif("802.1qbh", "direct", profile=SLOT, details={"profileid": "enterprise"}),
    "802.1qbh macvtap": vif("802.1qbh", "macvtap", profile=SLOT, details={"profileid": "enterprise"}),
    "hw_veb direct": vif("hw_veb", "direct", profile=SLOT, details={"vlan": "7"}),
    "hw_veb accelerator-direct": vif("hw_veb", "accelerator-direct", profile=SLOT, details={"vlan": "7"}),
    "hw_veb macvtap": vif("hw_veb", "macvtap", profile=SLOT, details={"vlan": "7"}),
    "hostdev_physical": vif("hostdev_physical", "direct-physical", profile=SLOT),
    "ib_hostdev": vif("ib_hostdev", "direct", profile=SLOT),
    "macvtap vepa": vif("macvtap", "macvtap", details=dict(MACVTAP, macvtap_mode="vepa")),
    "macvtap bridge": vif("macvtap", "macvtap", details=dict(MACVTAP, macvtap_mode="bridge")),
    "macvtap private": vif("macvtap", "macvtap", details=dict(MACVTAP, macvtap_mode="private")),
    "macvtap passthrough": vif("macvtap", "macvtap", details=dict(MACVTAP, macvtap_mode="passthrough")),
    "tap": vif("tap", details={"mac_address": "fa:16:3e:88:75:34"}),
    "midonet": vif("midonet"),
    "iovisor": vif("iovisor"),
    "dvs": vif("dvs"),
    "other": vif("other"),
    "hyperv": vif("hyperv"),
    "vif": vif("vif"),
    "unbound": vif("unbound"),
    "binding_failed": vif("binding_failed"),
}

flavor = objects.Flavor(
    name="tiny", flavorid="1", memory_mb=64, vcpus=2, root_gb=1, ephemeral_gb=0, swap=0, extra_specs={})
instance = objects.Instance(
    id=1, uuid="f0000000-0000-4000-8000-000000000001", project_id="723", display_name="vm-1", hostname="vm-1",
    system_metadata={}, flavor=flavor)
image = objects.ImageMeta.from_dict({"properties": {}})
driver = libvirt_vif.LibvirtGenericVIFDriver(host=Host())

folder = pathlib.Path(sys.argv[1])
types = {value: [] for key, value in vars(model).items() if key.startswith("VIF_TYPE_")}
for name, given in CASES.items():
    types[given["type"]].append(name)
    try:
        known = os_vif_util.nova_to_osvif_vif(given)
        if known is not None:
            (folder / (name + ".vif")).write_text(json.dumps(known.obj_to_primitive()))
        (folder / (name + ".xml")).write_text(driver.get_config(instance, given, image, flavor, "kvm").to_xml())
    except Exception as problem:  # whatever Nova says of it
        (folder / (name + ".error")).write_text(type(problem).__name__ + ": " + str(problem))
(folder / "types").write_text("".join("%s: %s\n" % (kind, ", ".join(names)) for kind, names in types.items()))
