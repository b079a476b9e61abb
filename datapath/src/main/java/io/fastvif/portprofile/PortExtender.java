package io.fastvif.portprofile;

import static io.fastvif.bindings.linux.linux_h.PORT_PROFILE_RESPONSE_INPROGRESS;
import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_ASSOCIATE;
import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_DISASSOCIATE;
import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_PREASSOCIATE_RR;

import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.PortInfo;
import io.fastvif.netlink.route.PortRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.PortAssociation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * 802.1Qbh: the driver of a device, in the namespace of the calling thread, gives a port a profile.
 */
public final class PortExtender {
  /** What the host says that it is, in the order in which it is asked. */
  private static final String[] HOST_IDS = {"/sys/class/dmi/id/product_uuid", "/etc/machine-id"};

  private PortExtender() {}

  /**
   * Gives a port its profile, and waits until the driver has the switch's answer.
   *
   * @param preassociate whether the switch only makes ready for the guest
   * @param timeoutSeconds how long to wait
   * @return true: the driver is asked also if it was asked before
   * @throws PortRefusedException if the switch refuses, or the time is up; the port is
   *     disassociated then
   * @throws io.fastvif.netlink.NetlinkException EOPNOTSUPP if the driver knows no port profiles
   */
  public static boolean associate(
      PortAssociation.Profile port, boolean preassociate, int timeoutSeconds) throws IOException {
    Deadline deadline = new Deadline(timeoutSeconds);
    UUID host = port.host() == null ? hostId() : port.host();
    try (RouteSocket socket = RouteSocket.open()) {
      LinkRequest link = socket.link();
      int operation = preassociate ? PORT_REQUEST_PREASSOCIATE_RR : PORT_REQUEST_ASSOCIATE;
      encode(link, port, host, operation);
      socket.execute(link);
      int response = response(socket, port);
      while (PortResponse.isPending(response)) {
        if (!deadline.pause()) {
          release(socket, port);
          throw new PortRefusedException("the switch did not answer in " + timeoutSeconds + " s");
        }
        response = response(socket, port);
      }
      if (!PortResponse.isSuccess(response)) {
        release(socket, port);
        throw new PortRefusedException("the switch refused: " + PortResponse.text(response));
      }
      return true;
    }
  }

  /**
   * Takes a port's profile back, and waits as long as the driver says that it is at it; a driver
   * may forget the port with the answer.
   *
   * @param timeoutSeconds how long to wait
   * @return true
   * @throws PortRefusedException if the time is up
   */
  public static boolean disassociate(PortAssociation.Profile port, int timeoutSeconds)
      throws IOException {
    Deadline deadline = new Deadline(timeoutSeconds);
    try (RouteSocket socket = RouteSocket.open()) {
      release(socket, port);
      while (response(socket, port) == PORT_PROFILE_RESPONSE_INPROGRESS) {
        if (!deadline.pause()) {
          throw new PortRefusedException("the switch did not answer in " + timeoutSeconds + " s");
        }
      }
      return true;
    }
  }

  private static void release(RouteSocket socket, PortAssociation.Profile port) {
    LinkRequest link = socket.link();
    encode(link, port, null, PORT_REQUEST_DISASSOCIATE);
    socket.execute(link);
  }

  /**
   * Writes the request.
   *
   * @param host null to leave it out, as with disassociation
   */
  static void encode(LinkRequest link, PortAssociation.Profile port, UUID host, int operation) {
    link.set(port.index());
    PortRequest request = new PortRequest(link);
    if (port.vf() == PortRequest.SELF) {
      request.beginSelf();
    } else {
      request.begin(port.vf());
    }
    if (operation != PORT_REQUEST_DISASSOCIATE) {
      request.profile(port.profile());
      if (port.instance() != null) {
        request.instance(port.instance());
      }
      if (host != null) {
        request.host(host);
      }
    }
    request.request(operation).end();
  }

  private static int response(RouteSocket socket, PortAssociation.Profile port) {
    int[] response = {PortInfo.NO_RESPONSE};
    PortInfo info = new PortInfo();
    socket.query(
        socket.link().getWithVfs(port.index()),
        message -> {
          boolean found =
              port.vf() == PortRequest.SELF
                  ? info.findSelf(message)
                  : info.findVf(message, port.vf());
          if (found) {
            response[0] = info.response();
          }
        });
    return response[0];
  }

  /** The host's own id; null if it has none. */
  private static UUID hostId() {
    for (String file : HOST_IDS) {
      try {
        String digits = Files.readString(Path.of(file)).strip().replace("-", "");
        if (digits.matches("[0-9a-fA-F]{32}")) {
          return new UUID(
              Long.parseUnsignedLong(digits.substring(0, 16), 16),
              Long.parseUnsignedLong(digits.substring(16), 16));
        }
      } catch (IOException absent) {
        // the next one then
      }
    }
    return null;
  }
}
