package io.fastvif.portprofile;

import static io.fastvif.bindings.linux.linux_h.PORT_PROFILE_RESPONSE_INPROGRESS;
import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_ASSOCIATE;
import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_DISASSOCIATE;
import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_PREASSOCIATE_RR;

import io.fastvif.bindings.FailureKind;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.PortInfo;
import io.fastvif.netlink.route.PortRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.PortAssociation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * 802.1Qbh: the driver of a device gives a port its profile, or takes it back. The driver is asked
 * also if it was asked before. It may forget a port that is given up with the switch's answer.
 */
final class ProfileChange implements PortChange {
  /** What the host says that it is, in the order in which it is asked. */
  private static final String[] HOST_IDS = {"/sys/class/dmi/id/product_uuid", "/etc/machine-id"};

  private final PortAssociation.Profile port;
  private final int operation;
  private final Deadline deadline;
  private RouteSocket socket;
  private boolean asked;

  /** Null as long as nobody has given it up. */
  private String reason;

  private ProfileChange(PortAssociation.Profile port, int operation, int timeoutSeconds) {
    this.port = port;
    this.operation = operation;
    deadline = new Deadline(timeoutSeconds);
  }

  static ProfileChange associate(
      PortAssociation.Profile port, boolean preassociate, int timeoutSeconds) {
    int operation = preassociate ? PORT_REQUEST_PREASSOCIATE_RR : PORT_REQUEST_ASSOCIATE;
    return new ProfileChange(port, operation, timeoutSeconds);
  }

  static ProfileChange disassociate(PortAssociation.Profile port, int timeoutSeconds) {
    return new ProfileChange(port, PORT_REQUEST_DISASSOCIATE, timeoutSeconds);
  }

  private boolean associates() {
    return operation != PORT_REQUEST_DISASSOCIATE;
  }

  @Override
  public Optional<Boolean> look() throws PortRefusedException {
    if (reason != null && !asked && associates()) {
      throw new PortRefusedException(FailureKind.OTHER, reason);
    }
    try {
      if (!asked) {
        ask(operation);
        asked = true;
      }
      int response = response();
      if (isPending(response)) {
        if (reason != null) {
          throw new PortRefusedException(FailureKind.OTHER, reason);
        }
        if (deadline.isOver()) {
          throw deadline.missed("the switch did not answer");
        }
        deadline.pause();
        return Optional.empty();
      }
      if (associates() && PortResponse.isRefusal(response)) {
        throw new PortRefusedException(
            FailureKind.OTHER, "the switch refused: " + PortResponse.text(response));
      }
      return Optional.of(true);
    } catch (PortRefusedException failed) {
      throw withUndo(failed);
    }
  }

  private boolean isPending(int response) {
    return associates()
        ? PortResponse.isPending(response)
        : response == PORT_PROFILE_RESPONSE_INPROGRESS;
  }

  private PortRefusedException withUndo(PortRefusedException failed) {
    if (associates()) {
      try {
        ask(PORT_REQUEST_DISASSOCIATE);
      } catch (RuntimeException also) {
        return failed.and("the driver did not take it back: " + also.getMessage());
      }
    }
    return failed;
  }

  private void ask(int wanted) {
    if (socket == null) {
      socket = RouteSocket.open();
    }
    LinkRequest link = socket.link();
    encode(link, wanted);
    socket.execute(link);
  }

  private void encode(LinkRequest link, int wanted) {
    link.set(port.index());
    PortRequest request = new PortRequest(link);
    if (port.vf() == PortRequest.SELF) {
      request.beginSelf();
    } else {
      request.begin(port.vf());
    }
    if (wanted != PORT_REQUEST_DISASSOCIATE) {
      request.profile(port.profile());
      if (port.instance() != null) {
        request.instance(port.instance());
      }
      UUID host = port.host() == null ? hostId() : port.host();
      if (host != null) {
        request.host(host);
      }
    }
    request.request(wanted).end();
  }

  private int response() {
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

  @Override
  public long pauseNanos() {
    return deadline.untilDue();
  }

  @Override
  public void giveUp(String why) {
    reason = why;
  }

  @Override
  public void close() {
    if (socket != null) {
      socket.close();
    }
  }
}
