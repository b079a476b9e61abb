"""The plugin in os-vif, with a client that is scripted."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

import os_vif
from os_vif import exception
from os_vif import objects
from os_vif import plugin as os_vif_plugin
from oslo_config import cfg
from stevedore import extension

from fastvif_os_vif import client
from fastvif_os_vif import options
from fastvif_os_vif import takeover

objects.register_all()

ID = "c0de0001-0000-4000-8000-000000000001"
INSTANCE = objects.instance_info.InstanceInfo(uuid=ID, name="vm")
PLUGGED = (200, {"outcome": "plugged", "notes": []})
OF_OS_VIF = """
import json, os_vif
from oslo_config import cfg
cfg.CONF([], default_config_files=[])
os_vif.initialize()
os_vif.initialize(reset=True)
print(json.dumps({each.name: [each.obj.__class__.__name__, [o.name for o in each.obj.CONFIG_OPTS]]
                  for each in os_vif._EXT_MANAGER}))
print(cfg.CONF.os_vif_ovs.ovsdb_connection, len(os_vif.host_info().plugin_info))
"""


class BuiltIn(os_vif_plugin.PluginBase):
    """Stands for one of os-vif's own."""

    CONFIG_OPTS = (
        cfg.IntOpt("network_device_mtu", default=1500),
        cfg.BoolOpt("isolate_vif", default=False),
        cfg.StrOpt("ovsdb_connection", default="tcp:127.0.0.1:6640"),
        cfg.StrOpt("flat_interface"),
        cfg.MultiStrOpt("forward_bridge_interface", default=["all"]),
    )
    calls = []
    loads = 0

    @classmethod
    def load(cls, name):
        cls.loads += 1
        return super().load(name)

    def describe(self):
        return objects.host_info.HostPluginInfo(plugin_name="ovs", vif_info=[])

    def plug(self, vif, instance_info):
        self.calls.append(("plug", vif.id))

    def unplug(self, vif, instance_info):
        self.calls.append(("unplug", vif.id))


class Script:
    """A client that answers with what it has been given."""

    path = "/run/agent.sock"

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def ask(self, method, target, document, time_limit):
        self.asked.append((method, target, document))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def vif(vif_id=ID):
    return objects.vif.VIFOpenVSwitch(
        id=vif_id, plugin="ovs", vif_name="tap1",
        port_profile=objects.vif.VIFPortProfileOpenVSwitch(interface_id=ID, create_port=True))


