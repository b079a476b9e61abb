package io.fastvif.netlink.netfilter;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.MessageDecoder;
import java.util.ArrayList;
import java.util.List;

/**
 * A rule.
 *
 * @param chain its chain's name
 * @param handle its number in its table, for as long as it is there
 * @param comment what its user data or its first x_tables match {@code comment} says: iptables
 *     reads the one and writes the other; empty for none
 * @param expressions its parts, in order
 */
public record NftRule(String chain, long handle, String comment, List<NftExpression> expressions) {
  private static final String COMMENT_MATCH = "comment";

  /** Copies the list. */
  public NftRule {
    expressions = List.copyOf(expressions);
  }

  /**
   * Reads a rule.
   *
   * @throws io.fastvif.netlink.MalformedMessageException if it is not well-formed
   */
  public static NftRule read(MessageDecoder message) {
    AttributeIterator attributes =
        message.attributes(NetfilterHeader.LENGTH, new AttributeIterator());
    String chain = "";
    long handle = 0;
    String comment = "";
    List<NftExpression> expressions = List.of();
    while (attributes.next()) {
      switch (attributes.type()) {
        case NFTA_RULE_CHAIN -> chain = attributes.getString();
        case NFTA_RULE_HANDLE -> handle = attributes.getLongBigEndian();
        case NFTA_RULE_USERDATA -> comment = NftComment.decode(attributes.getBytes());
        case NFTA_RULE_EXPRESSIONS ->
            expressions = expressions(attributes.nested(new AttributeIterator()));
        default -> {
          // of no use here
        }
      }
    }
    for (NftExpression expression : expressions) {
      if (comment.isEmpty()
          && expression instanceof NftExpression.Match match
          && match.name().equals(COMMENT_MATCH)) {
        comment = NftComment.text(match.info().toArray());
      }
    }
    return new NftRule(chain, handle, comment, expressions);
  }

  private static List<NftExpression> expressions(AttributeIterator list) {
    List<NftExpression> expressions = new ArrayList<>();
    AttributeIterator parts = new AttributeIterator();
    AttributeIterator data = new AttributeIterator();
    while (list.next()) {
      list.nested(parts);
      if (parts.find(NFTA_EXPR_NAME)) {
        String name = parts.getString();
        data = parts.find(NFTA_EXPR_DATA) ? parts.nested(data) : new AttributeIterator();
        expressions.add(expression(name, data));
      }
    }
    return expressions;
  }

  private static NftExpression expression(String name, AttributeIterator data) {
    return switch (name) {
      case "meta" ->
          data.find(NFTA_META_DREG)
              ? new NftExpression.Meta(number(data, NFTA_META_KEY))
              : new NftExpression.Other(name);
      case "payload" ->
          data.find(NFTA_PAYLOAD_DREG)
              ? new NftExpression.PacketBytes(
                  number(data, NFTA_PAYLOAD_BASE),
                  number(data, NFTA_PAYLOAD_OFFSET),
                  number(data, NFTA_PAYLOAD_LEN))
              : new NftExpression.Other(name);
      case "bitwise" ->
          data.find(NFTA_BITWISE_MASK)
              ? new NftExpression.Mask(value(data))
              : new NftExpression.Other(name);
      case "cmp" -> {
        int operation = number(data, NFTA_CMP_OP);
        yield data.find(NFTA_CMP_DATA)
            ? new NftExpression.Compare(operation, value(data))
            : new NftExpression.Other(name);
      }
      case "counter" ->
          new NftExpression.Counter(
              longNumber(data, NFTA_COUNTER_PACKETS), longNumber(data, NFTA_COUNTER_BYTES));
      case "immediate" -> immediate(data);
      case "target" ->
          new NftExpression.Target(
              text(data, NFTA_TARGET_NAME),
              number(data, NFTA_TARGET_REV),
              bytes(data, NFTA_TARGET_INFO));
      case "match" ->
          new NftExpression.Match(
              text(data, NFTA_MATCH_NAME),
              number(data, NFTA_MATCH_REV),
              bytes(data, NFTA_MATCH_INFO));
      default -> new NftExpression.Other(name);
    };
  }

  private static NftExpression immediate(AttributeIterator data) {
    if (data.find(NFTA_IMMEDIATE_DATA)) {
      AttributeIterator held = data.nested(new AttributeIterator());
      if (held.find(NFTA_DATA_VERDICT)) {
        AttributeIterator verdict = held.nested(new AttributeIterator());
        return new NftExpression.Verdict(
            number(verdict, NFTA_VERDICT_CODE), text(verdict, NFTA_VERDICT_CHAIN));
      }
    }
    return new NftExpression.Other("immediate");
  }

  /** The value of the attribute of data that the iterator stands on. */
  private static NftBytes value(AttributeIterator data) {
    return bytes(data.nested(new AttributeIterator()), NFTA_DATA_VALUE);
  }

  private static int number(AttributeIterator data, int type) {
    return data.find(type) ? data.getIntBigEndian() : 0;
  }

  private static long longNumber(AttributeIterator data, int type) {
    return data.find(type) ? data.getLongBigEndian() : 0;
  }

  private static String text(AttributeIterator data, int type) {
    return data.find(type) ? data.getString() : "";
  }

  private static NftBytes bytes(AttributeIterator data, int type) {
    return NftBytes.of(data.find(type) ? data.getBytes() : new byte[0]);
  }
}
