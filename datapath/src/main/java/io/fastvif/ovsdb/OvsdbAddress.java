package io.fastvif.ovsdb;

import io.fastvif.files.HostPath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/**
 * Where an OVSDB server listens, in the form that ovs-vsctl's {@code --db} takes: {@code
 * unix:FILE}, {@code tcp:HOST:PORT} or {@code ssl:HOST:PORT}, an IPv6 address in square brackets.
 */
public sealed interface OvsdbAddress {

  /** A unix socket. */
  record Unix(Path path) implements OvsdbAddress {
    @Override
    public SocketAddress resolve() {
      return UnixDomainSocketAddress.of(path);
    }

    @Override
    public String toString() {
      return "unix:" + HostPath.text(path);
    }
  }

  /** TCP, with or without TLS. */
  record Tcp(String host, int port, boolean tls) implements OvsdbAddress {
    @Override
    public SocketAddress resolve() throws IOException {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    }

    @Override
    public String toString() {
      return (tls ? "ssl:" : "tcp:") + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /** The port registered for OVSDB. */
  int DEFAULT_PORT = 6640;

  /**
   * The socket's address; asks for a name's address where the host is a name.
   *
   * @throws IOException if the host's name has no address
   */
  SocketAddress resolve() throws IOException;

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException if it has none of the forms above
   */
  static OvsdbAddress parse(String text) {
    int colon = text.indexOf(':');
    String rest = text.substring(colon + 1);
    return switch (colon < 0 ? "" : text.substring(0, colon)) {
      case "unix" -> unix(text, rest);
      case "tcp" -> tcp(text, rest, false);
      case "ssl" -> tcp(text, rest, true);
      default -> throw malformed(text);
    };
  }

  private static Unix unix(String text, String path) {
    if (path.isEmpty()) {
      throw malformed(text);
    }
    return new Unix(HostPath.of(path));
  }

  private static Tcp tcp(String text, String rest, boolean tls) {
    int end = rest.startsWith("[") ? rest.indexOf(']') + 1 : rest.indexOf(':');
    if (end < 0) {
      end = rest.length();
    }
    String host = rest.substring(0, end);
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    String port = rest.substring(end);
    if (host.isEmpty() || !(port.isEmpty() || port.matches(":[0-9]{1,5}"))) {
      throw malformed(text);
    }
    int number = port.isEmpty() ? DEFAULT_PORT : Integer.parseInt(port.substring(1));
    if (number == 0 || number > 65535) {
      throw malformed(text);
    }
    return new Tcp(host, number, tls);
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        '"' + text + "\" is not unix:FILE, tcp:HOST:PORT or ssl:HOST:PORT");
  }
}
