package io.fastvif.netlink.netfilter;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares requests with those of iptables-nft 1.8.9 and nft 1.0.6, as strace showed them. */
class NftRequestCapturedTest {
  /** {@code iptables -A fastvif-FORWARD -i br0 -o eth+ -j DROP}: the rule's expressions. */
  private static final String DROP =
      "24000180090001006d657461000000001400028008000200000000060800010000000001"
          + "2c0001800800010063 6d7000200002800800010000000001080002000000000 0"
          + "0c0003800800010062723000"
          + "24000180090001006d657461000000001400028008000200000000070800010000000001"
          + "2c0001800800010063 6d7000200002800800010000000001080002000000000 0"
          + "0c0003800700010065746800"
          + "2c0001800c000100636f756e746572001c0002800c00010000000000000000000c000200"
          + "0000000000000000"
          + "300001800e000100696d6d6564696174650000001c0002800800010000000000"
          + "100002800c000280080001000000000 0";

  /** The same command's NFTA_RULE_COMPAT. */
  private static final String COMPAT = "08000100000000000800020000000000";

  private final MessageEncoder encoder = new MessageEncoder(MemorySegment.ofArray(new byte[4096]));
  private final NftRequest request = new NftRequest(encoder, NFPROTO_IPV4);

  private MessageDecoder message() {
    MessageDecoder decoder = new MessageDecoder().wrap(encoder.segment(), 0, encoder.length());
    decoder.next();
    return decoder;
  }

  private static String hex(MessageDecoder message, int attribute) {
    AttributeIterator attributes =
        message.attributes(NetfilterHeader.LENGTH, new AttributeIterator());
    return attributes.find(attribute) ? HexFormat.of().formatHex(attributes.getBytes()) : "";
  }

  private void dropRule() {
    request
        .rule("filter", "fastvif-FORWARD", 0, "fastvif:br0")
        .link(NFT_META_IIFNAME, "br0")
        .link(NFT_META_OIFNAME, "eth+")
        .counter()
        .verdict(NF_DROP, "")
        .end();
  }

  @Test
  void aRuleIsWhatIptablesSends() {
    dropRule();
    MessageDecoder rule = message();
    assertEquals(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE, rule.type());
    assertEquals(NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_APPEND, rule.flags());
    assertEquals(AF_INET, rule.getByte(0));
    assertEquals(DROP.replace(" ", ""), hex(rule, NFTA_RULE_EXPRESSIONS));
    assertEquals(COMPAT, hex(rule, NFTA_RULE_COMPAT));
  }

  /** {@code nft add rule ip filter c accept comment "fastvif:br0"}: NFTA_RULE_USERDATA. */
  @Test
  void aCommentIsWhatNftSends() {
    dropRule();
    assertEquals("000c666173747669663a62723000", hex(message(), NFTA_RULE_USERDATA));
    assertEquals("fastvif:br0", NftRule.read(message()).comment());
  }

  @Test
  void aBatchBeginsWithItsGenerationAndItsSubsystem() {
    request.beginBatch(2);
    String sent = HexFormat.of().formatHex((byte[]) encoder.segment().heapBase().orElseThrow());
    // nlmsg_len 28, NFNL_MSG_BATCH_BEGIN, NLM_F_REQUEST, sequence 1, port 0, AF_UNSPEC, res_id 10
    assertEquals(
        "1c000000100001000100000000000000" + "0000000a" + "0800010000000002",
        sent.substring(0, 2 * encoder.length()));
  }

  @Test
  void rulesAreReadAsWritten() {
    dropRule();
    assertEquals(
        new NftRule(
            "fastvif-FORWARD",
            0,
            "fastvif:br0",
            List.of(
                new NftExpression.Meta(NFT_META_IIFNAME),
                new NftExpression.Compare(
                    NFT_CMP_EQ, NftBytes.of((byte) 'b', (byte) 'r', (byte) '0', (byte) 0)),
                new NftExpression.Meta(NFT_META_OIFNAME),
                new NftExpression.Compare(
                    NFT_CMP_EQ, NftBytes.of((byte) 'e', (byte) 't', (byte) 'h')),
                new NftExpression.Counter(0, 0),
                new NftExpression.Verdict(NF_DROP, ""))),
        NftRule.read(message()));
    assertEquals(
        new IptablesLine(
            "[0:0] -A fastvif-FORWARD -i br0 -o eth+ -m comment --comment \"fastvif:br0\" -j DROP",
            true),
        IptablesLine.of(NftRule.read(message())));
  }

  @Test
  void namesAndCommentsThatDoNotFitAreRefused() {
    NftRequest rule = request.rule("filter", "c", 0, "");
    rule.link(NFT_META_IIFNAME, "fifteen-bytes-0");
    assertThrows(
        IllegalArgumentException.class, () -> rule.link(NFT_META_IIFNAME, "sixteen-bytes-00"));
    assertEquals(NftComment.MAX_LENGTH + 3, NftComment.encode("c".repeat(253)).length);
    assertThrows(IllegalArgumentException.class, () -> NftComment.encode("c".repeat(254)));
  }

  @Test
  void damagedUserDataHasNoComment() {
    assertEquals("", NftComment.decode(new byte[] {0}));
    assertEquals("", NftComment.decode(new byte[] {0, 9, 'a', 0}));
    assertEquals("a", NftComment.decode(new byte[] {5, 1, 7, 0, 2, 'a', 0}));
  }
}
