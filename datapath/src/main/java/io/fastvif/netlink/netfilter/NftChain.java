package io.fastvif.netlink.netfilter;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MessageDecoder;

/**
 * A chain of rules.
 *
 * @param table its table's name
 * @param name its own
 * @param hook where packets come into it, such as NF_INET_FORWARD; negative for one that is only
 *     jumped to
 * @param priority among the chains of its hook; 0 for one that has none
 * @param type such as {@code filter}; empty for one without a hook
 * @param policy what becomes of packets that no rule decides on, such as NF_ACCEPT; negative for
 *     one without a hook
 * @param users how many rules it holds and jumps lead to it, as the kernel counts
 * @param comment the comment in its user data; empty for none
 */
public record NftChain(
    String table,
    String name,
    int hook,
    int priority,
    String type,
    int policy,
    int users,
    String comment) {
  private static final int NO_HOOK = -1;

  /** The same with so many more users. */
  public NftChain with(int moreUsers) {
    return new NftChain(table, name, hook, priority, type, policy, users + moreUsers, comment);
  }

  /**
   * Whether it is the FORWARD of a table {@code filter} as iptables has it.
   *
   * @return whether rules there mean what they mean to iptables
   */
  public boolean isIptablesForward() {
    return hook == NF_INET_FORWARD && priority == NF_IP_PRI_FILTER && type.equals("filter");
  }

  /**
   * Reads a chain.
   *
   * @throws io.fastvif.netlink.MalformedMessageException if it is not well-formed
   */
  public static NftChain read(MessageDecoder message) {
    AttributeIterator attributes =
        message.attributes(NetfilterHeader.LENGTH, new AttributeIterator());
    String table = "";
    String name = "";
    String type = "";
    String comment = "";
    int hook = NO_HOOK;
    int priority = 0;
    int policy = NO_HOOK;
    int users = 0;
    while (attributes.next()) {
      switch (attributes.type()) {
        case NFTA_CHAIN_TABLE -> table = attributes.getString();
        case NFTA_CHAIN_NAME -> name = attributes.getString();
        case NFTA_CHAIN_TYPE -> type = attributes.getString();
        case NFTA_CHAIN_POLICY -> policy = attributes.getIntBigEndian();
        case NFTA_CHAIN_USE -> users = attributes.getIntBigEndian();
        case NFTA_CHAIN_USERDATA -> comment = NftComment.decode(attributes.getBytes());
        case NFTA_CHAIN_HOOK -> {
          AttributeIterator nested = attributes.nested(new AttributeIterator());
          while (nested.next()) {
            if (nested.type() == NFTA_HOOK_HOOKNUM) {
              hook = nested.getIntBigEndian();
            } else if (nested.type() == NFTA_HOOK_PRIORITY) {
              priority = nested.getIntBigEndian();
            }
          }
        }
        default -> {
          // of no use here
        }
      }
    }
    return new NftChain(table, name, hook, priority, type, policy, users, comment);
  }
}
