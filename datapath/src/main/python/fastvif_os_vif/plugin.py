"""What stands in the place of one of os-vif's plugins: the agent plugs and unplugs its VIFs."""

from urllib import parse

from os_vif import objects
from os_vif import plugin
from oslo_config import cfg
from oslo_log import log as logging

from fastvif_os_vif import client
from fastvif_os_vif import options
from fastvif_os_vif import primitive

LOG = logging.getLogger(__name__)


class AgentPlugin(plugin.PluginBase):
    """Asks the agent for what the built-in plugin would do. There is a subclass for each of those."""

    PLUGIN_NAME = ""
    BUILT_IN = None  # the class; None if os-vif has none of that name
    SETTINGS = None  # the group [fastvif]
    CLIENT = None

    def __init__(self, config):
        super().__init__(config)
        self.built_in = None
        self._unplugged_without = {}
        self._configured = (None, None)

    def describe(self):
        if self.SETTINGS.describe == options.AGENT:
            return self._described_by_agent()
        if self.BUILT_IN is None:
            return objects.host_info.HostPluginInfo(plugin_name=self.PLUGIN_NAME, vif_info=[])
        return self._built_in().describe()

    def _described_by_agent(self):
        status, document = self.CLIENT.ask("GET", "/v1/host-info", None, self.SETTINGS.time_limit)
        if status != 200:
            raise client.AgentError(_words(status, document))
        host = objects.host_info.HostInfo.obj_from_primitive(document)
        for info in host.plugin_info:
            if info.plugin_name == self.PLUGIN_NAME:
                return info
        return objects.host_info.HostPluginInfo(plugin_name=self.PLUGIN_NAME, vif_info=[])

    def plug(self, vif, instance_info):
        self._ask("PUT", vif, instance_info)

    def unplug(self, vif, instance_info):
        self._ask("DELETE", vif, instance_info)

    def _ask(self, method, vif, instance_info):
        if "id" not in vif or not vif.id:
            raise client.AgentError("the VIF has no id, by which the agent knows it")
        request = {
            "vif": primitive.of(vif),
            "instance": primitive.of(instance_info),
            "configuration": self._configuration(),
        }
        before = self._unplugged_without.pop(vif.id, None)  # no other thread may tell it from now on
        done = False
        try:
            self._plug_or_unplug(method, vif, instance_info, request)
            done = True
        finally:
            if before is not None and not done:
                self._unplugged_without[vif.id] = before

    def _plug_or_unplug(self, method, vif, instance_info, request):
        try:
            self._tell_what_was_unplugged()
            notes = self._send(method, vif.id, request)
        except client.NoAgentError as absent:
            if self.SETTINGS.without_agent != options.FALLBACK or self.BUILT_IN is None:
                raise
            LOG.warning("VIF %s is left to os-vif's own plugin: %s", vif.id, absent)
            if method == "PUT":
                self._built_in().plug(vif, instance_info)
            else:
                self._built_in().unplug(vif, instance_info)
                self._unplugged_without[vif.id] = request
            return
        for note in notes:
            LOG.info("VIF %s: %s", vif.id, note)

    def _send(self, method, vif_id, request):
        status, document = self.CLIENT.ask(
            method, "/v1/vifs/" + parse.quote(vif_id, safe=""), request, self.SETTINGS.time_limit)
        if status != 200:
            raise client.AgentError(_words(status, document, vif_id))
        return document.get("notes", [])

    def _tell_what_was_unplugged(self):
        """What the built-in plugin has unplugged, the agent would bring back until it is told."""
        for vif_id in list(self._unplugged_without):
            request = self._unplugged_without.pop(vif_id, None)
            if request is None:
                continue  # another thread tells it, or plugs it
            told = False
            try:
                self._send("DELETE", vif_id, request)
                told = True
            except client.NoAgentError:
                raise
            except client.AgentError as failed:
                told = True
                LOG.warning("VIF %s was unplugged without the agent, which would bring it back: %s",
                            vif_id, failed)
            finally:
                if not told:
                    self._unplugged_without[vif_id] = request

    def _built_in(self):
        """The plugin that this one stands for; os-vif may have loaded it before."""
        if self.built_in is None:
            self.built_in = self.BUILT_IN.load(self.PLUGIN_NAME)
        return self.built_in

    def _configuration(self):
        """The built-in plugin's options as the agent takes them; found out once for the same values."""
        values = [getattr(self.config, option.dest) for option in self.CONFIG_OPTS]
        known, texts = self._configured
        if values != known:
            texts = self._texts(values)
            self._configured = (values, texts)
        return texts

    def _texts(self, values):
        """Those that nobody has set are left out where they are about Open vSwitch's database: where
        that is the agent knows by itself.
        """
        group = "os_vif_" + self.PLUGIN_NAME
        texts = {}
        for option, value in zip(self.CONFIG_OPTS, values):
            if value is None or option.dest.startswith("ovs") and not _is_set(option.dest, group):
                continue
            texts["%s.%s" % (self.PLUGIN_NAME, option.dest)] = _text(value)
        return texts


def _is_set(name, group):
    found = cfg.CONF.get_location(name, group)
    return found is not None and found.location is not cfg.Locations.opt_default


def _text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(value)
    return str(value)


def _words(status, problem, vif_id=""):
    """What the agent says is wrong: the VIF, the step, and where it was the kernel, its words."""
    detail = problem.get("detail") or "the agent answers with the status %d" % status
    if not vif_id or vif_id in detail:
        return detail
    return "VIF %s: %s: %s" % (vif_id, problem.get("step", "not begun"), detail)
