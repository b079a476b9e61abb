"""Prints which ports of a bridge Neutron's Open vSwitch agent finds, with its own code but without a message bus.

usage: neutron-ports.py DATABASE BRIDGE
"""
import json
import sys

from neutron.agent.common import ovs_lib
import neutron.common.config  # noqa: F401
from neutron.conf.agent import ovs_conf
from neutron.conf.agent import ovsdb_api
from oslo_config import cfg

cfg.CONF([], project="neutron", default_config_files=[], default_config_dirs=[])
ovs_conf.register_ovs_agent_opts()
ovsdb_api.register_ovsdb_api_opts()
cfg.CONF.set_override("ovsdb_connection", sys.argv[1], "OVS")
bridge = ovs_lib.OVSBridge(sys.argv[2])
print(json.dumps({
    "set": sorted(bridge.get_vif_port_set()),
    "ports": [[port.vif_id, port.vif_mac, port.port_name, port.ofport > 0] for port in bridge.get_vif_ports()],
    "tags": bridge.get_port_tag_dict(),
}))
