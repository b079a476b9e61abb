package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.RequestSocket;
import io.fastvif.netns.Netns;

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
  private final NeighbourRequest neighbour;
  private final EntryRequest entry;
  private final BridgePortRequest bridgePort;
  private final BridgeVlanRequest bridgeVlan;
  private final QdiscRequest qdisc;
  private final FilterRequest filter;

  private RouteSocket(RequestSocket requests) {
    this.requests = requests;
    encoder = requests.encoder();
    link = new LinkRequest(encoder);
    address = new AddressRequest(encoder);
    route = new RouteRequest(encoder);
    neighbour = new NeighbourRequest(encoder);
    entry = new EntryRequest(encoder);
    bridgePort = new BridgePortRequest(encoder);
    bridgeVlan = new BridgeVlanRequest(encoder);
    qdisc = new QdiscRequest(encoder);
    filter = new FilterRequest(encoder);
  }

  /** Opens a socket in the namespace of this thread. */
  public static RouteSocket open() {
    return new RouteSocket(RequestSocket.open(NETLINK_ROUTE, RequestDescription::of));
  }

  /**
   * Opens a socket in another namespace, in which all of its requests are carried out; the calling
   * thread, which may be a virtual one, stays where it is. For short work there, as a pod's network
   * needs, of microseconds beside what the kernel takes. Equivalent to {@code ip -n NAME -batch}:
   *
   * <pre>
   * try (Netns pod = Netns.of(Path.of("/run/netns/pod1")); // or of a process, or a descriptor
   *     RouteSocket route = RouteSocket.open(pod)) {
   *   int eth0 = route.indexOf("eth0");
   *   route.execute(route.link().set(eth0).up());              // ip -n pod1 link set eth0 up
   *   route.execute(route.address().add(eth0, address, 24));       // … address add A/24 dev eth0
   *   route.execute(route.route().add(AF_INET, null, 0).gateway(gateway));
   *                                                                // … route add default via G
   *   route.execute(route.neighbour().setPermanent(eth0, gateway, mac));
   *                                            // … neighbour replace G lladdr M dev eth0
   * }
   * </pre>
   *
   * @param namespace may be closed afterwards: the socket keeps it alive
   * @throws io.fastvif.bindings.SystemCallException EPERM without CAP_SYS_ADMIN; if the kernel
   *     refuses the socket
   */
  public static RouteSocket open(Netns namespace) {
    return namespace.visit(RouteSocket::open);
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

  /** The neighbour request of this socket, always the same, without what was begun before. */
  public NeighbourRequest neighbour() {
    encoder.reset();
    return neighbour;
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

  /** Begins a request on a bridge's port; it is carried out by {@link #execute}. */
  public BridgePortRequest bridgePort() {
    encoder.reset();
    return bridgePort;
  }

  /** Begins a request on the VLANs of a bridge's port; it is carried out by {@link #execute}. */
  public BridgeVlanRequest bridgeVlan() {
    encoder.reset();
    return bridgeVlan;
  }

  /** Begins a request on a link's queueing disciplines; it is carried out by {@link #execute}. */
  public QdiscRequest qdisc() {
    encoder.reset();
    return qdisc;
  }

  /** Begins a request on the filters of what a link receives; see {@link #execute}. */
  public FilterRequest filter() {
    encoder.reset();
    return filter;
  }

  /**
   * Sends a request and waits until it is carried out.
   *
   * @param request one of this socket's, not ended
   * @throws NetlinkException if the kernel refuses
   */
  public void execute(RtnetlinkRequest request) {
    query(request, NO_MESSAGES);
  }

  /**
   * Sends a request that is answered with an object, such as {@code link().get(name)}.
   *
   * @param request one of this socket's, not ended
   * @param handler gets the answer
   * @throws NetlinkException if the kernel refuses
   */
  public void query(RtnetlinkRequest request, DumpHandler handler) {
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
  public void dump(RtnetlinkRequest request, DumpHandler handler) {
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
  public boolean dumpOnce(RtnetlinkRequest request, DumpHandler handler) {
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

  /** Closes the socket. */
  @Override
  public void close() {
    requests.close();
  }

  private void end(RtnetlinkRequest request) {
    if (request.encoder != encoder) {
      throw new IllegalArgumentException("the request is another socket's");
    }
    if (!request.end()) {
      throw new IllegalArgumentException(
          "the request is longer than " + requests.maxRequestSize() + " bytes");
    }
  }
}
