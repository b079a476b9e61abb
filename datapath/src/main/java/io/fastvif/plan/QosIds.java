package io.fastvif.plan;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;

/** The external_ids by which os-vif finds a port's QoS row again. */
public final class QosIds {
  /** os-vif's namespace for them. */
  private static final UUID NAMESPACE = UUID.fromString("68da264a-847f-42a8-8ab0-5e774aee3d95");

  private static final String ID = "id";
  private static final int VERSION_BYTE = 6;
  private static final int VARIANT_BYTE = 8;
  private static final int UUID_BYTES = 16;

  private QosIds() {}

  /** Those of the port's row of that QoS type. */
  public static Map<String, String> of(String port, String qosType) {
    return Map.of(ID, nameUuid(port).toString(), "_type", qosType);
  }

  /** What those of the port's row have in common, whatever its QoS type. */
  public static Map<String, String> of(String port) {
    return Map.of(ID, nameUuid(port).toString());
  }

  /** A UUID of version 5 (RFC 9562 section 5.5), which the JDK does not make. */
  static UUID nameUuid(String name) {
    byte[] hash;
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      sha1.update(
          ByteBuffer.allocate(UUID_BYTES)
              .putLong(NAMESPACE.getMostSignificantBits())
              .putLong(NAMESPACE.getLeastSignificantBits())
              .flip());
      hash = Arrays.copyOf(sha1.digest(name.getBytes(StandardCharsets.UTF_8)), UUID_BYTES);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every Java platform has SHA-1
    }
    hash[VERSION_BYTE] = (byte) ((hash[VERSION_BYTE] & 0x0f) | 0x50);
    hash[VARIANT_BYTE] = (byte) ((hash[VARIANT_BYTE] & 0x3f) | 0x80);
    ByteBuffer bytes = ByteBuffer.wrap(hash);
    return new UUID(bytes.getLong(), bytes.getLong());
  }
}
