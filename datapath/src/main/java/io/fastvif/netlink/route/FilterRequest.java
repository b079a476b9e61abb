package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes requests on the filters of what a link receives, which take {@link
 * QdiscRequest#addIngress}. A filter that matches all frames is one of the kind u32 with one key,
 * {@code struct tc_u32_sel} and {@code struct tc_u32_key} of linux/pkt_cls.h:
 *
 * <pre>
 *   0       1       2       3       4               6               8               10
 *  +-------+-------+-------+-------+---------------+---------------+---------------+---------------+
 *  | flags |offshft| nkeys |       |    offmask    |      off      |    offoff     |     hoff      |
 *  +-------+-------+-------+-------+---------------+---------------+---------------+---------------+
 *  |             hmask             |           key: mask           |              val              |
 *  +-------------------------------+-------------------------------+-------------------------------+
 *  |              off              |            offmask            |
 *  +-------------------------------+-------------------------------+
 * </pre>
 *
 * <p>What is done with the frames is {@code struct tc_mirred} of linux/tc_act/tc_mirred.h:
 *
 * <pre>
 *   0               4               8               12              16              20
 *  +---------------+---------------+---------------+---------------+---------------+---------------+
 *  |     index     |    capab      |    action     |    refcnt     |    bindcnt    |    eaction    |
 *  +---------------+---------------+---------------+---------------+---------------+---------------+
 *  |    ifindex    |
 *  +---------------+
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/tc-u32.8.html">tc-u32(8)</a>
 * @see <a href="https://man7.org/linux/man-pages/man8/tc-mirred.8.html">tc-mirred(8)</a>
 */
public final class FilterRequest extends RtnetlinkRequest {
  private static final int PRIORITY = 1;
  private static final int PRIORITY_SHIFT = 16;
  private static final int FIRST_CLASS = 0x1_0001;

  /** TCA_U32_… of linux/pkt_cls.h. */
  private static final int TCA_U32_CLASSID = 1;

  private static final int TCA_U32_SEL = 5;
  private static final int TCA_U32_ACT = 7;
  private static final int SEL_LENGTH = 32;
  private static final int SEL_FLAGS = 0;
  private static final int SEL_KEYS = 2;
  private static final byte TC_U32_TERMINAL = 1;

  /** TCA_ACT_… of linux/pkt_cls.h. */
  private static final int TCA_ACT_KIND = 1;

  private static final int TCA_ACT_OPTIONS = 2;
  private static final int TC_ACT_STOLEN = 4;

  /** Of linux/tc_act/tc_mirred.h. */
  private static final int TCA_MIRRED_PARMS = 2;

  private static final int TCA_EGRESS_REDIR = 1;
  private static final int MIRRED_LENGTH = 28;
  private static final int MIRRED_ACTION = 8;
  private static final int MIRRED_EACTION = 20;
  private static final int MIRRED_INDEX = 24;

  /** Makes requests in that buffer. */
  public FilterRequest(MessageEncoder encoder) {
    super(encoder);
  }

  /**
   * Begins to have another link send all that a link receives. Equivalent to {@code tc filter add
   * dev DEV ingress protocol all prio 1 u32 match u32 0 0 flowid 1:1 action mirred egress redirect
   * dev TO}. ENOENT where the kernel has no u32 or no mirred.
   *
   * @param index the link's index
   * @param to the index of the other link
   */
  public FilterRequest redirectAll(int index, int to) {
    beginAcknowledged(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, TrafficControl.LENGTH);
    encoder.setHeaderInt(TrafficControl.INDEX, index);
    encoder.setHeaderInt(TrafficControl.PARENT, TrafficControl.INGRESS_HANDLE);
    encoder.setHeaderInt(TrafficControl.INFO, PRIORITY << PRIORITY_SHIFT | networkOrder(ETH_P_ALL));
    encoder.putString(TCA_KIND, "u32");
    encoder.beginNested(TCA_OPTIONS);
    encoder.putInt(TCA_U32_CLASSID, FIRST_CLASS);
    byte[] all = new byte[SEL_LENGTH];
    all[SEL_FLAGS] = TC_U32_TERMINAL;
    all[SEL_KEYS] = 1; // which masks every bit
    encoder.putBytes(TCA_U32_SEL, all);
    encoder.beginNested(TCA_U32_ACT);
    encoder.beginNested(1); // the first action
    encoder.putString(TCA_ACT_KIND, "mirred");
    encoder.beginNested(TCA_ACT_OPTIONS);
    byte[] bytes = new byte[MIRRED_LENGTH];
    ByteBuffer redirect = EntryAttribute.buffer(bytes);
    redirect.putInt(MIRRED_ACTION, TC_ACT_STOLEN);
    redirect.putInt(MIRRED_EACTION, TCA_EGRESS_REDIR);
    redirect.putInt(MIRRED_INDEX, to);
    encoder.putBytes(TCA_MIRRED_PARMS, bytes);
    encoder.endNested();
    encoder.endNested();
    encoder.endNested();
    encoder.endNested();
    return this;
  }

  /**
   * Begins to read the filters of what a link receives; none if it has no ingress qdisc. Equivalent
   * to {@code tc filter show dev DEV ingress}.
   *
   * @param index the link's index
   */
  public FilterRequest dump(int index) {
    beginDump(RTM_GETTFILTER, TrafficControl.LENGTH);
    encoder.setHeaderInt(TrafficControl.INDEX, index);
    encoder.setHeaderInt(TrafficControl.PARENT, TrafficControl.INGRESS_HANDLE);
    return this;
  }

  /**
   * The link that sends what a filter redirects, of those that {@link #dump} asks for.
   *
   * @param message RTM_NEWTFILTER
   * @return its index; 0 if the filter is another than {@link #redirectAll} makes
   */
  public static int redirectsAllTo(MessageDecoder message) {
    AttributeIterator filter = new AttributeIterator();
    message.attributes(TrafficControl.LENGTH, filter);
    if (!filter.find(TCA_KIND) || !filter.stringEquals("u32") || !filter.find(TCA_OPTIONS)) {
      return 0;
    }
    AttributeIterator options = filter.nested(new AttributeIterator());
    boolean matchesAll = options.find(TCA_U32_SEL) && matchesAll(options.getBytes());
    if (!matchesAll || !options.find(TCA_U32_ACT)) {
      return 0;
    }
    AttributeIterator actions = options.nested(new AttributeIterator());
    if (!actions.next()) {
      return 0;
    }
    AttributeIterator action = actions.nested(new AttributeIterator());
    boolean isMirred = action.find(TCA_ACT_KIND) && action.stringEquals("mirred");
    if (!isMirred || !action.find(TCA_ACT_OPTIONS)) {
      return 0;
    }
    AttributeIterator mirred = action.nested(new AttributeIterator());
    boolean redirects =
        mirred.find(TCA_MIRRED_PARMS) && mirred.getInt(MIRRED_EACTION) == TCA_EGRESS_REDIR;
    return redirects ? mirred.getInt(MIRRED_INDEX) : 0;
  }

  private static boolean matchesAll(byte[] selector) {
    return selector.length >= SEL_LENGTH
        && selector[SEL_KEYS] == 1
        && EntryAttribute.buffer(selector).getInt(SEL_LENGTH / 2) == 0;
  }

  private static int networkOrder(int number) {
    boolean isBig = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;
    return isBig ? number : Short.toUnsignedInt(Short.reverseBytes((short) number));
  }
}
