"""Puts the agent in the place of os-vif's own plugins.

os-vif loads all entry points of the group os_vif, and of two with one name takes the one that comes
later on the path. So this one has a name of its own, and when it is loaded, before the others or
after them, changes what stands under the names that [fastvif] takes_over has.
"""

import os_vif
from os_vif import objects
from os_vif import plugin
from oslo_config import cfg
from oslo_log import log as logging
from stevedore import extension

from fastvif_os_vif import client
from fastvif_os_vif import options
from fastvif_os_vif import plugin as agent_plugin

LOG = logging.getLogger(__name__)


class Takeover(plugin.PluginBase):
    """The entry point. No VIF names it."""

    @classmethod
    def load(cls, plugin_name):
        settings = options.register(cfg.CONF)
        manager = os_vif._EXT_MANAGER
        if manager is None:
            raise RuntimeError("os-vif has loaded no plugins, so that none can be taken over")
        asked = client.Client(settings.agent_socket)
        for name in dict.fromkeys(settings.takes_over):
            if name == plugin_name:
                raise ValueError("[%s] takes_over names %s, which no VIF does" % (
                    options.GROUP, name))
            _take_over(manager, name, settings, asked)
        LOG.info("VIFs that go to the agent of fastvif at %s are those of the os-vif plugins: %s",
                 asked.path, ", ".join(settings.takes_over) or "none")
        return super().load(plugin_name)

    def describe(self):
        return objects.host_info.HostPluginInfo(plugin_name="fastvif", vif_info=[])

    def plug(self, vif, instance_info):
        raise NotImplementedError("fastvif is the name of no plugin that VIFs are for")

    def unplug(self, vif, instance_info):
        raise NotImplementedError("fastvif is the name of no plugin that VIFs are for")


def _take_over(manager, name, settings, asked):
    found = [each for each in manager.extensions if each.name == name]
    if not found:
        found = [extension.Extension(name, None, None, None)]
        manager.extensions.extend(found)
        manager._extensions_by_name_cache = None  # of a time without it
    for each in found:
        if each.plugin is not None and issubclass(each.plugin, agent_plugin.AgentPlugin):
            continue  # loaded twice
        stand_in = _stand_in(name, each.plugin, settings, asked)
        loaded = stand_in.load(name)
        loaded.built_in = each.obj  # None where os-vif has not come to it; it loads the stand-in then
        each.plugin = stand_in
        each.obj = loaded


def _stand_in(name, built_in, settings, asked):
    """A class, as an entry point's is: os-vif calls its load(), others look at its CONFIG_OPTS."""
    return type("AgentPlugin_" + name, (agent_plugin.AgentPlugin,), {
        "PLUGIN_NAME": name,
        "BUILT_IN": built_in,
        "CONFIG_OPTS": built_in.CONFIG_OPTS if built_in is not None else (),
        "SETTINGS": settings,
        "CLIENT": asked,
    })
