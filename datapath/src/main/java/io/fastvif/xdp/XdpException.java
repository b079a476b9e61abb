package io.fastvif.xdp;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/** A link cannot be opened by AF_XDP; the message says why, and what was expected. */
public final class XdpException extends FastvifException {
  private static final long serialVersionUID = 1L;

  XdpException(FailureKind kind, String message, Throwable cause) {
    super(message, kind, cause);
  }
}
