package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.linux.tc_tbf_qopt;
import io.fastvif.netlink.MessageEncoder;
import java.nio.ByteBuffer;

/**
 * Writes requests on the queueing disciplines of links. ENOENT where the kernel has not that kind.
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/tc.8.html">tc(8), linux/pkt_sched.h</a>
 */
public final class QdiscRequest extends RtnetlinkRequest {
  private static final int ROOT_HANDLE = 0x1_0000;

  /** Makes requests in that buffer. */
  public QdiscRequest(MessageEncoder encoder) {
    super(encoder);
  }

  /**
   * Begins to limit what a link sends, in the place of the root qdisc that it has. Equivalent to
   * {@code tc qdisc replace dev DEV root handle 1: tbf rate RATE burst BURST limit LIMIT}.
   *
   * @param index the link's index
   */
  public QdiscRequest replaceRoot(int index, Tbf tbf) {
    begin(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, index, ROOT_HANDLE, TC_H_ROOT, "tbf");
    encoder.beginNested(TCA_OPTIONS);
    byte[] bytes = new byte[(int) tc_tbf_qopt.sizeof()];
    ByteBuffer options = EntryAttribute.buffer(bytes);
    options.putInt(Tbf.RATE, (int) Math.min(tbf.rate(), Tbf.MAX_UINT));
    options.putInt(Tbf.LIMIT, (int) tbf.limit());
    options.putInt(Tbf.BUFFER, (int) tbf.burst());
    encoder.putBytes(TCA_TBF_PARMS, bytes);
    if (tbf.rate() > Tbf.MAX_UINT) {
      byte[] rate = new byte[Long.BYTES];
      EntryAttribute.buffer(rate).putLong(0, tbf.rate());
      encoder.putBytes(TCA_TBF_RATE64, rate);
    }
    encoder.endNested();
    return this;
  }

  /**
   * Begins to have filters see what a link receives; see {@link FilterRequest}. EEXIST if they do
   * already. Equivalent to {@code tc qdisc add dev DEV ingress}.
   *
   * @param index the link's index
   */
  public QdiscRequest addIngress(int index) {
    int flags = NLM_F_CREATE | NLM_F_EXCL;
    int handle = TrafficControl.INGRESS_HANDLE;
    return begin(RTM_NEWQDISC, flags, index, handle, TC_H_INGRESS, "ingress");
  }

  /**
   * Begins to ask whether filters can see what a link receives; ENOENT if not. The kernel answers
   * with nothing but its acknowledgement. Equivalent to {@code tc qdisc show dev DEV ingress}.
   *
   * @param index the link's index
   */
  public QdiscRequest getIngress(int index) {
    beginAcknowledged(RTM_GETQDISC, 0, TrafficControl.LENGTH);
    encoder.setHeaderInt(TrafficControl.INDEX, index);
    encoder.setHeaderInt(TrafficControl.PARENT, TC_H_INGRESS);
    return this;
  }

  /** Begins to read those of all links. Equivalent to {@code tc qdisc show}. */
  public QdiscRequest dump() {
    beginDump(RTM_GETQDISC, TrafficControl.LENGTH);
    return this;
  }

  private QdiscRequest begin(int type, int flags, int index, int handle, int parent, String kind) {
    beginAcknowledged(type, flags, TrafficControl.LENGTH);
    encoder.setHeaderInt(TrafficControl.INDEX, index);
    encoder.setHeaderInt(TrafficControl.HANDLE, handle);
    encoder.setHeaderInt(TrafficControl.PARENT, parent);
    encoder.putString(TCA_KIND, kind);
    return this;
  }
}
