package io.fastvif.netlink.generic.devlink;

import static io.fastvif.bindings.linux.linux_h.NETLINK_GENERIC;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.RequestSocket;
import io.fastvif.netlink.generic.GenericController;
import io.fastvif.netlink.generic.GenericFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * devlink, one request at a time. A device belongs to one network namespace, by default the first
 * one, and is seen from there only. Reading needs no privilege. One thread at a time may use it.
 */
public final class DevlinkSocket implements AutoCloseable {
  private static final String FAMILY = "devlink";
  private static final DumpHandler NO_MESSAGES = message -> {};

  private final RequestSocket requests;
  private final GenericFamily family;
  private final DevlinkRequest request;

  private DevlinkSocket(RequestSocket requests, GenericFamily family) {
    this.requests = requests;
    this.family = family;
    request = new DevlinkRequest(requests.encoder(), family.id());
  }

  /**
   * Opens a socket in the namespace of this thread.
   *
   * @return empty if the kernel has no devlink, which comes with the first driver that uses it
   * @throws io.fastvif.bindings.SystemCallException if the kernel refuses a socket
   */
  public static Optional<DevlinkSocket> open() {
    RequestSocket requests = RequestSocket.open(NETLINK_GENERIC, DevlinkMessages::describe);
    try {
      Optional<DevlinkSocket> opened =
          GenericController.family(requests, FAMILY)
              .map(family -> new DevlinkSocket(requests, family));
      if (opened.isEmpty()) {
        requests.close();
      }
      return opened;
    } catch (RuntimeException | Error e) {
      requests.close();
      throw e;
    }
  }

  /**
   * The family, with its groups of events.
   *
   * @return devlink, as this kernel has it
   */
  public GenericFamily family() {
    return family;
  }

  /**
   * Reads the devices. Equivalent to {@code devlink dev show}.
   *
   * @return their handles
   * @throws NetlinkException if the kernel refuses
   */
  public List<DevlinkHandle> devices() {
    return dump(begin().dumpDevices(), DevlinkMessages::handle);
  }

  /**
   * Reads the ports of all devices. Equivalent to {@code devlink port show}.
   *
   * @return them, each device's by index
   * @throws NetlinkException if the kernel refuses
   */
  public List<DevlinkPort> ports() {
    return dump(begin().dumpPorts(), DevlinkPort::read);
  }

  /**
   * Reads a card's switch. Equivalent to {@code devlink dev eswitch show BUS/DEVICE}.
   *
   * @param device the card's function
   * @return the switch; empty if there is no such device, or its driver knows of no switch
   * @throws NetlinkException if the kernel refuses
   */
  public Optional<Eswitch> eswitch(DevlinkHandle device) {
    Eswitch[] found = {null};
    int errno = tryQuery(begin().getEswitch(device), message -> found[0] = Eswitch.read(message));
    if (errno != 0 && errno != Errno.ENODEV && errno != Errno.EOPNOTSUPP) {
      throw requests.refused();
    }
    return Optional.ofNullable(found[0]);
  }

  /**
   * Changes a card's switch. What is null is left as it is. The kernel answers when the driver is
   * through: representors are made, or gone. Equivalent to {@code devlink dev eswitch set
   * BUS/DEVICE mode MODE inline-mode INLINE encap-mode ENCAP}.
   *
   * @param eswitch the card's function, and what is to be
   * @throws NetlinkException if the kernel or the driver refuses
   */
  public void setEswitch(Eswitch eswitch) {
    DevlinkRequest set = begin().setEswitch(eswitch.device());
    if (eswitch.mode() != null) {
      set.mode(eswitch.mode());
    }
    if (eswitch.inlineMode() != null) {
      set.inlineMode(eswitch.inlineMode());
    }
    if (eswitch.encapMode() != null) {
      set.encapMode(eswitch.encapMode());
    }
    execute(set);
  }

  /** Closes the socket. */
  @Override
  public void close() {
    requests.close();
  }

  private DevlinkRequest begin() {
    requests.encoder().reset();
    return request;
  }

  private void execute(DevlinkRequest begun) {
    if (tryQuery(begun, NO_MESSAGES) != 0) {
      throw requests.refused();
    }
  }

  private int tryQuery(DevlinkRequest begun, DumpHandler handler) {
    end(begun);
    return requests.tryQuery(begun.sequence(), handler);
  }

  private <T> List<T> dump(DevlinkRequest begun, Reader<T> reader) {
    end(begun);
    List<T> objects = new ArrayList<>();
    requests.dump(
        begun.sequence(),
        new DumpHandler() {
          @Override
          public void onBegin() {
            objects.clear();
          }

          @Override
          public void onMessage(MessageDecoder message) {
            objects.add(reader.read(message));
          }
        });
    return objects;
  }

  private void end(DevlinkRequest begun) {
    if (!begun.end()) {
      throw new IllegalArgumentException(
          "the request is longer than " + requests.maxRequestSize() + " bytes");
    }
  }

  /** Reads an object. */
  private interface Reader<T> {
    T read(MessageDecoder message);
  }
}
