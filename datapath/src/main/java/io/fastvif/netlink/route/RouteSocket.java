package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.netlink.RequestSocket;

/**
 * Rtnetlink, one request at a time, for where speed does not matter. One thread at a time may use
 * it.
 *
 * <pre>
 * try (RouteSocket route = RouteSocket.open()) {
 *   route.execute(route.link().create("veth0").kind(new Veth().peerName("veth1")));
 * }
 * </pre>
 */
public final class RouteSocket implements AutoCloseable {
  private static final DumpHandler NO_MESSAGES = message -> {};

  private final RequestSocket requests;
  private final MessageEncoder encoder;
  private final LinkRequest link;
  private final AddressRequest address;
  private final RouteRequest route;
  private final BridgePortRequest bridgePort;
  private final EntryRequest entry;

  private RouteSocket(RequestSocket requests) {
    this.requests = requests;
    encoder = requests.encoder();
    link = new LinkRequest(encoder);
    address = new AddressRequest(encoder);
    route = new RouteRequest(encoder);
    bridgePort = new BridgePortRequest(encoder);
    entry = new EntryRequest(encoder);
  }

  /**
   * Opens a socket in the namespace of this thread.
   *
   * @return it
   */
  public static RouteSocket open() {
    return new RouteSocket(RequestSocket.open(NETLINK_ROUTE, RequestDescription::of));
  }

  /**
   * The link request of this socket, without what was begun before.
   *
   * @return always the same one
   */
  public LinkRequest link() {
    encoder.reset();
    return link;
  }

  /**
   * The address request of this socket, without what was begun before.
   *
   * @return always the same one
   */
  public AddressRequest address() {
    encoder.reset();
    return address;
  }

  /**
   * The route request of this socket, without what was begun before.
   *
   * @return always the same one
   */
  public RouteRequest route() {
    encoder.reset();
    return route;
  }

  /**
   * The bridge port request of this socket, without what was begun before.
   *
   * @return always the same one
   */
  public BridgePortRequest bridgePort() {
    encoder.reset();
    return bridgePort;
  }

  /**
   * The request of this socket for what hangs on links, without what was begun before.
   *
   * @return always the same one
   */
  public EntryRequest entry() {
    encoder.reset();
    return entry;
  }

  /**
   * Sends a request and waits until it is carried out.
   *
   * @param request one of this socket's, not ended
   * @throws NetlinkException if the kernel refuses
   */
  public void execute(Request request) {
    query(request, NO_MESSAGES);
  }

  /**
   * Sends a request that is answered with an object, such as {@code link().get(name)}.
   *
   * @param request one of this socket's, not ended
   * @param handler gets the answer
   * @throws NetlinkException if the kernel refuses
   */
  public void query(Request request, DumpHandler handler) {
    end(request);
    requests.query(request.sequence(), handler);
  }

  /**
   * Reads many objects, again from the start if they changed meanwhile, up to 10 times.
   *
   * @param request one of this socket's, not ended
   * @param handler gets each object
   * @throws NetlinkException if the kernel refuses
   * @throws DumpInterruptedException if they kept changing
   */
  public void dump(Request request, DumpHandler handler) {
    end(request);
    requests.dump(request.sequence(), handler);
  }

  /**
   * Reads many objects once, for a caller that follows their events as well.
   *
   * @param request one of this socket's, not ended
   * @param handler gets each object
   * @return false if they changed meanwhile: some may be missing, and some told though they are
   *     gone
   * @throws NetlinkException if the kernel refuses
   */
  public boolean dumpOnce(Request request, DumpHandler handler) {
    end(request);
    return requests.dumpOnce(request.sequence(), handler);
  }

  /**
   * The index of a link.
   *
   * @param name its name or one of its alternative names
   * @return its index, or 0 if there is no such link
   */
  public int indexOf(CharSequence name) {
    int[] index = new int[1];
    LinkRequest request = link().get(name);
    end(request);
    int errno =
        requests.tryQuery(
            request.sequence(), message -> index[0] = message.getInt(InterfaceInfo.INDEX));
    if (errno != 0 && errno != Errno.ENODEV) {
      throw requests.refused();
    }
    return index[0];
  }

  /**
   * The socket underneath.
   *
   * @return it
   */
  public NetlinkSocket socket() {
    return requests.socket();
  }

  /** Closes the socket. */
  @Override
  public void close() {
    requests.close();
  }

  private void end(Request request) {
    if (request.encoder != encoder) {
      throw new IllegalArgumentException("the request is another socket's");
    }
    if (!request.end()) {
      throw new IllegalArgumentException(
          "the request is longer than " + requests.maxRequestSize() + " bytes");
    }
  }
}
