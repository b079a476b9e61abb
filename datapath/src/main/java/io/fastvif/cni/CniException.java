package io.fastvif.cni;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Why a verb fails, as the error object that the runtime gets.
 *
 * @see <a href="https://www.cni.dev/docs/spec/#error">CNI specification, Error</a>
 */
public final class CniException extends FastvifException {
  /** The version of the configuration is none of the plugin's. */
  static final int INCOMPATIBLE_VERSION = 1;

  /** A key of the configuration is not supported. */
  static final int UNSUPPORTED_FIELD = 2;

  /** The container's namespace is not there. */
  static final int UNKNOWN_CONTAINER = 3;

  /** A variable of the environment is missing or wrong. */
  static final int INVALID_ENVIRONMENT = 4;

  /** A file or a socket cannot be read or written. */
  static final int IO_FAILURE = 5;

  /** Something is not the JSON that it must be. */
  static final int DECODING_FAILURE = 6;

  /** The configuration is wrong. */
  static final int INVALID_CONFIGURATION = 7;

  /** The runtime should try again. */
  static final int TRY_AGAIN_LATER = 11;

  /** STATUS: no pod can be added. */
  static final int UNAVAILABLE = 50;

  /** STATUS: no pod can be added, and those that there are may not reach the network. */
  static final int LIMITED_CONNECTIVITY = 51;

  /** The host could not do it; the details are the kernel's words. */
  static final int HOST_REFUSED = 100;

  /** No address could be had, or freed. */
  static final int IPAM_FAILED = 101;

  /** CHECK: the host is not as ADD has made it. */
  static final int DIFFERS = 102;

  private static final long serialVersionUID = 1L;

  private final int code;
  private final String details;

  CniException(int code, String message) {
    this(code, message, "");
  }

  CniException(int code, String message, String details) {
    this(code, message, details, null);
  }

  CniException(int code, String message, String details, Throwable cause) {
    super(message, FailureKind.OTHER, cause);
    this.code = code;
    this.details = details;
  }

  /** A value of the configuration that cannot be taken. */
  static CniException ofKey(String key, Object value, String expected) {
    return new CniException(
        INVALID_CONFIGURATION, key + ": " + CniJson.write(value) + ": expected " + expected);
  }

  /** A key of the configuration that is not supported. */
  static CniException unsupported(String key, Object value) {
    return new CniException(
        UNSUPPORTED_FIELD,
        "the key " + key + " with the value " + CniJson.write(value) + " is not supported");
  }

  /** The specification's code, or one from 100. */
  public int code() {
    return code;
  }

  /** Both what was wrong and the details. */
  String words() {
    return details.isEmpty() ? getMessage() : getMessage() + ": " + details;
  }

  /** The error object. */
  String object(String version) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("cniVersion", version);
    error.put("code", (long) code);
    error.put("msg", getMessage());
    if (!details.isEmpty()) {
      error.put("details", details);
    }
    return CniJson.write(error);
  }
}
