package io.fastvif.netlink.netfilter;

import java.util.Arrays;
import java.util.HexFormat;

/** Bytes of an expression, which never change. */
public final class NftBytes {
  private final byte[] bytes;

  private NftBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A copy of these bytes. */
  public static NftBytes of(byte... bytes) {
    return new NftBytes(bytes.clone());
  }

  /** How many there are. */
  public int length() {
    return bytes.length;
  }

  /** A copy. */
  public byte[] toArray() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NftBytes same && Arrays.equals(bytes, same.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