class PluginTest(unittest.TestCase):
    def setUp(self):
        BuiltIn.calls.clear()
        BuiltIn.loads = 0
        self.former = os_vif._EXT_MANAGER
        options.register(cfg.CONF)
        self.configure("")

    def tearDown(self):
        os_vif._EXT_MANAGER = self.former
        cfg.CONF.reset()

    def configure(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
            conf.write(text)
            conf.flush()
            cfg.CONF([], default_config_files=[conf.name], default_config_dirs=[])

        os_vif._EXT_MANAGER = extension.ExtensionManager.make_test_instance(
            [extension.Extension(name, None, BuiltIn, None) for name in ("ovs", "other")], "os_vif")

    def taken(self, *answers):
        """The plugin that stands under the name ovs, and what it asks."""
        takeover.Takeover.load("fastvif")
        script = Script(*answers)
        found = os_vif._EXT_MANAGER["ovs"]
        found.plugin.CLIENT = script
        return found.obj, script

    def test_the_order_of_the_path_makes_no_difference(self):
        ours = os.path.dirname(os.path.dirname(takeover.__file__))
        theirs = os.path.dirname(os.path.dirname(os_vif.__file__))
        seen = []
        for path in (ours + ":" + theirs, theirs + ":" + ours):
            with tempfile.TemporaryDirectory() as home:
                path += ":" + os.environ.get("PYTHONPATH", "")
                env = dict(os.environ, PYTHONPATH=path, HOME=home, XDG_CACHE_HOME=home)
                seen.append(subprocess.run(
                    [sys.executable, "-W", "ignore", "-c", OF_OS_VIF], env=env, check=True,
                    stdout=subprocess.PIPE, universal_newlines=True).stdout.splitlines())
        self.assertEqual(seen[0][1], seen[1][1])
        plugins = json.loads(seen[0][0])
        self.assertEqual(plugins, json.loads(seen[1][0]))
        self.assertEqual("AgentPlugin_ovs", plugins["ovs"][0])
        self.assertIn("isolate_vif", plugins["ovs"][1])
        self.assertEqual("Takeover", plugins["fastvif"][0])
        self.assertEqual("tcp:127.0.0.1:6640", seen[0][1].split()[0])

    def test_one_that_os_vif_has_loaded_is_kept_for_what_it_can_do(self):
        loaded = BuiltIn.load("ovs")
        os_vif._EXT_MANAGER["ovs"].obj = loaded
        plugin, _ = self.taken()
        self.assertIs(loaded, plugin._built_in())
        self.assertEqual(1, BuiltIn.loads)

    def test_to_take_over_twice_is_to_take_over(self):
        first, _ = self.taken()
        second, _ = self.taken()
        self.assertIs(first, second)
        self.assertIs(BuiltIn, second.BUILT_IN)

    def test_others_are_left(self):
        self.taken()
        self.assertIs(BuiltIn, os_vif._EXT_MANAGER["other"].plugin)
        self.assertIsNone(os_vif._EXT_MANAGER["other"].obj)
        self.assertEqual(0, BuiltIn.loads)

    def test_names_that_os_vif_does_not_have_are_added(self):
        self.configure("[fastvif]\ntakes_over = vhostuser_fp, vhostuser_fp, ovs\n")
        self.assertNotIn("vhostuser_fp", [each for each, _ in os_vif._EXT_MANAGER.items()])
        _, _ = self.taken()
        added = os_vif._EXT_MANAGER["vhostuser_fp"]
        self.assertEqual("AgentPlugin_vhostuser_fp", type(added.obj).__name__)
        self.assertEqual(3, len(os_vif._EXT_MANAGER.extensions))
        self.assertEqual([], added.obj.describe().vif_info)
        added.plugin.CLIENT = Script(PLUGGED)
        os_vif.plug(objects.vif.VIFVHostUser(id=ID, plugin="vhostuser_fp"), INSTANCE)

    def test_a_wrong_configuration_is_refused_when_plugins_are_loaded(self):
        for wrong, error in (
                ("takes_over = fastvif", ValueError), ("without_agent = perhaps", ValueError),
                ("time_limit = 0", ValueError), ("time_limit = soon", ValueError),
                ("time_limit = nan", ValueError), ("takes_over = ovs,,noop", ValueError),
                ("describe = all", ValueError)):
            with self.subTest(wrong), self.assertRaises(error) as caught:
                self.configure("[fastvif]\n%s\n" % wrong)
                self.taken()
            self.assertIn(wrong.split()[0], str(caught.exception))

    def test_plugs_and_unplugs_with_the_configuration(self):
        self.configure("[os_vif_ovs]\nisolate_vif = yes\nforward_bridge_interface = a\n"
                       "forward_bridge_interface = b\n[DEFAULT]\nx = 1\n")
        _, script = self.taken(PLUGGED, PLUGGED)
        os_vif.plug(vif(), INSTANCE)
        os_vif.unplug(vif(), INSTANCE)
        method, target, document = script.asked[0]
        self.assertEqual(("PUT", "/v1/vifs/" + ID), (method, target))
        self.assertEqual(ID, document["vif"]["versioned_object.data"]["id"])
        self.assertEqual(ID, document["instance"]["versioned_object.data"]["uuid"])
        self.assertEqual({"ovs.network_device_mtu": "1500", "ovs.isolate_vif": "true",
                          "ovs.forward_bridge_interface": "a\nb"}, document["configuration"])
        self.assertEqual(("DELETE", "/v1/vifs/" + ID), script.asked[1][:2])
        self.assertEqual(document, script.asked[1][2])
        self.assertEqual([], BuiltIn.calls)

    def test_objects_are_sent_as_os_vif_has_them_but_for_what_was_changed(self):
        def without_changes(primitive):
            if isinstance(primitive, list):
                return [without_changes(each) for each in primitive]
            if isinstance(primitive, dict):
                return {key: without_changes(value) for key, value in primitive.items()
                        if key != "versioned_object.changes"}
            return primitive

        address = objects.fixed_ip.FixedIP(address="192.0.2.3", floating_ips=[])
        subnet = objects.subnet.Subnet(
            cidr="192.0.2.0/24", gateway="192.0.2.1", dns=["192.0.2.2"],
            ips=objects.fixed_ip.FixedIPList(objects=[address]),
            routes=objects.route.RouteList(objects=[]))
        network = objects.network.Network(
            id=ID, bridge="br-int", mtu=1450, bridge_interface=None,
            subnets=objects.subnet.SubnetList(objects=[subnet]))
        profile = objects.vif.VIFPortProfileOpenVSwitch(interface_id=ID, create_port=True)
        whole = objects.vif.VIFOpenVSwitch(
            id=ID, vif_name="tap1", address="02:00:00:00:00:01", plugin="ovs", network=network,
            port_profile=profile, has_traffic_filtering=True)
        _, script = self.taken(PLUGGED)
        os_vif.plug(whole, INSTANCE)
        document = script.asked[0][2]
        self.assertEqual(without_changes(whole.obj_to_primitive()), document["vif"])
        self.assertEqual(without_changes(INSTANCE.obj_to_primitive()), document["instance"])
        self.assertEqual(document["vif"], json.loads(json.dumps(document["vif"])))

    def test_options_that_are_changed_go_along(self):
        _, script = self.taken(PLUGGED, PLUGGED)
        os_vif.plug(vif(), INSTANCE)
        cfg.CONF.set_override("network_device_mtu", 1400, "os_vif_ovs")
        os_vif.plug(vif(), INSTANCE)
        self.assertEqual(["1500", "1400"], [
            each[2]["configuration"]["ovs.network_device_mtu"] for each in script.asked])

    def test_where_the_database_is_goes_along_if_somebody_says_it(self):
        self.configure("[os_vif_ovs]\novsdb_connection = unix:/x\n")
        _, script = self.taken(PLUGGED)
        os_vif.plug(vif(), INSTANCE)
        self.assertEqual("unix:/x", script.asked[0][2]["configuration"]["ovs.ovsdb_connection"])

    def test_an_id_is_a_path_of_its_own(self):
        _, script = self.taken(PLUGGED)
        os_vif.plug(objects.vif.VIFVHostUser(id="a/../\u00e4", plugin="ovs"), INSTANCE)
        self.assertEqual("/v1/vifs/a%2F..%2F%C3%A4", script.asked[0][1])
        with self.assertRaises(exception.PlugException) as caught:
            os_vif.plug(objects.vif.VIFVHostUser(plugin="ovs"), INSTANCE)
        self.assertIn("has no id", str(caught.exception))

    def test_what_failed_names_vif_step_and_reason_and_is_logged_by_os_vif_alone(self):
        whole = "VIF %s: create link: EPERM (Operation not permitted): no" % ID
        for problem, words in (
                ({"detail": whole, "step": "create link", "id": ID}, whole),
                ({"detail": "vif.mtu: \"x\"", "step": "plan"}, "VIF %s: plan: vif.mtu" % ID),
                ({"detail": "busy"}, "VIF %s: not begun: busy" % ID), ({}, "status 500")):
            _, script = self.taken((500, problem), (500, problem))
            with self.subTest(words), self.assertLogs(level="WARNING") as logged:
                with self.assertRaises(exception.PlugException) as caught:
                    os_vif.plug(vif(), INSTANCE)
                self.assertIn(words, str(caught.exception))
                with self.assertRaises(exception.UnplugException):
                    os_vif.unplug(vif(), INSTANCE)
            self.assertEqual(["os_vif", "os_vif"], [each.name for each in logged.records])

    def test_notes_are_logged(self):
        _, _ = self.taken((200, {"notes": ["taken over from another VIF"]}))
        with self.assertLogs("fastvif_os_vif", level="INFO") as logged:
            os_vif.plug(vif(), INSTANCE)
        self.assertEqual(["VIF %s: taken over from another VIF" % ID],
                         [each.getMessage() for each in logged.records])

    def test_without_an_agent_it_fails_or_falls_back(self):
        gone = client.NoAgentError("no agent answers")
        _, _ = self.taken(gone)
        with self.assertRaises(exception.PlugException):
            os_vif.plug(vif(), INSTANCE)
        self.assertEqual([], BuiltIn.calls)
        self.configure("[fastvif]\nwithout_agent = fallback\n")
        _, script = self.taken(gone, gone)
        with self.assertLogs("fastvif_os_vif", level="WARNING") as logged:
            os_vif.plug(vif(), INSTANCE)
            os_vif.unplug(vif(), INSTANCE)
        self.assertEqual(2, len(logged.records))
        self.assertEqual([("plug", ID), ("unplug", ID)], BuiltIn.calls)
        script.answers = [PLUGGED]
        os_vif.unplug(vif(), INSTANCE)
        for other in (client.AgentError("hangs"), client.BrokenConnectionError("ended"),
                      (403, {"detail": "no"})):
            script.answers = [other]
            with self.subTest(other), self.assertRaises(exception.PlugException):
                os_vif.plug(vif("b"), INSTANCE)
        self.assertEqual(2, len(BuiltIn.calls))

    def test_the_agent_is_told_what_was_unplugged_without_it(self):
        gone = client.NoAgentError("no agent answers")
        self.configure("[fastvif]\nwithout_agent = fallback\n")
        _, script = self.taken(gone, gone, gone, gone, gone)
        for each in ("a", "b", "c"):
            os_vif.unplug(vif(each), INSTANCE)
        os_vif.plug(vif("c"), INSTANCE)
        script.answers = [PLUGGED, (500, {"detail": "stuck"}), PLUGGED]
        script.asked.clear()
        with self.assertLogs("fastvif_os_vif", level="WARNING") as logged:
            os_vif.plug(vif("d"), INSTANCE)
        self.assertEqual(["DELETE /v1/vifs/a", "DELETE /v1/vifs/b", "PUT /v1/vifs/d"],
                         [" ".join(each[:2]) for each in script.asked])
        self.assertIn("stuck", logged.output[0])
        script.answers = [PLUGGED]
        os_vif.plug(vif("e"), INSTANCE)

    def test_a_vif_that_is_plugged_again_is_not_unplugged_for_another_one(self):
        self.configure("[fastvif]\nwithout_agent = fallback\n")
        plugin, script = self.taken(client.NoAgentError("no agent answers"))
        os_vif.unplug(vif("a"), INSTANCE)
        asked = []

        def ask(method, target, document, time_limit):
            asked.append(method + " " + target)
            if target == "/v1/vifs/a":  # while the agent is at it
                plugin.plug(vif("b"), INSTANCE)
            return PLUGGED
        script.ask = ask
        plugin.plug(vif("a"), INSTANCE)
        self.assertEqual(["PUT /v1/vifs/a", "PUT /v1/vifs/b"], asked)

    def test_what_was_unplugged_without_it_is_told_after_a_plug_that_failed(self):
        self.configure("[fastvif]\nwithout_agent = fallback\n")
        _, script = self.taken(client.NoAgentError("no agent answers"))
        os_vif.unplug(vif("a"), INSTANCE)
        script.answers = [(500, {"detail": "no"})]
        with self.assertRaises(exception.PlugException):
            os_vif.plug(vif("a"), INSTANCE)
        script.answers = [PLUGGED, PLUGGED]
        script.asked.clear()
        os_vif.plug(vif("b"), INSTANCE)
        self.assertEqual(["DELETE /v1/vifs/a", "PUT /v1/vifs/b"],
                         [" ".join(each[:2]) for each in script.asked])

    def test_describes_the_built_in_plugin_or_the_agents(self):
        plugin, script = self.taken()
        self.assertEqual("ovs", plugin.describe().plugin_name)
        self.assertEqual([], script.asked)
        self.configure("[fastvif]\ndescribe = agent\n")
        info = objects.host_info.HostPluginInfo(plugin_name="ovs", vif_info=[
            objects.host_info.HostVIFInfo(vif_object_name="VIFBridge", min_version="1.0",
                                          max_version="1.0", supported_port_profiles=[])])
        host = objects.host_info.HostInfo(plugin_info=[info]).obj_to_primitive()
        plugin, script = self.taken((200, host), (403, {"detail": "not you"}))
        self.assertEqual("VIFBridge", plugin.describe().vif_info[0].vif_object_name)
        with self.assertRaisesRegex(client.AgentError, "not you"):
            plugin.describe()

    def test_options_can_be_listed(self):
        self.assertEqual([("fastvif", options.OPTIONS)], options.listed())


if __name__ == "__main__":
    unittest.main()
