"""The options in the group [fastvif], beside those of os-vif's own plugins, which stay as they are."""

import math

from oslo_config import cfg

GROUP = "fastvif"
FAIL = "fail"
FALLBACK = "fallback"
BUILT_IN = "built-in"
AGENT = "agent"

OPTIONS = [
    cfg.ListOpt(
        "takes_over",
        default=["ovs", "linux_bridge", "noop"],
        help="The os-vif plugins in whose place VIFs are plugged by the agent. One that os-vif "
        "does not have, such as vhostuser_fp, is added.",
    ),
    cfg.StrOpt(
        "agent_socket",
        default="/run/fastvif/agent.sock",
        help="The unix socket that the agent answers on. The user of this process must be in the "
        "socket's group, and among those whom the agent lets change VIFs.",
    ),
    cfg.FloatOpt(
        "time_limit",
        default=150.0,
        min=0.1,
        max=3600.0,
        help="Seconds after which a VIF that the agent has not plugged or unplugged fails. Should "
        "be more than the agent's ovs_vsctl_timeout (120 by default), so that the agent can say "
        "why.",
    ),
    cfg.StrOpt(
        "without_agent",
        default=FAIL,
        choices=[
            (FAIL, "the VIF fails"),
            (FALLBACK, "os-vif's own plugin plugs or unplugs it"),
        ],
        help="What happens when nothing answers on the agent's socket. What os-vif's own plugin "
        "unplugs meanwhile, the agent may plug again when it is back, until it is told: at this "
        "process's next VIF.",
    ),
    cfg.StrOpt(
        "describe",
        default=BUILT_IN,
        choices=[
            (BUILT_IN, "what os-vif's own plugin takes"),
            (AGENT, "what the agent takes, which is more"),
        ],
        help="What os_vif.host_info() says of the plugins that are taken over.",
    ),
]


def register(conf):
    """Registers the options, checks that all can be read, and returns their group."""
    conf.register_opts(OPTIONS, group=cfg.OptGroup(GROUP, "VIFs through the agent of fastvif"))
    settings = conf[GROUP]
    for option in OPTIONS:
        getattr(settings, option.dest)
    if math.isnan(settings.time_limit):  # which is neither below the least nor above the most
        raise ValueError("[%s] time_limit is nan: expected seconds from 0.1 to 3600" % GROUP)
    if "" in settings.takes_over:
        raise ValueError("[%s] takes_over has an empty name: expected names of plugins" % GROUP)
    return settings


def listed():
    """For oslo-config-generator."""
    return [(GROUP, OPTIONS)]
