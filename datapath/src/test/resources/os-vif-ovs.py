"""Plugs or unplugs the VIFs of a JSON file with os-vif's own plugin ovs, in this process and network namespace.

usage: os-vif-ovs.py plug|unplug FILE OPTION=VALUE...
"""

import json
import sys
import tempfile

from oslo_concurrency import lockutils
from oslo_config import cfg
from os_vif import objects
from vif_plug_ovs import ovs
from vif_plug_ovs import privsep
objects.register_all()
privsep.vif_plug.set_client_mode(False)
lockutils.set_defaults(tempfile.mkdtemp())
plugin = ovs.OvsPlugin.load('ovs')
for option in sys.argv[3:]:
    name, value = option.split('=', 1)
    cfg.CONF.set_override(name, value, group='os_vif_ovs')
    setattr(plugin.ovsdb, {'ovsdb_connection': 'connection'}.get(name, name), value)
requests = []
for primitive in json.load(open(sys.argv[2])):
    requests.append((objects.vif.VIFBase.obj_from_primitive(primitive['vif']),
                     objects.instance_info.InstanceInfo.obj_from_primitive(primitive['instance'])))
for request in requests:
    getattr(plugin, sys.argv[1])(*request)
