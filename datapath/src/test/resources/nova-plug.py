"""Plugs VIFs as nova-compute does, without database, message bus or libvirt: Nova's VIF, os-vif's object of it, Nova's
LibvirtGenericVIFDriver, os_vif.plug(), the plugin.

Usage: nova-plug.py NOVA_CONF [ROOT_HELPER]. Reads requests, a line of JSON each, and answers each with one:

  {"do": "plug", "kind": "ovs", "n": 0}       plugs the VIF of that kind and number; "unplug" is the other way
  {"do": "xml", "kind": "ovs", "n": 0}        what libvirt is told of it
  {"do": "object", "kind": "ovs", "n": 0}     what os-vif is given of it
  {"do": "describe"}                          what os_vif.host_info() says
  {"do": "plugins"}                           which classes os-vif has under which names
  {"do": "many", "each": "plug", "kind": "ovs", "count": 200, "at_once": 16}
                                              that many VIFs, from that many threads: green ones under eventlet

The answer has "millis" and, where it did not fail, "value", otherwise "error". With EVENTLET=1 in the environment
eventlet is in the place of threads and sockets, as in nova-compute.
"""
import json
import logging
import os
import shlex
import sys
import threading
import time

if os.environ.get("EVENTLET") == "1":
    import nova.monkey_patch  # which is enough for older Novas
    getattr(nova.monkey_patch, "patch", lambda: None)()
    import eventlet.patcher
    assert eventlet.patcher.is_monkey_patched("socket")

import nova.conf  # noqa: E402
from nova import config  # noqa: E402,F401
from nova import objects  # noqa: E402
import os_vif  # noqa: E402
from oslo_privsep import priv_context  # noqa: E402

CONF = nova.conf.CONF
CONF([], project="nova", default_config_files=[sys.argv[1]], default_config_dirs=[])
logging.basicConfig(level=os.environ.get("LEVEL", "WARNING"), stream=sys.stderr)
objects.register_all()
if len(sys.argv) > 2:
    priv_context.init(root_helper=shlex.split(sys.argv[2]))
os_vif.initialize()

from nova.network import model  # noqa: E402
from nova.network import os_vif_util  # noqa: E402
from nova.virt.libvirt import vif as libvirt_vif  # noqa: E402

NETDEV = {"datapath_type": "netdev"}


def vif(kind, n):
    """Nova's VIF of that kind and number."""
    vif_id = "%08x-0000-4000-8000-%012x" % (0xc0de0000 + n, n)
    socket = os.environ.get("SOCKETS", "/run") + "/vhu" + vif_id[:11]
    details, more = {}, {}
    if kind == "bridge":
        more = dict(type=model.VIF_TYPE_BRIDGE)
    elif kind == "ovs":
        more = dict(type=model.VIF_TYPE_OVS, delegate_create=True)
        details = dict(NETDEV, port_filter=True, ovs_hybrid_plug=False)
    elif kind == "ovs-hybrid":
        more = dict(type=model.VIF_TYPE_OVS)
        details = dict(NETDEV, port_filter=True, ovs_hybrid_plug=True)
    elif kind == "vhostuser":
        more = dict(type=model.VIF_TYPE_VHOSTUSER)
        details = dict(NETDEV, vhostuser_mode="server", vhostuser_ovs_plug=True, vhostuser_socket=socket)
    elif kind == "vhostuser-noop":
        more = dict(type=model.VIF_TYPE_VHOSTUSER)
        details = dict(vhostuser_mode="server", vhostuser_socket=socket)
    elif kind == "vhostuser-fp":
        more = dict(type=model.VIF_TYPE_VHOSTUSER)
        details = dict(vhostuser_mode="server", vhostuser_fp_plug=True, vhostuser_socket=socket)
    elif kind == "remote-managed":
        more = dict(type=model.VIF_TYPE_OVS, vnic_type=model.VNIC_TYPE_REMOTE_MANAGED,
                    profile={"pci_slot": "0000:0a:00.1"})
    elif kind in ("direct", "direct-netdev"):
        more = dict(type=model.VIF_TYPE_OVS, vnic_type=model.VNIC_TYPE_DIRECT,
                    profile={"pci_slot": "0000:0a:00.1"})
        details = dict(NETDEV, port_filter=True)
    else:
        raise ValueError("no kind of VIF: " + kind)
    bridged = kind in ("bridge", "vhostuser-fp")
    subnet = model.Subnet(
        cidr="10.0.0.0/24", dns=[model.IP("8.8.8.8", type="dns")], gateway=model.IP("10.0.0.1", type="gateway"),
        ips=[model.FixedIP(address="10.0.0.3")], routes=None, version=4)
    network = model.Network(
        id="437c6db5-4e6f-4b43-b64b-ed6a11ee5ba7", bridge="brq437c6db5" if bridged else "br-int", label="private",
        subnets=[subnet], mtu=1450, should_create_bridge=True)
    return model.VIF(**dict(dict(
        id=vif_id, address="fa:16:3e:00:%02x:%02x" % (n >> 8, n & 255), active=True, network=network, details=details,
        profile={}, preserve_on_delete=False, devname="tap" + vif_id[:11], ovs_interfaceid=vif_id), **more))


