package io.fastvif.plan;

import io.fastvif.vif.InvalidInputException;

/** What a VLAN tag begins with: its EtherType, by {@code ip}'s words. */
public enum VlanProtocol {
  /** A customer's tag, {@code 802.1Q}. */
  DOT1Q("802.1Q", 0x8100),
  /** A service tag, outside of customers' own, {@code 802.1ad}. */
  DOT1AD("802.1ad", 0x88a8);

  private final String word;
  private final int etherType;

  VlanProtocol(String word, int etherType) {
    this.word = word;
    this.etherType = etherType;
  }

  /** The EtherType: ETH_P_8021Q or ETH_P_8021AD of linux/if_ether.h. */
  public int etherType() {
    return etherType;
  }

  /** The protocol of that EtherType; 802.1Q for one that is no VLAN's. */
  public static VlanProtocol ofEtherType(int type) {
    return type == DOT1AD.etherType ? DOT1AD : DOT1Q;
  }

  /**
   * Reads the word of {@code ip}, in small letters or capitals.
   *
   * @throws InvalidInputException if it is neither
   */
  public static VlanProtocol parse(String word) {
    for (VlanProtocol protocol : values()) {
      if (protocol.word.equalsIgnoreCase(word)) {
        return protocol;
      }
    }
    throw InvalidInputException.ofValue("", word, "is not known", "802.1Q or 802.1ad");
  }

  @Override
  public String toString() {
    return word;
  }
}
