"""Plugs VIFs as nova-compute does: Nova's own VIF driver, os_vif.initialize() and the plugins that it finds.

usage: nova-peer.py FILE KIND NOVA-CONF [FOLDER-OF-A-PLUGIN...]

FILE has a VIF on each line: its id and its address. KIND is ovs, ovs-hybrid or bridge. Nova's database, its message bus and
libvirt are not there; the privileged half of os-vif's own plugins is in this process.
"""

import sys

sys.path[:0] = sys.argv[4:]

import nova.monkey_patch  # noqa: F401  first, as in nova-compute

import eventlet
import nova.conf
from nova import config  # noqa: F401
from nova import objects
from nova.network import model
from nova.network import os_vif_util  # noqa: F401
from nova.virt.libvirt import vif as libvirt_vif
import os_vif
import vif_plug_linux_bridge.privsep
import vif_plug_ovs.privsep

import conversation

GREEN_THREADS = 16
MTU = 1450

nova.conf.CONF([], project='nova', default_config_files=[sys.argv[3]], default_config_dirs=[])
objects.register_all()
os_vif.initialize()
vif_plug_ovs.privsep.vif_plug.set_client_mode(False)
vif_plug_linux_bridge.privsep.vif_plug.set_client_mode(False)


def network(vif_id, bridge, **meta):
    subnet = model.Subnet(cidr='192.0.2.0/24', dns=[], gateway=model.IP('192.0.2.1', type='gateway'),
                          ips=[model.FixedIP(address='192.0.2.3')], routes=None, version=4)
    return model.Network(id=vif_id, bridge=bridge, label='private', subnets=[subnet], mtu=MTU, **meta)


def nova_vif(kind, vif_id, address):
    common = dict(id=vif_id, address=address, active=True, profile={}, preserve_on_delete=False,
                  devname='tap' + vif_id[:11], ovs_interfaceid=vif_id)
    if kind == 'bridge':
        return model.VIF(type=model.VIF_TYPE_BRIDGE, details={}, network=network(
            vif_id, 'brq' + vif_id[:11], should_create_bridge=True, bridge_interface=None), **common)
    hybrid = kind == 'ovs-hybrid'
    return model.VIF(type=model.VIF_TYPE_OVS, network=network(vif_id, 'br-int'), delegate_create=not hybrid,
                     details={'port_filter': True, 'ovs_hybrid_plug': hybrid, 'datapath_type': 'netdev'}, **common)


with open(sys.argv[1]) as file:
    vifs = [nova_vif(sys.argv[2], *line.split()) for line in file]
instance = objects.Instance(id=1, uuid='f0000000-0000-0000-0000-000000000001', project_id='723',
                            display_name='vm-1', hostname='vm-1', system_metadata={})
driver = libvirt_vif.LibvirtGenericVIFDriver()


def plug(numbers):
    for number in numbers:
        driver.plug(instance, vifs[number])


def unplug(numbers):
    for number in numbers:
        driver.unplug(instance, vifs[number])


def crowd(operation):
    """Does it in as many green threads, each of which takes the next VIF; the first failure is raised."""
    def each(numbers):
        pool = eventlet.GreenPool(GREEN_THREADS)
        for _ in pool.imap(operation, [(number,) for number in numbers]):
            pass
    return each


conversation.serve(plug, unplug, crowd_plug=crowd(plug), crowd_unplug=crowd(unplug))