class Host:
    """Nova's view of libvirt, as far as a VIF needs it."""


instance = objects.Instance(
    id=1, uuid="f0000000-0000-0000-0000-000000000001", project_id="723", display_name="vm-1", hostname="vm-1",
    system_metadata={})
flavor = objects.Flavor(
    name="tiny", flavorid="1", memory_mb=64, vcpus=2, root_gb=1, ephemeral_gb=0, swap=0, extra_specs={})
instance.flavor = flavor
image = objects.ImageMeta.from_dict({"properties": {}})
driver = libvirt_vif.LibvirtGenericVIFDriver(Host())


def to_os_vif(action, kind, n):
    """With the switch's datapath that this Nova does not tell os-vif of."""
    of_os_vif = os_vif_util.nova_to_osvif_vif(vif(kind, n))
    of_os_vif.port_profile.datapath_type = "netdev"
    action(of_os_vif, os_vif_util.nova_to_osvif_instance(instance))


def plug(kind, n):
    if kind == "direct-netdev":
        to_os_vif(os_vif.plug, kind, n)
    else:
        driver.plug(instance, vif(kind, n))


def unplug(kind, n):
    if kind == "direct-netdev":
        to_os_vif(os_vif.unplug, kind, n)
    else:
        driver.unplug(instance, vif(kind, n))


def xml(kind, n):
    return driver.get_config(instance, vif(kind, n), image, flavor, "kvm").to_xml()


def osvif_object(kind, n):
    return os_vif_util.nova_to_osvif_vif(vif(kind, n)).obj_to_primitive()


def describe():
    return os_vif.host_info().obj_to_primitive()


def plugins():
    return {each.name: type(each.obj).__name__ for each in os_vif._EXT_MANAGER}


def many(each, kind, count, at_once):
    action = {"plug": plug, "unplug": unplug}[each]
    left = list(range(count))
    errors = []

    def work():
        while left:
            try:
                n = left.pop()
            except IndexError:
                return
            try:
                action(kind, n)
            except Exception as failed:
                errors.append(str(failed))

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise RuntimeError("; ".join(errors))


def fork(kind, n):
    """Plugs here, and in a child that was forked meanwhile, and here again."""
    plug(kind, n)
    child = os.fork()
    if child == 0:
        try:
            plug(kind, n)
            os._exit(0)
        except BaseException:
            os._exit(1)
    plug(kind, n)
    status = os.waitpid(child, 0)[1]
    if status:
        raise RuntimeError("the child ended with %d" % status)


DO = {"plug": plug, "unplug": unplug, "xml": xml, "object": osvif_object, "describe": describe, "plugins": plugins,
      "many": many, "fork": fork}

while True:
    line = sys.stdin.readline()
    if not line:
        break
    request = json.loads(line)
    start = time.perf_counter()
    try:
        answer = {"value": DO[request.pop("do")](**request)}
    except Exception as failed:
        answer = {"error": str(failed), "type": type(failed).__name__}
    answer["millis"] = (time.perf_counter() - start) * 1e3
    print(json.dumps(answer), flush=True)
