"""Asks the agent: HTTP/1.1 with JSON on a unix socket.

A connection is used by one thread at a time. One that has become free is kept for the next request;
whoever needs one while others use theirs makes another, which is closed when it is not needed any
more. There is no lock, so that nothing can wait for a thread that is not there: threads, green
threads and forked processes share a client.

What is asked can be asked again (PUT, DELETE and GET of one thing), so a request on a connection
that broke is sent once more, on a new one, and one that the agent was too busy to begin, again and
again.
"""

import errno
import json
import os
import pwd
import socket
import time

_MAX_HEAD = 64 << 10
_MAX_ANSWER = 16 << 20
_PIECE = 64 << 10
_AHEAD = 1  # second by which the agent gives up earlier, so that it can say so
_LEAST = 0.001  # second that the agent takes as a time limit
_BUSY = 503  # it has too much to do, or ends while the next one is to come: nothing was begun
_BUSY_PAUSE = 0.5
_PAUSE = 0.01  # while the agent's queue of connections is full
_JSON = json.JSONEncoder(separators=(",", ":"))


class AgentError(Exception):
    """What the agent was asked for has failed."""


class NoAgentError(AgentError):
    """Nothing answers on the socket; nothing was sent."""


class BrokenConnectionError(AgentError):
    """The connection ended before the answer."""


class Client:
    """The agent, as often as it is asked."""

    def __init__(self, path):
        self._path = path
        self._idle = []

    @property
    def path(self):
        """Where the agent is asked."""
        return self._path

    def ask(self, method, target, document, time_limit):
        """Asks, and returns the status and the document of the answer.

        Raises an AgentError after the time limit, in seconds, at the latest.
        """
        body = b"" if document is None else _JSON.encode(document).encode()
        deadline = time.monotonic() + time_limit
        try:
            return self._until_answered((method, target, body), deadline)
        except socket.timeout:
            raise AgentError("the agent at %s has not answered within %g s" % (
                self._path, time_limit)) from None

    def _until_answered(self, asked, deadline):
        broken = False
        while True:
            try:
                connection = _Connection(self._path, deadline) if broken else self._take(deadline)
                status, answer = self._exchange(connection, asked, deadline)
            except BrokenConnectionError as again:
                if broken:
                    raise _ended(again) from None
                broken = True
                self.close_idle()  # those to the same agent, which may have ended
                continue
            except NoAgentError as gone:
                if not broken:
                    raise
                raise _ended(gone) from None
            if status != _BUSY or time.monotonic() + _BUSY_PAUSE > deadline:
                return status, answer
            time.sleep(_BUSY_PAUSE)

    def _take(self, deadline):
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if connection.is_usable():
                return connection
            connection.close()
        return _Connection(self._path, deadline)

    def _exchange(self, connection, asked, deadline):
        """Asks on a connection, and keeps that for the next one if it can be used again."""
        done = False
        try:
            request = _request(*asked, _left(deadline))
            status, document, done = connection.exchange(request, deadline)
            return status, document
        finally:  # also where a green thread is killed, or has a time limit of its own
            if done and not self._idle:
                self._idle.append(connection)
            else:
                connection.close()

    def close_idle(self):
        """Closes what is kept for the next request."""
        while self._idle:
            try:
                self._idle.pop().close()
            except IndexError:
                break


