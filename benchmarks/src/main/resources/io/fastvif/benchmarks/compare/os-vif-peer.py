"""Plugs the VIFs of a JSON file with os-vif's own linux_bridge plugin, its privileged half in this process."""

import json
import sys
import tempfile

from oslo_concurrency import lockutils
from os_vif import objects
from vif_plug_linux_bridge import linux_bridge
from vif_plug_linux_bridge import privsep

import conversation

objects.register_all()
privsep.vif_plug.set_client_mode(False)
with open(sys.argv[1]) as file:
    requests = [(objects.vif.VIFBase.obj_from_primitive(request['vif']),
                 objects.instance_info.InstanceInfo.obj_from_primitive(request['instance']))
                for request in json.load(file)]
plugin = linux_bridge.LinuxBridgePlugin.load('linux_bridge')


def plug(numbers):
    for number in numbers:
        plugin.plug(*requests[number])


def unplug(numbers):
    for number in numbers:
        plugin.unplug(*requests[number])


with tempfile.TemporaryDirectory() as locks:
    lockutils.set_defaults(locks)
    conversation.serve(plug, unplug)
