package io.fastvif.netlink;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/** The kernel refused a netlink request. */
public class NetlinkException extends FastvifException {
  private static final long serialVersionUID = 1L;

  private final String request;
  private final int errno;
  private final String kernelMessage;
  private final int attributeOffset;

  /**
   * Makes the exception.
   *
   * @param request what was asked, such as {@code RTM_NEWLINK veth0}
   * @param errno the positive error number
   * @param kernelMessage the kernel's ext-ack message, or null
   * @param attributeOffset where the bad attribute is in the request, or -1
   */
  public NetlinkException(String request, int errno, String kernelMessage, int attributeOffset) {
    super(describe(request, errno, kernelMessage, attributeOffset), FailureKind.ofErrno(errno));
    this.request = request;
    this.errno = errno;
    this.kernelMessage = kernelMessage;
    this.attributeOffset = attributeOffset;
  }

  /**
   * What was asked.
   *
   * @return such as {@code RTM_NEWLINK veth0}
   */
  public final String request() {
    return request;
  }

  @Override
  public final int errno() {
    return errno;
  }

  /**
   * The kernel's ext-ack message.
   *
   * @return the text, or null if it gave none
   */
  public final String kernelMessage() {
    return kernelMessage;
  }

  /**
   * The offset of the attribute that the error is about.
   *
   * @return bytes from the start of the request's netlink header; -1 if the kernel did not say
   */
  public final int attributeOffset() {
    return attributeOffset;
  }

  private static String describe(
      String request, int errno, String kernelMessage, int attributeOffset) {
    StringBuilder text = new StringBuilder(request).append(": ").append(Errno.name(errno));
    text.append(" (").append(Errno.message(errno)).append(')');
    if (kernelMessage != null) {
      text.append(": ").append(kernelMessage);
    }
    if (attributeOffset >= 0) {
      text.append(", at byte ").append(attributeOffset).append(" of the request");
    }
    if (errno == Errno.EPERM) {
      text.append(": needs root or CAP_NET_ADMIN");
    }
    return text.toString();
  }
}
