"""Has os-vif's own linux_bridge plugin write its rules for br0, in this process and network namespace.

Arguments: flat, filtered or vlan, then options as NAME=VALUE; a name given again has one more value."""

import sys
import tempfile

from oslo_concurrency import lockutils
from oslo_config import cfg
from os_vif import objects
from os_vif.objects import network as networks
from os_vif.objects import subnet as subnets
from vif_plug_linux_bridge import linux_bridge
from vif_plug_linux_bridge import linux_net
from vif_plug_linux_bridge import privsep
objects.register_all()
privsep.vif_plug.set_client_mode(False)
lockutils.set_defaults(tempfile.mkdtemp())
linux_bridge.LinuxBridgePlugin.load('linux_bridge')
group = 'os_vif_linux_bridge'
values = {}
for argument in sys.argv[2:]:
    name, value = argument.split('=', 1)
    values.setdefault(name, []).append(value)
for name, given in values.items():
    value = given if name == 'forward_bridge_interface' else given[-1]
    cfg.CONF.set_override(name, value == 'true' if name == 'use_ipv6' else value, group)
plugin = linux_bridge.LinuxBridgePlugin(cfg.CONF[group])
if sys.argv[1] == 'vlan':
    # ensure_vlan_bridge() of os-vif 3.0.0 ends with a TypeError before it comes to this
    linux_net._ensure_bridge_filtering('br0', None)
else:
    network = networks.Network(
        id='437c6db5-4e6f-4b43-b64b-ed6a11ee5ba7', bridge='br0', multi_host=False, should_provide_bridge=True,
        should_provide_vlan=False, bridge_interface='none', mtu=1500, subnets=subnets.SubnetList(objects=[]))
    vif = objects.vif.VIFBridge(
        id='b679325f-ca89-4ee0-a8be-6db1409b69ea', network=network, bridge_name='br0', vif_name='tap0',
        has_traffic_filtering=sys.argv[1] == 'filtered')
    plugin.plug(vif, objects.instance_info.InstanceInfo(uuid='37730edf-afbd-47f9-a196-99cfe1988ad9', name='i'))
