"""What oslo.config makes of files, with os-vif's own options: oslo-config.py FOLDER COUNT

FOLDER has N.conf, and may have N.2.conf, a folder N.d and the variables N.env. Prints a line for
each, and before them the options as os-vif defines them.
"""
import logging
import os
import re
import sys

from oslo_config import cfg
from vif_plug_linux_bridge.linux_bridge import LinuxBridgePlugin
from vif_plug_ovs.ovs import OvsPlugin

logging.disable(logging.CRITICAL)
PLUGINS = {'linux_bridge': LinuxBridgePlugin, 'ovs': OvsPlugin}
TYPES = {cfg.BoolOpt: 'FLAG', cfg.IntOpt: 'NUMBER', cfg.StrOpt: 'TEXT', cfg.MultiStrOpt: 'TEXTS'}
NAME = re.compile('[A-Za-z_][A-Za-z0-9_]*')


def shown(value):
    if value is None:
        return 'none'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value) if -2**31 <= value < 2**31 else 'error'  # more than fastvif has room for
    if isinstance(value, list):
        value = '\n'.join(value)
    return '"' + ''.join(
        c if ' ' <= c <= '~' and c not in '\\"|' else '\\u%04x' % ord(c) for c in value) + '"'


def register_what_is_there(conf, variables):
    """Nova has registered its own options; here they are those that are set anywhere."""
    prefix = 'OS_DEFAULT__'
    conf.register_opts(
        cfg.StrOpt(name[len(prefix):].lower()) for name in variables if name.startswith(prefix))
    for sections in conf._namespace._normalized:
        for section, options in sections.items():
            if section in ('os_vif_ovs', 'os_vif_linux_bridge') or not NAME.fullmatch(section):
                continue
            for name in options:
                if NAME.fullmatch(name):
                    try:
                        conf.register_opt(
                            cfg.StrOpt(name), group=None if section == 'DEFAULT' else section)
                    except cfg.DuplicateOptError:
                        pass


def read(folder, number):
    base = os.path.join(folder, str(number))
    arguments = ['--config-file', base + '.conf']
    if os.path.exists(base + '.2.conf'):
        arguments += ['--config-file', base + '.2.conf']
    if os.path.exists(base + '.d'):
        arguments += ['--config-dir', base + '.d']
    variables = {}
    if os.path.exists(base + '.env'):
        with open(base + '.env') as lines:
            variables = dict(line.rstrip('\n').split('=', 1) for line in lines)
    conf = cfg.ConfigOpts()
    for name, plugin in sorted(PLUGINS.items()):
        conf.register_opts(plugin.CONFIG_OPTS, group='os_vif_' + name)
    os.environ.update(variables)
    try:
        try:
            conf(arguments, project='none', default_config_files=[], default_config_dirs=[])
        except (Exception, SystemExit):
            return 'error'
        register_what_is_there(conf, variables)
        values = []
        for name, plugin in sorted(PLUGINS.items()):
            for option in sorted(plugin.CONFIG_OPTS, key=lambda option: option.name):
                try:
                    value = shown(conf['os_vif_' + name][option.name])
                except Exception:
                    value = 'error'
                values.append('%s.%s=%s' % (name, option.name, value))
        return '|'.join(values)
    finally:
        for name in variables:
            del os.environ[name]


for name, plugin in sorted(PLUGINS.items()):
    for option in sorted(plugin.CONFIG_OPTS, key=lambda option: option.name):
        print('%s.%s %s %s %s %s' % (
            name, option.name, TYPES[type(option)],
            sorted(getattr(option.type, 'choices', None) or []), shown(option.default),
            [old.group for old in option.deprecated_opts] == ['DEFAULT']))
for number in range(int(sys.argv[2])):
    print(number, read(sys.argv[1], number))
