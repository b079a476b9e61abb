"""Plugs and unplugs the VIFs of a file (host guest bridge host-address guest-address mtu alias) with pyroute2."""

import sys

from pyroute2 import IPRoute

import conversation

with open(sys.argv[1]) as file:
    vifs = [line.split('\t') for line in file]
ip = IPRoute()
bridges = {name: ip.link_lookup(ifname=name)[0] for name in {vif[2] for vif in vifs}}


def plug(numbers):
    for number in numbers:
        host, guest, bridge, host_address, guest_address, mtu, _ = vifs[number]
        ip.link('add', ifname=host, kind='veth', mtu=int(mtu), address=host_address,
                peer={'ifname': guest, 'mtu': int(mtu), 'address': guest_address},
                master=bridges[bridge], state='up')
        ip.link('set', ifname=guest, state='up')


def unplug(numbers):
    for number in numbers:
        ip.link('del', ifname=vifs[number][0])


conversation.serve(plug, unplug)
