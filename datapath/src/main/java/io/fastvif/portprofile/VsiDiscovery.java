package io.fastvif.portprofile;

import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_ASSOCIATE;
import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_DISASSOCIATE;
import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_PREASSOCIATE_RR;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.HostPath;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.PortInfo;
import io.fastvif.netlink.route.PortRequest;
import io.fastvif.plan.PortAssociation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** 802.1Qbg: lldpad, in the namespace of the calling thread, discovers VSIs to the switch. */
public final class VsiDiscovery {
  private VsiDiscovery() {}

  /** What a switch has answered about a VSI. */
  private record Status(boolean known, int response) {}

  /**
   * Associates a VSI, and waits until the switch has answered.
   *
   * @param preassociate whether the switch only reserves what the VSI needs (pre-associate with
   *     resource reservation)
   * @param timeoutSeconds how long to wait
   * @return false if lldpad had the VSI with the switch's consent before: it is associated once
   *     more, because lldpad does not say which of both it was, and the answer of before is taken
   *     for that to this request, because lldpad gives it until the new one has come
   * @throws PortRefusedException if lldpad or the switch refuses, or the time is up; the VSI is
   *     disassociated then
   * @throws IOException if lldpad is not to be found
   */
  public static boolean associate(PortAssociation.Vsi vsi, boolean preassociate, int timeoutSeconds)
      throws IOException {
    Deadline deadline = new Deadline(timeoutSeconds);
    try (LldpadSocket lldpad = new LldpadSocket(portId(vsi))) {
      Status before = status(lldpad, vsi);
      int operation = preassociate ? PORT_REQUEST_PREASSOCIATE_RR : PORT_REQUEST_ASSOCIATE;
      request(lldpad, vsi, operation, deadline);
      Status now = status(lldpad, vsi);
      while (!now.known() || PortResponse.isPending(now.response())) {
        if (!deadline.pause()) {
          throw giveUp(lldpad, vsi, "the switch did not answer in " + timeoutSeconds + " s");
        }
        if (!now.known()) {
          // lldpad took it for a protocol that the device was not configured for yet
          request(lldpad, vsi, operation, deadline);
        }
        now = status(lldpad, vsi);
      }
      if (!PortResponse.isSuccess(now.response())) {
        throw giveUp(lldpad, vsi, "the switch refused: " + PortResponse.text(now.response()));
      }
      return !before.known() || !PortResponse.isSuccess(before.response());
    } catch (SystemCallException refused) {
      throw unreachable(refused, vsi);
    }
  }

  private static PortRefusedException giveUp(
      LldpadSocket lldpad, PortAssociation.Vsi vsi, String reason) {
    PortRefusedException given = new PortRefusedException(reason);
    try {
      request(lldpad, vsi, PORT_REQUEST_DISASSOCIATE, new Deadline(0));
    } catch (PortRefusedException neverHadIt) {
      given.addSuppressed(neverHadIt);
    }
    return given;
  }

  /**
   * Takes a VSI's association back, and waits until lldpad has forgotten it.
   *
   * @param timeoutSeconds how long to wait
   * @return false if lldpad does not have it, or there is no lldpad: the switch forgets a VSI that
   *     nobody keeps alive
   * @throws PortRefusedException if the time is up
   */
  public static boolean disassociate(PortAssociation.Vsi vsi, int timeoutSeconds)
      throws IOException {
    Deadline deadline = new Deadline(timeoutSeconds);
    try (LldpadSocket lldpad = new LldpadSocket(portId(vsi))) {
      if (!status(lldpad, vsi).known()) {
        return false;
      }
      request(lldpad, vsi, PORT_REQUEST_DISASSOCIATE, deadline);
      while (status(lldpad, vsi).known()) {
        if (!deadline.pause()) {
          throw new PortRefusedException("the switch did not answer in " + timeoutSeconds + " s");
        }
      }
      return true;
    } catch (NoSuchFileException absent) {
      return false;
    } catch (SystemCallException refused) {
      if (refused.errno() == Errno.ECONNREFUSED) {
        return false;
      }
      throw refused;
    }
  }

  /** The pid file's number; it may be padded with zero bytes. */
  private static int portId(PortAssociation.Vsi vsi) throws IOException {
    Path pidFile = HostPath.of(vsi.lldpadPidFile());
    String text = Files.readString(pidFile, StandardCharsets.ISO_8859_1);
    String digits = text.replaceFirst("(?s)[^0-9].*", "");
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException empty) {
      throw new IOException(pidFile + " has no process id", empty);
    }
  }

  private static IOException unreachable(SystemCallException refused, PortAssociation.Vsi vsi) {
    return refused.errno() == Errno.ECONNREFUSED
        ? new IOException(
            "no lldpad is at the process id of "
                + vsi.lldpadPidFile()
                + " in this network namespace",
            refused)
        : new IOException(refused);
  }

  private static void request(
      LldpadSocket lldpad, PortAssociation.Vsi vsi, int operation, Deadline deadline)
      throws PortRefusedException {
    int errno;
    do {
      encode(lldpad.link(), vsi, operation);
      errno = lldpad.exchange(body -> {});
    } while (mayChange(errno) && deadline.pause());
    if (isUnknown(errno)) {
      throw new PortRefusedException("lldpad is not configured for " + vsi.device());
    }
    if (errno == Errno.EPROTONOSUPPORT) {
      throw new PortRefusedException(
          "lldpad and the switch have not agreed on EVB for "
              + vsi.device()
              + " in "
              + deadline.seconds()
              + " s");
    }
    if (errno != 0) {
      throw new PortRefusedException("lldpad refused: " + Errno.name(errno));
    }
  }

  /**
   * Whether another try may do: lldpad has not taken note of the device yet, or not agreed with the
   * switch on EVB, which takes seconds after the link is up, or waits for the switch's answer to
   * the request before.
   */
  private static boolean mayChange(int errno) {
    return isUnknown(errno) || errno == Errno.EPROTONOSUPPORT || errno == Errno.EBUSY;
  }

  /** Whether lldpad does not know the device. */
  private static boolean isUnknown(int errno) {
    return errno == Errno.ENODEV || errno == Errno.ENXIO;
  }

  /** Writes the message that libvirt sends too. */
  static void encode(LinkRequest link, PortAssociation.Vsi vsi, int operation) {
    link.set(vsi.index()).name(vsi.device());
    new PortRequest(link)
        .filter(vsi.mac().value(), vsi.vlanId())
        .begin(PortRequest.SELF)
        .vsiType(vsi.managerId(), vsi.typeId(), vsi.typeVersion())
        .instance(vsi.instance())
        .request(operation)
        .end();
  }

  private static Status status(LldpadSocket lldpad, PortAssociation.Vsi vsi)
      throws PortRefusedException {
    Status[] found = {new Status(false, PortInfo.NO_RESPONSE)};
    PortInfo port = new PortInfo();
    lldpad.link().get(vsi.index()).name(vsi.device());
    int errno =
        lldpad.exchange(
            body -> {
              if (port.findInstance(body, vsi.instance())) {
                found[0] = new Status(true, port.response());
              }
            });
    if (errno != 0 && !isUnknown(errno)) {
      throw new PortRefusedException("lldpad refused: " + Errno.name(errno));
    }
    return found[0];
  }
}
