"""Plugs the VIF of a JSON file with os-vif's own linux_bridge plugin, in this process and network namespace."""

import json
import sys
import tempfile

from oslo_concurrency import lockutils
from os_vif import objects
from vif_plug_linux_bridge import privsep
from vif_plug_linux_bridge import linux_bridge
objects.register_all()
privsep.vif_plug.set_client_mode(False)
lockutils.set_defaults(tempfile.mkdtemp())
primitive = json.load(open(sys.argv[1]))
vif = objects.vif.VIFBase.obj_from_primitive(primitive['vif'])
instance = objects.instance_info.InstanceInfo.obj_from_primitive(primitive['instance'])
plugin = linux_bridge.LinuxBridgePlugin.load('linux_bridge')
plugin.plug(vif, instance)
