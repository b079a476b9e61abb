"""The floor of a port: fastvif's own transactions, from bytes that are ready, and the tap's two requests.

It keeps no rows, plans nothing and checks nothing but the answers.

usage: ovs-floor-peer.py FILE DATABASE-ADDRESS
"""

import json
import socket
import struct
import sys

import conversation

RTM_NEWLINK = 16
RTM_DELLINK = 17
NLM_F_REQUEST = 1
NLM_F_ACK = 4
NLMSG_ERROR = 2
IFLA_MTU = 4
IFLA_GROUP = 27
NLMSG_HDR = struct.Struct('=IHHII')
IFINFOMSG = struct.Struct('=BxHiII')
LEAVING_GROUP = 0x7fff0003


class Database:
    def __init__(self, address):
        self.stream = socket.socket(socket.AF_UNIX)
        self.stream.connect(address.removeprefix('unix:'))
        self.decoder = json.JSONDecoder()
        self.rest = ''
        bridge, root = self.transact(encode(
            {'op': 'select', 'table': 'Bridge', 'where': [], 'columns': ['_uuid', 'name']},
            {'op': 'select', 'table': 'Open_vSwitch', 'where': [], 'columns': ['_uuid']}))
        self.bridge = bridge['rows'][0]['_uuid']
        self.name = bridge['rows'][0]['name']
        self.root = root['rows'][0]['_uuid']

    def transact(self, request):
        self.stream.sendall(request)
        while True:
            try:
                answer, end = self.decoder.raw_decode(self.rest)
            except ValueError:
                self.rest += self.stream.recv(1 << 20).decode()
                continue
            self.rest = self.rest[end:].lstrip()
            if answer.get('method') == 'echo':
                self.stream.sendall(json.dumps({'id': answer['id'], 'result': answer['params'], 'error': None}).encode())
                continue
            errors = [result for result in answer['result'] if result and 'error' in result]
            if answer['error'] or errors:
                raise RuntimeError(f"{answer['error']} {errors}")
            return answer['result']

    def on_bridge(self, mutator, ports):
        return {'op': 'mutate', 'table': 'Bridge', 'where': [['_uuid', '==', self.bridge]],
                'mutations': [['ports', mutator, ['set', ports]]]}

    def next_configuration(self):
        where = [['_uuid', '==', self.root]]
        return ({'op': 'wait', 'timeout': 0, 'table': 'Open_vSwitch', 'where': where, 'columns': ['_uuid'],
                 'until': '==', 'rows': [{'_uuid': self.root}]},
                {'op': 'mutate', 'table': 'Open_vSwitch', 'where': where, 'mutations': [['next_cfg', '+=', 1]]})

    def expect_bridge(self):
        return {'op': 'wait', 'timeout': 0, 'table': 'Bridge', 'where': [['_uuid', '==', self.bridge]],
                'columns': ['name'], 'until': '==', 'rows': [{'name': self.name}]}

    def expect_port(self, port):
        return {'op': 'wait', 'timeout': 0, 'table': 'Bridge', 'columns': ['_uuid'], 'until': '==',
                'where': [['_uuid', '==', self.bridge], ['ports', 'includes', port]], 'rows': [{'_uuid': self.bridge}]}


class Links:
    def __init__(self):
        self.route = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.route.bind((0, 0))

    def ask(self, requests):
        """Sends all requests at once and takes as many answers."""
        data = b''
        for kind, index, attribute, value in requests:
            body = IFINFOMSG.pack(0, 0, index, 0, 0) + struct.pack('=HHI', 8, attribute, value)
            data += NLMSG_HDR.pack(16 + len(body), kind, NLM_F_REQUEST | NLM_F_ACK, 1, 0) + body
        self.route.send(data)
        for _ in requests:
            answer = self.route.recv(65536)
            errno = struct.unpack_from('=i', answer, NLMSG_HDR.size)[0]
            if errno:
                raise OSError(-errno, 'rtnetlink')


def encode(*operations):
    return json.dumps({'method': 'transact', 'id': 1, 'params': ['Open_vSwitch', *operations]},
                      separators=(',', ':')).encode()


with open(sys.argv[1]) as file:
    vifs = [request['vif']['versioned_object.data'] for request in json.load(file)]
database = Database(sys.argv[2])
links = Links()
ports = {}


def port(place, vif):
    profile = vif['port_profile']['versioned_object.data']
    name = vif['vif_name']
    ids = {'iface-id': profile['interface_id'], 'iface-status': 'active', 'attached-mac': vif['address'],
           'fastvif-vif-id': vif['id'], 'fastvif-iface-id': profile['interface_id']}
    return [{'op': 'insert', 'table': 'Interface', 'uuid-name': f'i{place}',
             'row': {'name': name, 'external_ids': ['map', [list(pair) for pair in ids.items()]]}},
            {'op': 'insert', 'table': 'Port', 'uuid-name': f'p{place}',
             'row': {'name': name, 'interfaces': ['named-uuid', f'i{place}']}}]


def plug(numbers):
    numbers = list(numbers)
    mtu = vifs[numbers[0]]['network']['versioned_object.data']['mtu']
    links.ask([(RTM_NEWLINK, socket.if_nametoindex(vifs[number]['vif_name']), IFLA_MTU, mtu) for number in numbers])
    rows = [row for place, number in enumerate(numbers) for row in port(place, vifs[number])]
    named = [['named-uuid', f'p{place}'] for place in range(len(numbers))]
    results = database.transact(encode(
        *rows, database.expect_bridge(), database.on_bridge('insert', named), *database.next_configuration()))
    for place, number in enumerate(numbers):
        ports[number] = results[2 * place + 1]['uuid']


def unplug(numbers):
    numbers = list(numbers)
    rows = [ports.pop(number) for number in numbers]
    database.transact(encode(*map(database.expect_port, rows), database.on_bridge('delete', rows),
                             *database.next_configuration()))
    indexes = [socket.if_nametoindex(vifs[number]['vif_name']) for number in numbers]
    links.ask([(RTM_NEWLINK, index, IFLA_GROUP, LEAVING_GROUP) for index in indexes])
    links.ask([(RTM_DELLINK, 0, IFLA_GROUP, LEAVING_GROUP)])


conversation.serve(plug, unplug)
