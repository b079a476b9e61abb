package io.fastvif.netlink.netfilter;

/** A part of a rule. What is of no use here is told by its name alone. */
public sealed interface NftExpression {

  /**
   * Loads something of the packet's way into a register.
   *
   * @param key one of NFT_META
   */
  record Meta(int key) implements NftExpression {}

  /**
   * Loads bytes of the packet into a register.
   *
   * @param base the header they are counted from, one of NFT_PAYLOAD
   * @param offset their first
   * @param length how many
   */
  record PacketBytes(int base, int offset, int length) implements NftExpression {}

  /** Keeps the register's bits that are set in the mask. */
  record Mask(NftBytes mask) implements NftExpression {}

  /**
   * Compares the register; the rule ends here if it differs.
   *
   * @param operation one of NFT_CMP
   * @param value what is compared with, as many bytes as are compared
   */
  record Compare(int operation, NftBytes value) implements NftExpression {}

  /** Counts. */
  record Counter(long packets, long bytes) implements NftExpression {}

  /**
   * Ends the rule.
   *
   * @param code NF_ACCEPT, NF_DROP, or one of NFT_JUMP, NFT_GOTO, NFT_RETURN
   * @param chain where a jump goes; empty otherwise
   */
  record Verdict(int code, String chain) implements NftExpression {}

  /**
   * A target of x_tables.
   *
   * @param info its own structure, padded to 8 bytes
   */
  record Target(String name, int revision, NftBytes info) implements NftExpression {}

  /**
   * A match of x_tables.
   *
   * @param info its own structure, padded to 8 bytes
   */
  record Match(String name, int revision, NftBytes info) implements NftExpression {}

  /** Any other. */
  record Other(String name) implements NftExpression {}
}