class _Connection:
    """One connection: a request, its answer, the next one."""

    def __init__(self, path, deadline):
        self._pid = os.getpid()
        self._received = b""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._connect(path, deadline)
        except BaseException:
            self._socket.close()
            raise

    def _connect(self, path, deadline):
        while True:
            try:
                self._socket.settimeout(_left(deadline))
                self._socket.connect(path)
                return
            except socket.timeout:
                raise
            except OSError as failed:
                if failed.errno != errno.EAGAIN:
                    raise _unconnected(path, failed) from None
                time.sleep(min(_PAUSE, _left(deadline)))

    def is_usable(self):
        """Whether it was made here, and not before a fork, and the agent has not closed it."""
        if self._pid != os.getpid():
            return False
        try:
            self._socket.settimeout(0)
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False  # it has ended, or has something that nobody has asked for

    def close(self):
        self._socket.close()

    def exchange(self, request, deadline):
        """Returns the status, the document, and whether the connection can be used again."""
        try:
            self._socket.settimeout(_left(deadline))
            self._socket.sendall(request)
            head = self._until(b"\r\n\r\n", deadline)
            status, fields = _head(head)
            body = self._body(fields, deadline)
        except socket.timeout:
            raise
        except OSError as failed:
            raise BrokenConnectionError(
                "the connection to the agent has ended before the answer: %s" % _words(failed)) from None
        # What is left over would be taken for the answer to the next request.
        usable = not self._received and fields.get("connection", "").lower() != "close"
        return status, _document(body), usable

    def _more(self, deadline):
        self._socket.settimeout(_left(deadline))
        piece = self._socket.recv(_PIECE)
        if not piece:
            raise BrokenConnectionError("the connection to the agent has ended before the answer")
        self._received += piece

    def _until(self, end, deadline):
        while True:
            at = self._received.find(end)
            if at >= 0:
                found = self._received[:at]
                self._received = self._received[at + len(end):]
                return found
            if len(self._received) > _MAX_HEAD:
                raise AgentError("this is no answer of an agent: its head does not end")
            self._more(deadline)

    def _bytes(self, count, deadline):
        if count > _MAX_ANSWER:
            raise AgentError("this is no answer of an agent: it has %d bytes" % count)
        while len(self._received) < count:
            self._more(deadline)
        found = self._received[:count]
        self._received = self._received[count:]
        return found

    def _body(self, fields, deadline):
        if fields.get("transfer-encoding", "").lower() != "chunked":
            return self._bytes(_number(fields.get("content-length", "0"), 10), deadline)
        whole = b""
        while True:
            size = self._until(b"\r\n", deadline).partition(b";")[0]
            count = _number(size.decode("latin-1"), 16)
            whole += self._bytes(count, deadline)
            self._until(b"\r\n", deadline)
            if count == 0:
                return whole


def _request(method, target, body, left):
    """The bytes of a request that the agent is to answer in a little less time than is left."""
    limit = max(_LEAST, left - min(_AHEAD, left / 10))
    head = "%s %s HTTP/1.1\r\nHost: fastvif\r\nRequest-Timeout: %.3f\r\n" % (method, target, limit)
    if body:
        head += "Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
    return head.encode("ascii") + b"\r\n" + body


def _ended(why):
    return AgentError("the agent has ended before it answered, and may have done what it was asked "
                      "for: %s" % why)


def _left(deadline):
    """Seconds until then; more than 0, which would mean not to wait at all."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise socket.timeout()
    return left


def _number(text, base):
    try:
        number = int(text, base)
    except ValueError:
        number = -1
    if number < 0:
        raise AgentError("this is no answer of an agent: a length of %r" % text)
    return number


def _head(head):
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ", 2)
    if len(words) < 2 or not words[0].startswith("HTTP/1.") or not words[1].isdecimal():
        raise AgentError("this is no answer of an agent: it begins with %r" % lines[0][:80])
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()
    return int(words[1]), fields


def _document(body):
    try:
        document = json.loads(body.decode())
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise AgentError("this is no answer of an agent: %r" % body[:80])
    return document


def _unconnected(path, failed):
    why = _words(failed)
    if failed.errno in (errno.ENOENT, errno.ECONNREFUSED):
        return NoAgentError("no agent answers at %s: %s" % (path, why))
    if failed.errno == errno.EACCES:
        return AgentError("the user %s may not ask the agent at %s: %s; it must be in the socket's "
                          "group" % (_user(), path, why))
    return AgentError("the agent at %s cannot be asked: %s" % (path, why))


def _words(failed):
    """The kernel's; eventlet's exceptions have others."""
    return os.strerror(failed.errno) if failed.errno else str(failed)


def _user():
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
