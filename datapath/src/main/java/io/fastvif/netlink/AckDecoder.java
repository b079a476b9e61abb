package io.fastvif.netlink;

import static io.fastvif.bindings.linux.linux_h.*;

/**
 * Reads NLMSG_ERROR, which with error 0 is an acknowledgement.
 *
 * <pre>
 *   0               4                       20
 *  +---------------+-----------------------+----------------------+-----------------+
 *  |  -errno or 0  |  the request's header | its payload, unless  | NLMSGERR_ATTR_… |
 *  |               |                       | NLM_F_CAPPED         | NLM_F_ACK_TLVS  |
 *  +---------------+-----------------------+----------------------+-----------------+
 * </pre>
 *
 * @see <a href="https://docs.kernel.org/userspace-api/netlink/intro.html">struct nlmsgerr</a>
 */
final class AckDecoder {
  private static final int REQUEST_OFFSET = 4;
  private static final int FIXED_LENGTH = REQUEST_OFFSET + Wire.MESSAGE_HEADER_LENGTH;

  private final AttributeIterator attributes = new AttributeIterator();
  private int errno;
  private String message;
  private int attributeOffset;

  AckDecoder() {}

  void wrap(MessageDecoder decoder) {
    errno = -decoder.getInt(0);
    message = null;
    attributeOffset = -1;
    if (errno == 0 || (decoder.flags() & NLM_F_ACK_TLVS) == 0) {
      return;
    }
    int fixed = FIXED_LENGTH;
    if ((decoder.flags() & NLM_F_CAPPED) == 0) {
      fixed = REQUEST_OFFSET + requestLength(decoder);
    }
    decoder.attributes(fixed, attributes);
    while (attributes.next()) {
      if (attributes.type() == NLMSGERR_ATTR_MSG) {
        message = attributes.getString();
      } else if (attributes.type() == NLMSGERR_ATTR_OFFS) {
        attributeOffset = attributes.getInt();
      }
    }
  }

  int errno() {
    return errno;
  }

  String message() {
    return message;
  }

  int attributeOffset() {
    return attributeOffset;
  }

  private static int requestLength(MessageDecoder decoder) {
    int length = decoder.getInt(REQUEST_OFFSET);
    if (length < Wire.MESSAGE_HEADER_LENGTH || length > decoder.payloadLength() - REQUEST_OFFSET) {
      throw new MalformedMessageException(
          "netlink acknowledgement: the request in it has the impossible length " + length);
    }
    return length;
  }
}
