package io.fastvif.netlink.netfilter;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes requests to nf_tables for one family of protocols. Every method writes a whole message,
 * but for {@link #rule}, which begins one that the methods after it fill and {@link #end} ends.
 */
public final class NftRequest {
  private static final int NLA_F_NESTED = 0x8000;
  private static final int INTERFACE_NAME_SIZE = 16;
  private static final int X_TABLES_ALIGNMENT = 8;

  // Of linux/netfilter/nf_tables.h and linux/netfilter.h, as far as the bindings have them not.
  private static final int NFTA_BITWISE_SREG = 1;
  private static final int NFTA_BITWISE_DREG = 2;
  private static final int NFTA_BITWISE_LEN = 3;
  private static final int NFTA_BITWISE_XOR = 5;
  private static final int NF_INET_POST_ROUTING = 4;
  private static final int NF_IP_PRI_NAT_SRC = 100;
  private static final int NF_BR_PRE_ROUTING = 0;
  private static final int NF_BR_PRI_FILTER_BRIDGED = -200;

  private final MessageEncoder encoder;
  private final int family;
  private int sequence;
  private boolean isEchoed;

  /**
   * Makes a writer.
   *
   * @param encoder where messages go
   * @param family such as NFPROTO_IPV4
   */
  public NftRequest(MessageEncoder encoder, int family) {
    this.encoder = encoder;
    this.family = family;
  }

  /** The sequence number of the message begun last. */
  public int sequence() {
    return sequence;
  }

  /**
   * Begins a batch.
   *
   * @param generation the ruleset's generation that the batch is meant for: the kernel refuses it
   *     with ERESTART when that is past
   */
  public void beginBatch(int generation) {
    sequence =
        NetfilterHeader.begin(
            encoder, NFNL_MSG_BATCH_BEGIN, NLM_F_REQUEST, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    encoder.putIntBigEndian(NFNL_BATCH_GENID, generation);
    encoder.end();
  }

  /**
   * Has the kernel tell what it makes by each message from now on, and the generation that comes of
   * the batch: {@link NftExchange.CommitHandler#made} and {@link
   * NftExchange.CommitHandler#committed}. Equivalent to {@code nft --echo --handle}.
   */
  public void echo() {
    isEchoed = true;
  }

  /** Ends a batch; with it the kernel carries all of it out. */
  public void endBatch() {
    sequence =
        NetfilterHeader.begin(
            encoder, NFNL_MSG_BATCH_END, NLM_F_REQUEST, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    encoder.end();
  }

  /** Reads the ruleset's generation. */
  public void getGeneration() {
    begin(NFT_MSG_GETGEN, NLM_F_ACK);
    encoder.end();
  }

  /** Reads a table. Equivalent to {@code nft list table ip NAME}, without what is in it. */
  public void getTable(String name) {
    begin(NFT_MSG_GETTABLE, NLM_F_ACK);
    encoder.putString(NFTA_TABLE_NAME, name);
    encoder.end();
  }

  /** Reads a chain. Equivalent to {@code nft list chain ip TABLE NAME}, without its rules. */
  public void getChain(String table, String name) {
    begin(NFT_MSG_GETCHAIN, NLM_F_ACK);
    encoder.putString(NFTA_CHAIN_TABLE, table);
    encoder.putString(NFTA_CHAIN_NAME, name);
    encoder.end();
  }

  /** Reads a chain's rules, in order. */
  public void dumpRules(String table, String chain) {
    begin(NFT_MSG_GETRULE, NLM_F_DUMP);
    encoder.putString(NFTA_RULE_TABLE, table);
    encoder.putString(NFTA_RULE_CHAIN, chain);
    encoder.end();
  }

  /** Makes a table unless there is one. Equivalent to {@code nft add table ip NAME}. */
  public void addTable(String name, String comment) {
    change(NFT_MSG_NEWTABLE, NLM_F_CREATE);
    encoder.putString(NFTA_TABLE_NAME, name);
    encoder.putIntBigEndian(NFTA_TABLE_FLAGS, 0);
    encoder.putBytes(NFTA_TABLE_USERDATA, NftComment.encode(comment));
    encoder.end();
  }

  /** Deletes a table with all that is in it. Equivalent to {@code nft delete table ip NAME}. */
  public void deleteTable(String name) {
    change(NFT_MSG_DELTABLE, 0);
    encoder.putString(NFTA_TABLE_NAME, name);
    encoder.end();
  }

  /** Makes a chain that is jumped to. Equivalent to {@code nft create chain ip TABLE NAME}. */
  public void createChain(String table, String name, String comment) {
    change(NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL);
    encoder.putString(NFTA_CHAIN_TABLE, table);
    encoder.putString(NFTA_CHAIN_NAME, name);
    encoder.putBytes(NFTA_CHAIN_USERDATA, NftComment.encode(comment));
    encoder.end();
  }

  /**
   * Makes the chain that forwarded packets come into. Equivalent to {@code nft create chain ip
   * TABLE NAME '{ type filter hook forward priority filter; policy accept; }'}.
   */
  public void createForwardChain(String table, String name, String comment) {
    change(NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL);
    encoder.putString(NFTA_CHAIN_TABLE, table);
    encoder.putString(NFTA_CHAIN_NAME, name);
    encoder.beginNested(NFTA_CHAIN_HOOK | NLA_F_NESTED);
    encoder.putIntBigEndian(NFTA_HOOK_HOOKNUM, NF_INET_FORWARD);
    encoder.putIntBigEndian(NFTA_HOOK_PRIORITY, NF_IP_PRI_FILTER);
    encoder.endNested();
    encoder.putIntBigEndian(NFTA_CHAIN_POLICY, NF_ACCEPT);
    encoder.putString(NFTA_CHAIN_TYPE, "filter");
    encoder.putBytes(NFTA_CHAIN_USERDATA, NftComment.encode(comment));
    encoder.end();
  }

  /**
   * Creates a base chain that translates sources, unless there is one of that name. Equivalent to
   * {@code nft add chain TABLE NAME '{ type nat hook postrouting priority srcnat; }'}.
   */
  public void addSourceNatChain(String table, String name, String comment) {
    addBaseChain(table, name, comment, "nat", NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC);
  }

  /**
   * Creates a base chain that sees each frame which comes into a bridge, unless there is one of
   * that name; of the family NFPROTO_BRIDGE. Equivalent to {@code nft add chain bridge TABLE NAME
   * '{ type filter hook prerouting priority filter; }'}.
   */
  public void addBridgeInputChain(String table, String name, String comment) {
    addBaseChain(table, name, comment, "filter", NF_BR_PRE_ROUTING, NF_BR_PRI_FILTER_BRIDGED);
  }

  private void addBaseChain(
      String table, String name, String comment, String type, int hook, int priority) {
    change(NFT_MSG_NEWCHAIN, NLM_F_CREATE);
    encoder.putString(NFTA_CHAIN_TABLE, table);
    encoder.putString(NFTA_CHAIN_NAME, name);
    encoder.beginNested(NFTA_CHAIN_HOOK | NLA_F_NESTED);
    encoder.putIntBigEndian(NFTA_HOOK_HOOKNUM, hook);
    encoder.putIntBigEndian(NFTA_HOOK_PRIORITY, priority);
    encoder.endNested();
    encoder.putIntBigEndian(NFTA_CHAIN_POLICY, NF_ACCEPT);
    encoder.putString(NFTA_CHAIN_TYPE, type);
    encoder.putBytes(NFTA_CHAIN_USERDATA, NftComment.encode(comment));
    encoder.end();
  }

  /**
   * Deletes a chain that nothing jumps to. Equivalent to {@code nft delete chain ip TABLE NAME}.
   */
  public void deleteChain(String table, String name) {
    change(NFT_MSG_DELCHAIN, 0);
    encoder.putString(NFTA_CHAIN_TABLE, table);
    encoder.putString(NFTA_CHAIN_NAME, name);
    encoder.end();
  }

  /** Deletes a rule. Equivalent to {@code nft delete rule ip TABLE CHAIN handle HANDLE}. */
  public void deleteRule(String table, String chain, long handle) {
    change(NFT_MSG_DELRULE, 0);
    encoder.putString(NFTA_RULE_TABLE, table);
    encoder.putString(NFTA_RULE_CHAIN, chain);
    encoder.putLongBigEndian(NFTA_RULE_HANDLE, handle);
    encoder.end();
  }

  /**
   * Begins a rule; its parts follow. Equivalent to {@code nft add rule ip TABLE CHAIN}, {@code
   * insert rule} or {@code add rule ip TABLE CHAIN position HANDLE}.
   *
   * @param after the handle of the rule that it follows; 0 for the chain's end, negative for its
   *     beginning
   * @param comment its comment, which {@code nft} and {@code iptables -S} show
   */
  public NftRequest rule(String table, String chain, long after, String comment) {
    change(NFT_MSG_NEWRULE, after < 0 ? NLM_F_CREATE : NLM_F_CREATE | NLM_F_APPEND);
    encoder.putString(NFTA_RULE_TABLE, table);
    encoder.putString(NFTA_RULE_CHAIN, chain);
    if (after > 0) {
      encoder.putLongBigEndian(NFTA_RULE_POSITION, after);
    }
    encoder.putBytes(NFTA_RULE_USERDATA, NftComment.encode(comment));
    encoder.beginNested(NFTA_RULE_EXPRESSIONS | NLA_F_NESTED);
    return this;
  }

  /**
   * Adds a match on the name of the link that a packet came in or goes out by. Equivalent to {@code
   * iptables -i NAME} or {@code -o NAME}.
   *
   * @param key NFT_META_IIFNAME or NFT_META_OIFNAME
   * @param name the name; one that ends in {@code +} stands for all that begin so
   * @throws IllegalArgumentException if no link's name is as long
   */
  public NftRequest link(int key, String name) {
    beginExpression("meta");
    encoder.putIntBigEndian(NFTA_META_KEY, key);
    encoder.putIntBigEndian(NFTA_META_DREG, NFT_REG_1);
    endExpression();
    beginExpression("cmp");
    encoder.putIntBigEndian(NFTA_CMP_SREG, NFT_REG_1);
    encoder.putIntBigEndian(NFTA_CMP_OP, NFT_CMP_EQ);
    encoder.beginNested(NFTA_CMP_DATA | NLA_F_NESTED);
    encoder.putBytes(NFTA_DATA_VALUE, comparedName(name));
    encoder.endNested();
    endExpression();
    return this;
  }

  /**
   * Goes on if bytes of the packet are so: {@code ip saddr ADDRESS} and the like.
   *
   * @param base the header, NFT_PAYLOAD_LL_HEADER (0) or NFT_PAYLOAD_NETWORK_HEADER
   * @param offset of the first byte in it
   * @param mask which bits count; null for all
   * @param isEqual false to go on if they are not so
   */
  public NftRequest packetBytes(int base, int offset, byte[] value, byte[] mask, boolean isEqual) {
    beginExpression("payload");
    encoder.putIntBigEndian(NFTA_PAYLOAD_DREG, NFT_REG_1);
    encoder.putIntBigEndian(NFTA_PAYLOAD_BASE, base);
    encoder.putIntBigEndian(NFTA_PAYLOAD_OFFSET, offset);
    encoder.putIntBigEndian(NFTA_PAYLOAD_LEN, value.length);
    endExpression();
    if (mask != null) {
      beginExpression("bitwise");
      encoder.putIntBigEndian(NFTA_BITWISE_SREG, NFT_REG_1);
      encoder.putIntBigEndian(NFTA_BITWISE_DREG, NFT_REG_1);
      encoder.putIntBigEndian(NFTA_BITWISE_LEN, value.length);
      data(NFTA_BITWISE_MASK, mask);
      data(NFTA_BITWISE_XOR, new byte[value.length]);
      endExpression();
    }
    beginExpression("cmp");
    encoder.putIntBigEndian(NFTA_CMP_SREG, NFT_REG_1);
    encoder.putIntBigEndian(NFTA_CMP_OP, isEqual ? NFT_CMP_EQ : NFT_CMP_NEQ);
    data(NFTA_CMP_DATA, value);
    endExpression();
    return this;
  }

  private void data(int type, byte[] value) {
    encoder.beginNested(type | NLA_F_NESTED);
    encoder.putBytes(NFTA_DATA_VALUE, value);
    encoder.endNested();
  }

  /** Gives the packet the source address of the link that it leaves by: {@code masquerade}. */
  public NftRequest masquerade() {
    beginExpression("masq");
    endExpression();
    return this;
  }

  /** The bytes that a link's name is compared with: with the zero at its end, if all of it is. */
  private static byte[] comparedName(String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    boolean wildcard = name.endsWith("+");
    int length = wildcard ? text.length - 1 : text.length + 1;
    if (length > INTERFACE_NAME_SIZE) {
      throw new IllegalArgumentException(name + " is no name of a link: at most 15 bytes");
    }
    return Arrays.copyOf(text, length);
  }

  /** Adds a counter. */
  public NftRequest counter() {
    beginExpression("counter");
    encoder.putLongBigEndian(NFTA_COUNTER_BYTES, 0);
    encoder.putLongBigEndian(NFTA_COUNTER_PACKETS, 0);
    endExpression();
    return this;
  }

  /**
   * Adds a verdict.
   *
   * @param code NF_ACCEPT, NF_DROP, NFT_JUMP or NFT_RETURN
   * @param chain where a jump goes; empty otherwise
   */
  public NftRequest verdict(int code, String chain) {
    beginExpression("immediate");
    encoder.putIntBigEndian(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
    encoder.beginNested(NFTA_IMMEDIATE_DATA | NLA_F_NESTED);
    encoder.beginNested(NFTA_DATA_VERDICT | NLA_F_NESTED);
    encoder.putIntBigEndian(NFTA_VERDICT_CODE, code);
    if (!chain.isEmpty()) {
      encoder.putString(NFTA_VERDICT_CHAIN, chain);
    }
    encoder.endNested();
    encoder.endNested();
    endExpression();
    return this;
  }

  /**
   * Adds a target of x_tables.
   *
   * @param info its own structure
   */
  public NftRequest target(String name, int revision, byte[] info) {
    beginExpression("target");
    encoder.putString(NFTA_TARGET_NAME, name);
    encoder.putIntBigEndian(NFTA_TARGET_REV, revision);
    int aligned = (info.length + X_TABLES_ALIGNMENT - 1) & -X_TABLES_ALIGNMENT;
    encoder.putBytes(NFTA_TARGET_INFO, Arrays.copyOf(info, aligned));
    endExpression();
    return this;
  }

  /** Ends a rule, as one of iptables' that is for every protocol. */
  public void end() {
    encoder.endNested();
    encoder.beginNested(NFTA_RULE_COMPAT | NLA_F_NESTED);
    encoder.putIntBigEndian(NFTA_RULE_COMPAT_PROTO, 0);
    encoder.putIntBigEndian(NFTA_RULE_COMPAT_FLAGS, 0);
    encoder.endNested();
    encoder.end();
  }

  private void beginExpression(String name) {
    encoder.beginNested(NFTA_LIST_ELEM | NLA_F_NESTED);
    encoder.putString(NFTA_EXPR_NAME, name);
    encoder.beginNested(NFTA_EXPR_DATA | NLA_F_NESTED);
  }

  private void endExpression() {
    encoder.endNested();
    encoder.endNested();
  }

  private void change(int message, int flags) {
    begin(message, NLM_F_ACK | flags | (isEchoed ? NLM_F_ECHO : 0));
  }

  private void begin(int message, int flags) {
    sequence =
        NetfilterHeader.begin(
            encoder, NetfilterHeader.type(message), NLM_F_REQUEST | flags, family, 0);
  }
}
