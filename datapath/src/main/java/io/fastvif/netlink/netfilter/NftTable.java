package io.fastvif.netlink.netfilter;

import static io.fastvif.bindings.linux.linux_h.NFTA_TABLE_NAME;
import static io.fastvif.bindings.linux.linux_h.NFTA_TABLE_USE;
import static io.fastvif.bindings.linux.linux_h.NFTA_TABLE_USERDATA;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MessageDecoder;

/**
 * A table of chains.
 *
 * @param name its name
 * @param users how many chains, sets and objects it holds
 * @param comment the comment in its user data; empty for none
 */
public record NftTable(String name, int users, String comment) {

  /**
   * Reads a table.
   *
   * @throws io.fastvif.netlink.MalformedMessageException if it is not well-formed
   */
  public static NftTable read(MessageDecoder message) {
    AttributeIterator attributes =
        message.attributes(NetfilterHeader.LENGTH, new AttributeIterator());
    String name = "";
    String comment = "";
    int users = 0;
    while (attributes.next()) {
      switch (attributes.type()) {
        case NFTA_TABLE_NAME -> name = attributes.getString();
        case NFTA_TABLE_USE -> users = attributes.getIntBigEndian();
        case NFTA_TABLE_USERDATA -> comment = NftComment.decode(attributes.getBytes());
        default -> {
          // of no use here
        }
      }
    }
    return new NftTable(name, users, comment);
  }
}
