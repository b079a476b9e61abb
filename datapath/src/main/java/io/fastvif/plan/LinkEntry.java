package io.fastvif.plan;

import java.util.Arrays;
import java.util.Objects;

/**
 * Something that hangs on a link and can be put on another one, with everything that the kernel
 * tells of it: its {@link #body()} is the kernel's own, only without the link. Two are equal if one
 * is the other on another link, whatever is left of their lifetimes.
 */
public final class LinkEntry {
  /** What it is. */
  public enum Kind {
    /** An address. */
    ADDRESS,
    /** A route that leaves by the link, alone or among other links; of any table. */
    ROUTE,
    /** A next hop object, which routes refer to by its number. */
    NEXT_HOP,
    /** A rule that names the link. */
    RULE,
    /** A neighbour that somebody has set, or one that the link answers for. */
    NEIGHBOUR
  }

  /** How it comes to another link without being gone in between. */
  public enum Way {
    /** The host may have it on both links: it is added there first, and taken off here later. */
    BESIDE,
    /**
     * The same, but only when the other link leads where this one does, because from then on the
     * kernel uses both.
     */
    BESIDE_WHEN_JOINED,
    /** It exists once: the kernel puts the new one in the place of the old one, at one instant. */
    IN_PLACE
  }

  private final Kind kind;
  private final Way way;
  private final String text;
  private final byte[] body;
  private final byte[] identity;
  private final boolean automatic;
  private final boolean advertised;
  private final boolean needsIpv6;
  private final boolean checked;
  private final String obstacle;
  private final int labelSuffixBytes;
  private final boolean expiring;
  private final boolean stable;

  private LinkEntry(Builder builder) {
    kind = builder.kind;
    way = builder.way;
    text = Objects.requireNonNull(builder.text);
    body = builder.body;
    identity = builder.identity;
    automatic = builder.automatic;
    advertised = builder.advertised;
    needsIpv6 = builder.needsIpv6;
    checked = builder.checked;
    obstacle = builder.obstacle;
    labelSuffixBytes = builder.labelSuffixBytes;
    expiring = builder.expiring;
    stable = builder.stable;
  }

  /**
   * Begins to describe one.
   *
   * @param text what it is, in the words of {@code ip}
   * @param body the kernel's message about it without the link
   * @param identity the same without what changes with time
   */
  public static Builder builder(Kind kind, String text, byte[] body, byte[] identity) {
    return new Builder(kind, text, body.clone(), identity.clone());
  }

  /** What it is. */
  public Kind kind() {
    return kind;
  }

  /** How it comes to another link. */
  public Way way() {
    return way;
  }

  /** The kernel's message about it without the link: its fixed header and its attributes. */
  public byte[] body() {
    return body.clone();
  }

  /** Whether the kernel gave it to the link by itself: an IPv6 link-local address. */
  public boolean isAutomatic() {
    return automatic;
  }

  /** Whether the kernel made it of what a router advertised. */
  public boolean isAdvertised() {
    return advertised;
  }

  /** Whether it can only be on a link that has IPv6. */
  public boolean needsIpv6() {
    return needsIpv6;
  }

  /** Whether the kernel looks for duplicates before it uses it, unless told not to. */
  public boolean isChecked() {
    return checked;
  }

  /** Why it cannot be put on another link; null if it can. */
  public String obstacle() {
    return obstacle;
  }

  /** How long an address's label is behind its link's name, which another's takes the place of. */
  public int labelSuffixBytes() {
    return labelSuffixBytes;
  }

  /**
   * Whether it is an address that the kernel has made of a secret and says so: nobody else can give
   * an address that flag, so that it is not the same once it is taken off and added again.
   */
  public boolean isStable() {
    return stable;
  }

  /** Whether it is a route that the kernel drops after a time. */
  public boolean isExpiring() {
    return expiring;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LinkEntry entry
        && kind == entry.kind
        && Arrays.equals(identity, entry.identity);
  }

  @Override
  public int hashCode() {
    return 31 * kind.hashCode() + Arrays.hashCode(identity);
  }

  @Override
  public String toString() {
    return text;
  }

  /** Describes an entry. */
  public static final class Builder {
    private final Kind kind;
    private final String text;
    private final byte[] body;
    private final byte[] identity;
    private Way way = Way.BESIDE;
    private boolean automatic;
    private boolean advertised;
    private boolean needsIpv6;
    private boolean checked;
    private String obstacle;
    private int labelSuffixBytes;
    private boolean expiring;
    private boolean stable;

    private Builder(Kind kind, String text, byte[] body, byte[] identity) {
      this.kind = kind;
      this.text = text;
      this.body = body;
      this.identity = identity;
    }

    /** How it comes to another link; {@link Way#BESIDE} by default. */
    public Builder way(Way value) {
      way = value;
      return this;
    }

    /** Whether the kernel gave it to the link by itself. */
    public Builder automatic(boolean value) {
      automatic = value;
      return this;
    }

    /** Whether the kernel made it of what a router advertised. */
    public Builder advertised(boolean value) {
      advertised = value;
      return this;
    }

    /** Whether it can only be on a link that has IPv6. */
    public Builder needsIpv6(boolean value) {
      needsIpv6 = value;
      return this;
    }

    /** Whether the kernel looks for duplicates before it uses it, unless told not to. */
    public Builder checked(boolean value) {
      checked = value;
      return this;
    }

    /** Why it cannot be put on another link. */
    public Builder obstacle(String value) {
      obstacle = value;
      return this;
    }

    /** How long an address's label is behind its link's name. */
    public Builder labelSuffixBytes(int value) {
      labelSuffixBytes = value;
      return this;
    }

    /** Whether it is a route that the kernel drops after a time. */
    public Builder expiring(boolean value) {
      expiring = value;
      return this;
    }

    /** Whether it is an address that the kernel has made of a secret. */
    public Builder stable(boolean value) {
      stable = value;
      return this;
    }

    /** The entry. */
    public LinkEntry build() {
      return new LinkEntry(this);
    }
  }
}
