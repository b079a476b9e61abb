"""Plugs the VIFs of a JSON file with os-vif's own plugin ovs, its privileged half in this process.

usage: os-vif-ovs-peer.py FILE DATABASE-ADDRESS
"""

import json
import sys
import tempfile

from oslo_concurrency import lockutils
from oslo_config import cfg
from os_vif import objects
from vif_plug_ovs import ovs
from vif_plug_ovs import privsep

import conversation

objects.register_all()
privsep.vif_plug.set_client_mode(False)
with open(sys.argv[1]) as file:
    requests = [(objects.vif.VIFBase.obj_from_primitive(request['vif']),
                 objects.instance_info.InstanceInfo.obj_from_primitive(request['instance']))
                for request in json.load(file)]
plugin = ovs.OvsPlugin.load('ovs')
cfg.CONF.set_override('ovsdb_connection', sys.argv[2], group='os_vif_ovs')
plugin.ovsdb.connection = sys.argv[2]


def plug(numbers):
    for number in numbers:
        plugin.plug(*requests[number])


def unplug(numbers):
    for number in numbers:
        plugin.unplug(*requests[number])


with tempfile.TemporaryDirectory() as locks:
    lockutils.set_defaults(locks)
    conversation.serve(plug, unplug)
