"""The client against agents that are scripted, down to single bytes."""
import errno
import json
import os
import socket
import tempfile
import threading
import time
import unittest

from fastvif_os_vif import client

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
LIMIT = 10


class Agent:
    """Listens, and lets a script have each connection, one after the other."""

    def __init__(self, path, *scripts):
        self.requests = []
        self.connections = 0
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(path)
        self._listener.listen(8)
        self._scripts = scripts
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        for script in self._scripts:
            connection = self._listener.accept()[0]
            self.connections += 1
            with connection:
                connection.settimeout(LIMIT)
                script(self, connection)

    def receive(self, connection):
        """One whole request; None when the client has closed."""
        received = b""
        while b"\r\n\r\n" not in received:
            piece = connection.recv(65536)
            if not piece:
                return None
            received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b": ")
            if name == b"Content-Length":
                length = int(value)
        while len(body) < length:
            body += connection.recv(65536)
        self.requests.append((head.split(b" HTTP")[0].decode(), body))
        self.heads = head.decode().split("\r\n")[1:]
        return body

    def time_limit(self):
        """Seconds that the last request gives the agent."""
        return float(dict(line.split(": ") for line in self.heads)["Request-Timeout"])

    def close(self):
        self._thread.join(LIMIT)
        self._listener.close()


def answering(*answers):
    """Answers requests with these, one each, and closes."""
    def script(agent, connection):
        for answer in answers:
            if agent.receive(connection) is None:
                return
            connection.sendall(answer)
    return script


def until_closed(answer):
    def script(agent, connection):
        while agent.receive(connection) is not None:
            connection.sendall(answer)
    return script


def byte_by_byte(answer):
    def script(agent, connection):
        agent.receive(connection)
        for byte in answer:
            connection.sendall(bytes([byte]))
    return script


