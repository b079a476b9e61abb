package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;
import static io.fastvif.bindings.linux.linux_h.NETNSA_FD;
import static io.fastvif.bindings.linux.linux_h.NETNSA_NSID;
import static io.fastvif.bindings.linux.linux_h.NETNSA_NSID_NOT_ASSIGNED;
import static io.fastvif.bindings.linux.linux_h.NLM_F_ACK;
import static io.fastvif.bindings.linux.linux_h.NLM_F_DUMP;
import static io.fastvif.bindings.linux.linux_h.NLM_F_REQUEST;
import static io.fastvif.bindings.linux.linux_h.RTM_GETNSID;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.RequestSocket;
import java.util.Set;
import java.util.TreeSet;

/**
 * The ids by which a namespace knows others, as {@link LinkMessage#linkNamespace()} has them. The
 * kernel gives one when it first has to say it, such as when a link moves there. Equivalent to
 * {@code ip netns list-id}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/ip-netns.8.html">ip-netns(8)</a>
 */
public final class NamespaceIds implements AutoCloseable {
  /** No namespace's id. */
  public static final int NONE = NETNSA_NSID_NOT_ASSIGNED;

  /** The size of struct rtgenmsg (linux/rtnetlink.h), aligned: the family, which is none. */
  private static final int HEADER_LENGTH = 4;

  private final RequestSocket requests;
  private final AttributeIterator attributes = new AttributeIterator();

  private NamespaceIds(RequestSocket requests) {
    this.requests = requests;
  }

  /** Those of the namespace of this thread. */
  public static NamespaceIds open() {
    return new NamespaceIds(RequestSocket.open(NETLINK_ROUTE, RequestDescription::of));
  }

  /**
   * The id of a namespace.
   *
   * @param descriptor an open one of that namespace
   * @return {@link #NONE} if it has none here
   */
  public int of(int descriptor) {
    int sequence = begin(NLM_F_ACK);
    requests.encoder().putInt(NETNSA_FD, descriptor);
    requests.encoder().end();
    int[] id = {NONE};
    requests.query(sequence, message -> id[0] = id(message));
    return id[0];
  }

  /** The ids of all namespaces that have one here. */
  public Set<Integer> all() {
    int sequence = begin(NLM_F_DUMP);
    requests.encoder().end();
    Set<Integer> ids = new TreeSet<>();
    requests.dump(
        sequence,
        new DumpHandler() {
          @Override
          public void onBegin() {
            ids.clear();
          }

          @Override
          public void onMessage(MessageDecoder message) {
            ids.add(id(message));
          }
        });
    ids.remove(NONE);
    return ids;
  }

  private int begin(int flags) {
    requests.encoder().reset();
    int sequence = requests.encoder().begin(RTM_GETNSID, NLM_F_REQUEST | flags);
    requests.encoder().putHeader(HEADER_LENGTH);
    return sequence;
  }

  private int id(MessageDecoder message) {
    return message.attributes(HEADER_LENGTH, attributes).find(NETNSA_NSID)
        ? attributes.getInt()
        : NONE;
  }

  @Override
  public void close() {
    requests.close();
  }
}
