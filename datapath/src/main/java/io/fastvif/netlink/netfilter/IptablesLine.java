package io.fastvif.netlink.netfilter;

import static io.fastvif.bindings.linux.linux_h.*;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A rule of IPv4 as {@code iptables-save -c} writes it: {@code [12:3456] -A FORWARD -i eth0 -j
 * DROP}. Of a match of x_tables the name is said and not its options, except for {@code comment}.
 *
 * @param text the line
 * @param isWhole whether it says all of the rule
 */
public record IptablesLine(String text, boolean isWhole) {
  private static final int SOURCE_OFFSET = 12;
  private static final int DESTINATION_OFFSET = 16;
  private static final int ADDRESS_LENGTH = 4;

  /** Says a rule. */
  public static IptablesLine of(NftRule rule) {
    return new Writer().write(rule);
  }

  /**
   * The name that a rule compares a link's with, as iptables has it: with a {@code +} at its end if
   * it is the beginning of a name.
   */
  public static String linkName(NftExpression.Compare compare) {
    int compared = compare.value().length();
    String name = NftComment.text(compare.value().toArray());
    boolean isPrefix = name.getBytes(StandardCharsets.UTF_8).length == compared;
    return isPrefix && compared < IFNAMSIZ ? name + "+" : name;
  }

  /** A verdict as iptables says it behind {@code -j}. */
  public static String target(NftExpression.Verdict verdict) {
    return switch (verdict.code()) {
      case NF_ACCEPT -> "ACCEPT";
      case NF_DROP -> "DROP";
      case NFT_RETURN -> "RETURN";
      default -> verdict.chain();
    };
  }

  /** Collects the parts of a line, whose order is not the expressions'. */
  private static final class Writer {
    private final StringBuilder links = new StringBuilder();
    private final StringBuilder matches = new StringBuilder();
    private String counters = "[0:0]";
    private String source = "";
    private String destination = "";
    private String protocol = "";
    private String target = "";
    private boolean whole = true;

    private NftExpression loaded;
    private byte[] mask;

    IptablesLine write(NftRule rule) {
      boolean commented = false;
      for (NftExpression expression : rule.expressions()) {
        switch (expression) {
          case NftExpression.Meta meta -> load(meta);
          case NftExpression.PacketBytes payload -> load(payload);
          case NftExpression.Mask bits -> mask = bits.mask().toArray();
          case NftExpression.Compare compare -> compare(compare);
          case NftExpression.Counter counter ->
              counters =
                  "["
                      + Long.toUnsignedString(counter.packets())
                      + ":"
                      + Long.toUnsignedString(counter.bytes())
                      + "]";
          case NftExpression.Verdict verdict ->
              target = (verdict.code() == NFT_GOTO ? " -g " : " -j ") + target(verdict);
          case NftExpression.Target extension -> {
            target = " -j " + extension.name();
            whole = false;
          }
          case NftExpression.Match match -> {
            if (match.name().equals("comment")) {
              commented = true;
              matches.append(comment(rule.comment()));
            } else {
              matches.append(" -m ").append(match.name());
              whole = false;
            }
          }
          case NftExpression.Other other -> whole = false;
        }
      }
      if (!commented && !rule.comment().isEmpty()) {
        matches.append(comment(rule.comment()));
      }
      String text =
          counters
              + " -A "
              + rule.chain()
              + source
              + destination
              + links
              + protocol
              + matches
              + target;
      return new IptablesLine(text, whole);
    }

    private void load(NftExpression from) {
      loaded = from;
      mask = null;
    }

    private static String comment(String text) {
      boolean plain =
          text.chars().allMatch(c -> Character.isLetterOrDigit(c) || "-_".indexOf(c) >= 0);
      return " -m comment --comment "
          + (plain && !text.isEmpty()
              ? text
              : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
    }

    private void compare(NftExpression.Compare compare) {
      String not =
          switch (compare.operation()) {
            case NFT_CMP_EQ -> " ";
            case NFT_CMP_NEQ -> " ! ";
            default -> null;
          };
      if (not == null) {
        whole = false;
      } else if (loaded instanceof NftExpression.Meta meta) {
        compareMeta(meta.key(), not, compare);
      } else if (loaded instanceof NftExpression.PacketBytes payload) {
        comparePayload(payload, not, compare.value().toArray());
      } else {
        whole = false;
      }
    }

    private void compareMeta(int key, String not, NftExpression.Compare compare) {
      switch (key) {
        case NFT_META_IIFNAME -> links.append(not).append("-i ").append(linkName(compare));
        case NFT_META_OIFNAME -> links.append(not).append("-o ").append(linkName(compare));
        case NFT_META_L4PROTO -> protocol = not + "-p " + protocol(compare.value().toArray());
        default -> whole = false;
      }
    }

    /** iptables says others by the names that /etc/protocols has. */
    private String protocol(byte[] value) {
      int number = value.length == 0 ? 0 : Byte.toUnsignedInt(value[0]);
      return switch (number) {
        case IPPROTO_ICMP -> "icmp";
        case IPPROTO_TCP -> "tcp";
        case IPPROTO_UDP -> "udp";
        default -> {
          whole = false;
          yield Integer.toString(number);
        }
      };
    }

    private void comparePayload(NftExpression.PacketBytes payload, String not, byte[] value) {
      boolean isAddress =
          payload.base() == NFT_PAYLOAD_NETWORK_HEADER && value.length <= ADDRESS_LENGTH;
      if (isAddress && payload.offset() == SOURCE_OFFSET) {
        source = not + "-s " + network(value);
      } else if (isAddress && payload.offset() == DESTINATION_OFFSET) {
        destination = not + "-d " + network(value);
      } else {
        whole = false;
      }
    }

    /** iptables compares as few bytes as the prefix needs, and masks where it ends in one. */
    private String network(byte[] value) {
      int bits = value.length * Byte.SIZE;
      if (mask != null) {
        bits = 0;
        for (byte part : mask) {
          bits += Integer.bitCount(Byte.toUnsignedInt(part));
        }
      }
      try {
        InetAddress address = InetAddress.getByAddress(Arrays.copyOf(value, ADDRESS_LENGTH));
        return address.getHostAddress() + "/" + bits;
      } catch (UnknownHostException impossible) {
        throw new AssertionError(impossible);
      }
    }
  }
}
