package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.RTM_NEWQDISC;
import static io.fastvif.bindings.linux.linux_h.TCA_KIND;
import static io.fastvif.bindings.linux.linux_h.TCA_OPTIONS;
import static io.fastvif.bindings.linux.linux_h.TC_H_ROOT;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MessageDecoder;

/** Reads a queueing discipline of a link, as {@link QdiscRequest#dump()} asks for it. */
public final class QdiscMessage {
  private final AttributeIterator attributes = new AttributeIterator();
  private final AttributeIterator options = new AttributeIterator();
  private int index;
  private int parent;

  /** Makes a message that has nothing to read. */
  public QdiscMessage() {}

  /**
   * Reads a message.
   *
   * @param message RTM_NEWQDISC
   */
  public QdiscMessage wrap(MessageDecoder message) {
    if (message.type() != RTM_NEWQDISC) {
      throw new IllegalArgumentException("message type " + message.type() + " is no qdisc's");
    }
    index = message.getInt(TrafficControl.INDEX);
    parent = message.getInt(TrafficControl.PARENT);
    message.attributes(TrafficControl.LENGTH, attributes);
    return this;
  }

  /** The index of the link that it is on. */
  public int index() {
    return index;
  }

  /** Whether all that the link sends goes through it first. */
  public boolean isRoot() {
    return parent == TC_H_ROOT;
  }

  /** Such as {@code tbf}. */
  public String kind() {
    return attributes.find(TCA_KIND) ? attributes.getString() : "";
  }

  /** The token bucket that it is; null if it is of another kind. */
  public Tbf tbf() {
    boolean isOne = kind().equals("tbf") && attributes.find(TCA_OPTIONS);
    return isOne ? Tbf.read(attributes.nested(options)) : null;
  }
}
