"""Reads pairs [document, [objects written]] and compares each object of the document with the one
written in its place, both as os-vif reads them. Prints how many are equal, and how many are newer
than this os-vif in both forms."""
import json
import sys

from os_vif import objects
from os_vif.objects import base
from oslo_versionedobjects import exception

objects.register_all()


def collect(node, into):
    if isinstance(node, dict):
        if any(key.startswith("versioned_object.") for key in node):
            into.append(node)
            return
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            collect(each, into)


def comparable(node):
    if isinstance(node, dict):
        return {
            key: sorted(value) if key.endswith(".changes") else comparable(value)
            for key, value in node.items()
        }
    return [comparable(each) for each in node] if isinstance(node, list) else node


def as_os_vif_reads(primitive):
    try:
        return comparable(base.VersionedObject.obj_from_primitive(primitive).obj_to_primitive())
    except exception.IncompatibleObjectVersion:
        return None


equal = newer = 0
for document, written in json.load(sys.stdin):
    originals = []
    collect(document, originals)
    for original, ours in zip(originals, written, strict=True):
        expected = as_os_vif_reads(original)
        found = as_os_vif_reads(ours)
        if found != expected:
            sys.exit(f"differs: {expected}\n{found}")
        if expected is None:
            newer += 1
        else:
            equal += 1
print(equal, newer)
