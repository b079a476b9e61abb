package io.fastvif.agent.http;

import io.fastvif.vif.InvalidInputException;

/**
 * How much callers can have of a server at once.
 *
 * @param connections that are open; beyond, the one that has been idle for longest is closed, or if
 *     none is, new ones wait
 * @param userConnections of one user; beyond, the one of them that has been idle for longest is
 *     closed, or if none is, new ones are refused
 * @param requests that are being answered, streams included; beyond, they are refused
 * @param pipelined requests that a connection may send ahead of their answers; beyond, it is closed
 * @param head bytes of a request's line and headers
 * @param body bytes of a body
 * @param bodies bytes of all bodies that are held; beyond, requests are refused
 */
public record Bounds(
    int connections,
    int userConnections,
    int requests,
    int pipelined,
    int head,
    int body,
    long bodies) {
  /** Enough for a busy host. */
  public static final Bounds DEFAULT =
      new Bounds(4096, 2048, 4096, 16, 16 << 10, 16 << 20, 32 << 20);

  /**
   * Checks the bounds.
   *
   * @throws InvalidInputException if one is not above 0
   */
  public Bounds {
    require("connections", connections);
    require("connections of a user", userConnections);
    require("requests", requests);
    require("pipelined requests", pipelined);
    require("head", head);
    require("body", body);
    require("bodies", bodies);
  }

  private static void require(String name, long value) {
    if (value <= 0) {
      throw InvalidInputException.ofValue(
          name, Long.toString(value), "is no bound", "a number above 0");
    }
  }

  /** A copy with another number of connections, in all and of one user. */
  public Bounds withConnections(int inAll, int ofUser) {
    return new Bounds(inAll, ofUser, requests, pipelined, head, body, bodies);
  }

  /** A copy with another number of requests under way. */
  public Bounds withRequests(int underWay) {
    return new Bounds(connections, userConnections, underWay, pipelined, head, body, bodies);
  }

  /** A copy with other sizes of bodies, in bytes: of one, and of all that are held. */
  public Bounds withBodies(int one, long all) {
    return new Bounds(connections, userConnections, requests, pipelined, head, one, all);
  }

  /** A copy with another number of requests that may be sent ahead. */
  public Bounds withPipelined(int ahead) {
    return new Bounds(connections, userConnections, requests, ahead, head, body, bodies);
  }

  /** A copy with another size of heads, in bytes. */
  public Bounds withHead(int bytes) {
    return new Bounds(connections, userConnections, requests, pipelined, bytes, body, bodies);
  }
}
