"""Reads lines of objects that fastvif wrote and compares each field with what os-vif has read, then
writes as many random objects of its own, one a line, to the file named by the first argument. The
second and third are how many, and the seed. Prints how many were equal and os-vif's version. With a
fourth, the socket of an agent, all objects of its own are VIFs, each of which is plugged and unplugged
through the plugin of fastvif in os-vif."""
import importlib.metadata
import json
import random
import sys

import netaddr
import os_vif
from os_vif import objects
from os_vif.objects import base as os_vif_base
from oslo_config import cfg
from oslo_versionedobjects import base
from oslo_versionedobjects import exception

PREFIX = "versioned_object."
DEVICE_NAMES = {"vif_name", "bridge_name", "bridge", "bridge_interface", "vlan_name",
                "representor_name"}
BASES = {"VIFBase", "DatapathOffloadBase"}

objects.register_all()


def same(value, written):
    if isinstance(value, base.VersionedObject):
        return same_object(value, written)
    if isinstance(value, list):
        return len(value) == len(written) and all(map(same, value, written))
    if isinstance(value, netaddr.IPAddress):
        return value == netaddr.IPAddress(written)
    if isinstance(value, netaddr.IPNetwork):
        return str(value) == str(netaddr.IPNetwork(written))
    return type(value) is type(written) and value == written


def same_object(obj, written):
    data = written[PREFIX + "data"]
    present = {name for name in obj.fields if obj.obj_attr_is_set(name)}
    # What os-vif's constructors set is there though nobody wrote it.
    made = type(obj)()
    own = {name for name in obj.fields if made.obj_attr_is_set(name)}
    return (
        obj.obj_name() == written[PREFIX + "name"]
        and obj.VERSION == written[PREFIX + "version"]
        and obj._changed_fields == set(written.get(PREFIX + "changes", []))
        and present | own == set(data) | own
        and present >= set(data)
        and all(same(getattr(obj, name), data[name]) for name in data)
    )


def text():
    return "".join(
        chr(rnd.choice([rnd.randrange(0x80), rnd.randrange(0xD800), rnd.randrange(0xE000, 0x110000)]))
        for _ in range(rnd.randrange(12))
    )


def address():
    return str(netaddr.IPAddress(rnd.getrandbits(32)) if rnd.random() < 0.5
               else netaddr.IPAddress(rnd.getrandbits(128), 6))


def scalar(kind, kind_name):
    if kind_name == "Boolean":
        return rnd.random() < 0.5
    if kind_name == "Integer":
        return rnd.randrange(-2**31, 2**31)
    if kind_name == "MACAddress":
        return ":".join("%02x" % rnd.randrange(256) for _ in range(6))
    if kind_name == "PCIAddress":
        return "%04x:%02x:%02x.%x" % (rnd.randrange(2**16), rnd.randrange(256), rnd.randrange(32),
                                      rnd.randrange(8))
    if kind_name == "IPAddress":
        return address()
    if kind_name == "IPNetwork":
        return address() + "/" + str(rnd.randrange(33))
    if hasattr(kind, "valid_values"):
        return rnd.choice(list(kind.valid_values))
    if kind_name in ("String", "UUID"):
        return text()
    sys.exit("a field of a kind unknown here: " + kind_name)


def value(name, field):
    if field.nullable and rnd.random() < 0.2:
        return None
    kind = field._type
    kind_name = type(kind).__name__
    if kind_name == "List":
        return [value(name, kind._element_type) for _ in range(rnd.randrange(4))]
    if kind_name == "Object":
        choices = [each for each in classes
                   if any(up.__name__ == kind._obj_name for up in each.__mro__)]
        return make(rnd.choice(choices))
    if name in DEVICE_NAMES:
        return "dev%d" % rnd.randrange(1000000)
    return scalar(kind, kind_name)


def make(cls):
    return cls(**{name: value(name, field) for name, field in cls.fields.items()
                  if rnd.random() < 0.85})


def primitive(obj):
    minor = rnd.randrange(int(obj.VERSION.split(".")[1]) + 1)
    try:
        return obj.obj_to_primitive(target_version="1.%d" % minor)
    except exception.ObjectActionError:
        return obj.obj_to_primitive()


def through_os_vif(random_vif):
    """Plugs and unplugs a VIF in one of the versions that it can have; returns that."""
    random_vif.id = text() or "id"
    random_vif.plugin = rnd.choice(sorted(each.name for each in os_vif._EXT_MANAGER
                                          if each.name != "fastvif"))
    read = os_vif_base.VersionedObject.obj_from_primitive(primitive(random_vif))
    info = os_vif_base.VersionedObject.obj_from_primitive(primitive(make(
        objects.instance_info.InstanceInfo)))
    os_vif.plug(read, info)
    os_vif.unplug(read, info)
    return read.obj_to_primitive()


path, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rnd = random.Random(seed)
registered = base.VersionedObjectRegistry.obj_classes()
classes = [each[0] for name, each in sorted(registered.items()) if name not in BASES]

whole = classes
if len(sys.argv) > 4:
    cfg.CONF([], default_config_files=[], default_config_dirs=[])
    os_vif.initialize()
    cfg.CONF.set_override("agent_socket", sys.argv[4], "fastvif")
    os_vif.initialize(reset=True)
    whole = [each for each in classes if issubclass(each, objects.vif.VIFBase)]
equal = 0
for line in sys.stdin:
    written = json.loads(line)
    read = os_vif_base.VersionedObject.obj_from_primitive(written)
    if not same_object(read, written):
        sys.exit("differs: %s\n%s" % (line, read.obj_to_primitive()))
    equal += 1
with open(path, "w", encoding="utf-8") as out:
    for i in range(count):
        made = make(whole[i % len(whole)])
        out.write(json.dumps(through_os_vif(made) if len(sys.argv) > 4 else primitive(made)) + "\n")
print(equal, importlib.metadata.version("os-vif"))
