"""Neutron's own Open vSwitch agent: its main loop, its OpenFlow controller, its ovsdb-client monitor.

usage: neutron-ovs-agent.py DATABASE-ADDRESS FOLDER

What needs a message bus is replaced: the server's answers (each port is on one VLAN network and up) and the listening for
its notifications. What the agent would have told the server is printed, a line of JSON each. To a line on standard input
it answers with all that it sees of br-int.
"""

import json
import os
import sys
from unittest import mock

from neutron.common import eventlet_utils
eventlet_utils.monkey_patch()

import eventlet  # noqa: E402
from eventlet import tpool  # noqa: E402
from neutron.agent.common import polling  # noqa: E402
from neutron.agent.l2 import l2_agent_extensions_manager as extensions  # noqa: E402
from neutron.common import config as common_config  # noqa: E402
from neutron.conf.agent import common as agent_config  # noqa: E402
from neutron import privileged  # noqa: E402
from neutron.plugins.ml2.drivers.openvswitch.agent.openflow.native import main as openflow  # noqa: E402
from neutron.plugins.ml2.drivers.openvswitch.agent import ovs_neutron_agent  # noqa: E402
from oslo_concurrency import lockutils  # noqa: E402
from oslo_config import cfg  # noqa: E402

DATABASE, FOLDER = sys.argv[1:]
NETWORK = '2f0b2fbe-9e1c-4bcb-a1d0-7ad1f45d6c29'
SEGMENT = 77


def say(**what):
    print(json.dumps(what, sort_keys=True), flush=True)


def details(context, devices, agent_id, host=None, agent_restarted=False):
    return {'failed_devices': [], 'devices': [
        {'device': device, 'port_id': device, 'network_id': NETWORK, 'network_type': 'vlan',
         'physical_network': 'physnet', 'segmentation_id': SEGMENT, 'fixed_ips': [], 'device_owner': 'compute:nova',
         'admin_state_up': True, 'mac_address': 'fa:16:3e:00:00:01'} for device in devices]}


def update(context, up, down, agent_id, host=None, agent_restarted=False, refresh_tunnels=False):
    if up or down:
        say(up=sorted(up), down=sorted(down))
    return {'devices_up': list(up), 'failed_devices_up': [], 'devices_down': list(down), 'failed_devices_down': []}


def port(vif):
    return {'name': vif.port_name, 'ofport': vif.ofport, 'id': vif.vif_id, 'mac': vif.vif_mac,
            'bridge': vif.switch.br_name}


def seen(agent):
    """What the agent's functions give of the integration bridge, and what it has made of it."""
    bridge = agent.int_br
    ports = bridge.get_vif_ports()
    attributes = bridge.get_ports_attributes('Interface', columns=['name', 'external_ids', 'ofport'])
    return {
        'get_vif_ports': sorted((port(vif) for vif in ports), key=lambda vif: vif['name']),
        'get_vif_port_set': sorted(bridge.get_vif_port_set()),
        'get_vif_port_by_id': [port(bridge.get_vif_port_by_id(vif.vif_id)) for vif in ports],
        'get_vifs_by_ids': {key: vif and vif.port_name for key, vif in
                            bridge.get_vifs_by_ids([vif.vif_id for vif in ports]).items()},
        'get_vif_port_to_ofport_map': bridge.get_vif_port_to_ofport_map(),
        'portid_from_external_ids': sorted(filter(None, (
            bridge.portid_from_external_ids(row['external_ids']) for row in attributes))),
        'get_port_tag_dict': {key: value for key, value in bridge.get_port_tag_dict().items() if value},
        'other_config': {vif.port_name: bridge.db_get_val('Port', vif.port_name, 'other_config') for vif in ports},
        'vlans': [[vlan.vlan, vlan.segmentation_id, sorted(vlan.vif_ports)]
                  for vlan in agent.vlan_manager.get_segments(NETWORK).values()]
                 if NETWORK in agent.vlan_manager.mapping else [],
    }


def run(bridge_classes):
    extension_manager = extensions.L2AgentExtensionsManager(cfg.CONF)
    bridge_classes['br_phys']('br-phys', datapath_type='netdev').create()
    with mock.patch.object(ovs_neutron_agent, 'OVSPluginApi'), \
            mock.patch.object(ovs_neutron_agent.agent_rpc, 'PluginReportStateAPI'), \
            mock.patch.object(ovs_neutron_agent.agent_rpc, 'create_consumers'), \
            mock.patch.object(ovs_neutron_agent.dvr_rpc, 'DVRServerRpcApi'), \
            mock.patch.object(ovs_neutron_agent.sg_rpc, 'SecurityGroupServerAPIShim'), \
            mock.patch.object(ovs_neutron_agent.agent_sg_rpc, 'SecurityGroupAgentRpc'):
        agent = ovs_neutron_agent.OVSNeutronAgent(bridge_classes, extension_manager, cfg.CONF)
    agent.plugin_rpc.get_devices_details_list_and_failed_devices.side_effect = details
    agent.plugin_rpc.update_device_list.side_effect = update
    monitor = polling.InterfacePollingMinimizer()
    monitor.start()
    loop = eventlet.spawn(agent.rpc_loop, monitor)
    say(started=True)
    for _ in iter(lambda: tpool.execute(sys.stdin.readline), ''):
        say(seen=seen(agent))
    agent.run_daemon_loop = False
    loop.wait()
    monitor.stop()
    os._exit(0)  # the controller has no end


privileged.default.set_client_mode(False)
privileged.ovs_vsctl_cmd.set_client_mode(False)
lockutils.set_defaults(FOLDER)
common_config.register_common_config_options()
agent_config.register_root_helper(cfg.CONF)
cfg.CONF(['--log-file', FOLDER + '/neutron.log'], project='neutron', default_config_files=[], default_config_dirs=[])
for group, settings in {
        'OVS': {'ovsdb_connection': DATABASE, 'datapath_type': 'netdev', 'bridge_mappings': ['physnet:br-phys'],
                'of_inactivity_probe': 0},
        'AGENT': {'root_helper': 'env', 'polling_interval': 1, 'report_interval': 0}}.items():
    for name, value in settings.items():
        cfg.CONF.set_override(name, value, group=group)
common_config.setup_logging()
openflow.init_config()
with mock.patch.object(ovs_neutron_agent, 'main', run):
    openflow.main()