def silent(agent, connection):
    agent.receive(connection)
    connection.recv(1)  # until the client goes


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = self.folder.name + "/agent.sock"
        self.client = client.Client(self.path)
        self.addCleanup(self.client.close_idle)

    def agent(self, *scripts):
        agent = Agent(self.path, *scripts)
        self.addCleanup(agent.close)
        return agent

    def ask(self, limit=LIMIT):
        return self.client.ask("PUT", "/v1/vifs/a", {"vif": 1}, limit)

    def fails(self, words, limit=LIMIT, kind=client.AgentError):
        start = time.monotonic()
        with self.assertRaises(kind) as caught:
            self.ask(limit)
        self.assertIn(words, str(caught.exception))
        self.assertLess(time.monotonic() - start, LIMIT)

    def test_one_connection_is_kept(self):
        agent = self.agent(until_closed(OK))
        for _ in range(5):
            self.assertEqual((200, {}), self.ask())
        self.assertEqual(1, agent.connections)
        self.assertAlmostEqual(9, agent.time_limit(), delta=0.5)
        self.assertEqual(("PUT /v1/vifs/a", b'{"vif":1}'), agent.requests[0])
        self.client.close_idle()

    def test_pieces_and_chunks(self):
        chunked = (b"HTTP/1.1 500 Oh\r\ntransfer-encoding: Chunked\r\n\r\n"
                   b"4;x=y\r\n{\"a\"\r\n4\r\n:12}\r\n0\r\n\r\n")
        self.agent(byte_by_byte(chunked))
        self.assertEqual((500, {"a": 12}), self.ask())

    def test_a_connection_that_the_agent_has_closed_is_made_anew(self):
        agent = self.agent(answering(OK), answering(OK))
        self.ask()
        self.ask()
        self.assertEqual(2, agent.connections)
        self.assertEqual(2, len(agent.requests))

    def test_what_the_agent_says_to_close_is_closed(self):
        last = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        left = []

        def leaves_it_open(agent, connection):
            agent.receive(connection)
            connection.sendall(last)
            left.append(agent.receive(connection))
        self.agent(leaves_it_open, answering(OK))
        self.ask()
        self.ask()
        self.assertEqual([None], left)

    def test_an_answer_that_nobody_asked_for_is_no_answer_to_the_next_request(self):
        agent = self.agent(until_closed(OK + OK.replace(b"200", b"201")), answering(OK))
        self.ask()
        self.assertEqual((200, {}), self.ask())
        self.assertEqual(2, agent.connections)

    def test_a_request_without_an_answer_is_sent_again(self):
        def takes_it_and_ends(agent, connection):
            agent.receive(connection)
        agent = self.agent(takes_it_and_ends, answering(OK))
        self.assertEqual((200, {}), self.ask())
        self.assertEqual(agent.requests[0], agent.requests[1])

    def test_an_agent_that_is_busy_is_asked_again(self):
        busy = b"HTTP/1.1 503 Busy\r\nContent-Length: 12\r\n\r\n{\"detail\":1}"
        agent = self.agent(answering(busy, OK, busy))
        self.assertEqual((200, {}), self.ask())
        self.assertEqual(agent.requests[0], agent.requests[1])
        self.assertLessEqual(agent.time_limit(), 0.9 * (LIMIT - client._BUSY_PAUSE))
        self.assertEqual((503, {"detail": 1}), self.ask(0.4))

    def test_an_agent_that_is_gone_after_it_was_busy_may_have_done_what_was_lost_before(self):
        busy = b"HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"

        def busy_and_gone(agent, connection):
            os.unlink(self.path)
            answering(busy)(agent, connection)
        self.agent(answering(), busy_and_gone)
        with self.assertRaises(client.AgentError) as caught:
            self.ask()
        self.assertNotIsInstance(caught.exception, client.NoAgentError)

    def test_half_an_answer_is_none(self):
        for end in (20, len(OK) - 1):
            with self.subTest(end):
                agent = Agent(self.path, answering(OK[:end]), answering(OK))
                self.assertEqual((200, {}), self.ask())
                self.client.close_idle()
                agent.close()
                os.unlink(self.path)

    def test_it_ends_twice(self):
        def takes_it_and_ends(agent, connection):
            agent.receive(connection)
        agent = self.agent(takes_it_and_ends, takes_it_and_ends)
        self.fails("may have done what it was asked for: the connection to the agent has ended before")
        self.assertEqual(2, agent.connections)

    def test_it_ends_and_is_gone(self):
        def ends(agent, connection):
            agent.receive(connection)
            os.unlink(self.path)
        self.agent(ends)
        self.fails("may have done what it was asked for")

    def test_nobody_is_there(self):
        self.fails("no agent answers at " + self.path, kind=client.NoAgentError)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as unheard:
            unheard.bind(self.path)
            self.fails("Connection refused", kind=client.NoAgentError)

    def test_no_socket(self):
        self.client = client.Client("/" + "x" * 200)
        self.fails("cannot be asked")
        self.client = client.Client("/dev/null")
        self.fails("Connection refused")

    def test_time_limit(self):
        self.agent(silent)
        self.fails("has not answered within 0.2 s", 0.2)

    def test_time_limit_of_an_agent_that_dribbles(self):
        def dribbles(agent, connection):
            agent.receive(connection)
            try:
                while True:
                    connection.sendall(b"H")
                    time.sleep(0.02)
            except OSError:
                pass
        self.agent(dribbles)
        self.fails("has not answered within 0.3 s", 0.3)

    def test_time_limit_while_the_queue_is_full(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as full:
            full.bind(self.path)
            full.listen(0)
            waiting = []
            while True:
                one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                waiting.append(one)
                one.setblocking(False)
                try:
                    one.connect(self.path)
                except BlockingIOError as refused:
                    self.assertEqual(errno.EAGAIN, refused.errno)
                    break
            self.fails("has not answered within 0.2 s", 0.2)
            for one in waiting:
                one.close()

    def test_what_is_no_agent(self):
        for answer in (b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n",
                       b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
                       b"HTTP/1.1 \xb2\xb3 OK\r\nContent-Length: 2\r\n\r\n{}",
                       b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + b"[" * 99999,
                       b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n",
                       b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
                       b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
                       b"x" * 100000):
            with self.subTest(answer[:60]):
                agent = Agent(self.path, answering(answer))
                self.fails("this is no answer of an agent")
                agent.close()
                os.unlink(self.path)

    def test_as_many_connections_as_there_are_threads(self):
        together = threading.Barrier(4)

        def once_all_have_asked(agent, connection):
            def serve():
                with connection:
                    while agent.receive(connection) is not None:
                        together.wait(LIMIT)
                        connection.sendall(OK)
            connection = connection.dup()
            threading.Thread(target=serve, daemon=True).start()
        self.agent(*[once_all_have_asked] * 4)
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.ask())) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT)
        self.assertEqual([(200, {})] * 4, answers)
        self.assertLessEqual(len(self.client._idle), 2)

    def test_a_forked_process_has_a_connection_of_its_own(self):
        agent = self.agent(answering(OK, OK), answering(OK))
        self.ask()
        child = os.fork()
        if child == 0:
            taken = self.client._take(time.monotonic() + LIMIT)
            os._exit(0 if taken._pid == os.getpid() and not self.client._idle else 1)
        self.assertEqual(0, os.waitpid(child, 0)[1])
        self.ask()
        self.assertEqual(2, len(agent.requests))

    def test_a_request_that_is_broken_off_leaves_no_connection(self):
        class BrokenOff(BaseException):
            """As eventlet ends a green thread."""

        agent = self.agent(silent, answering(OK))
        exchange = client._Connection._more

        def breaks_off(connection, deadline):
            raise BrokenOff()
        client._Connection._more = breaks_off
        try:
            with self.assertRaises(BrokenOff):
                self.ask()
        finally:
            client._Connection._more = exchange
        self.assertEqual((200, {}), self.ask())
        self.assertEqual(2, agent.connections)

    def test_what_is_asked_is_ascii(self):
        agent = self.agent(answering(OK))
        self.client.ask("PUT", "/v1/vifs/%C3%A4", {"vif": "\u00e4\ud800"}, LIMIT)
        self.assertEqual({"vif": "\u00e4\ud800"}, json.loads(agent.requests[0][1]))


if __name__ == "__main__":
    unittest.main()
