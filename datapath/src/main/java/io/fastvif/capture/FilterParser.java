package io.fastvif.capture;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.IpAddress;
import io.fastvif.vif.MacAddress;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads filters, word by word. */
final class FilterParser {
  private static final String FIELD = "filter";
  private static final String PRIMITIVES =
      "arp, rarp, ip, ip6, tcp, udp, sctp, icmp, icmp6, vlan, host, net, port, src, dst, ether, not"
          + " or a parenthesis";
  private static final int MAX_DEPTH = 64;

  /** Tags that a filter may name behind one another; what they are before is looked at still. */
  private static final int MAX_TAGS = 4;

  private static final int MAX_VLAN = 4095;
  private static final int MAX_PORT = 65535;
  private static final int ICMP = 1;
  private static final int ICMP6 = 58;
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  private static final Map<String, Integer> TYPES =
      Map.of(
          "ip", FrameTests.IPV4,
          "ip6", FrameTests.IPV6,
          "arp", FrameTests.ARP,
          "rarp", FrameTests.RARP);

  private static final Map<String, Integer> TRANSPORTS =
      Map.of("tcp", FrameTests.TCP, "udp", FrameTests.UDP, "sctp", FrameTests.SCTP);

  private final List<String> words = new ArrayList<>();
  private int next;
  private int tags;
  private int depth;

  FilterParser(String text) {
    if (text.length() > FrameFilter.MAX_TEXT) {
      throw InvalidInputException.of(
          FIELD,
          "has " + text.length() + " characters",
          "at most " + FrameFilter.MAX_TEXT + " characters");
    }
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isWhitespace(c) || c == '(' || c == ')' || c == '!') {
        end(word);
        if (!Character.isWhitespace(c)) {
          words.add(String.valueOf(c));
        }
      } else {
        word.append(c);
      }
    }
    end(word);
  }

  private void end(StringBuilder word) {
    if (!word.isEmpty()) {
      words.add(word.toString());
      word.setLength(0);
    }
  }

  FrameTest parse() {
    FrameTest all = alternatives();
    if (next < words.size()) {
      throw wrong(words.get(next), "stands where the filter could end", "and, or, or nothing");
    }
    return all;
  }

  private String peek() {
    return next < words.size() ? words.get(next) : "";
  }

  private boolean takes(String... spellings) {
    for (String spelling : spellings) {
      if (peek().equals(spelling)) {
        next++;
        return true;
      }
    }
    return false;
  }

  private String take(String expected) {
    if (next == words.size()) {
      throw InvalidInputException.of(FIELD, "ends too soon", expected);
    }
    return words.get(next++);
  }

  private static InvalidInputException wrong(String word, String problem, String expected) {
    return InvalidInputException.ofValue(FIELD, word, problem, expected);
  }

  private FrameTest alternatives() {
    FrameTest left = part();
    while (true) {
      if (takes("and", "&&")) {
        left = FrameTests.and(left, part());
      } else if (takes("or", "||")) {
        left = FrameTests.or(left, part());
      } else {
        return left;
      }
    }
  }

  private FrameTest part() {
    if (++depth > MAX_DEPTH) {
      throw InvalidInputException.of(FIELD, "is too deep", "at most 64 not and parentheses nested");
    }
    FrameTest part;
    if (takes("not", "!")) {
      part = FrameTests.not(part());
    } else if (takes("(")) {
      part = alternatives();
      String end = take("a closing parenthesis");
      if (!end.equals(")")) {
        throw wrong(end, "stands where a parenthesis could close", "and, or, or )");
      }
    } else {
      part = primitive();
    }
    depth--;
    return part;
  }

  private FrameTest primitive() {
    String first = take(PRIMITIVES);
    if (first.equals("vlan")) {
      return vlan();
    }
    boolean isProtocol =
        first.equals("ether") || TYPES.containsKey(first) || TRANSPORTS.containsKey(first);
    String protocol = isProtocol ? first : "";
    String word = isProtocol ? peek() : first;
    FrameTests.Side side =
        switch (word) {
          case "src" -> FrameTests.Side.SOURCE;
          case "dst" -> FrameTests.Side.DESTINATION;
          default -> FrameTests.Side.EITHER;
        };
    if (side != FrameTests.Side.EITHER) {
      if (isProtocol) {
        next++;
      }
      String kind = take("host, net or port behind " + word);
      if (!List.of("host", "net", "port").contains(kind)) {
        throw wrong(kind, "is no kind of address", "host, net or port behind " + word);
      }
      return qualified(protocol, side, kind);
    }
    if (List.of("host", "net", "port").contains(word)) {
      if (isProtocol) {
        next++;
      }
      return qualified(protocol, side, word);
    }
    return plain(first);
  }

  private FrameTest plain(String protocol) {
    Integer type = TYPES.get(protocol);
    if (type != null) {
      return FrameTests.type(tags, type);
    }
    Integer transport = TRANSPORTS.get(protocol);
    if (transport != null) {
      return FrameTests.or(
          FrameTests.ipv4Protocol(tags, transport), FrameTests.ipv6Protocol(tags, transport));
    }
    return switch (protocol) {
      case "icmp" -> FrameTests.ipv4Protocol(tags, ICMP);
      case "icmp6" -> FrameTests.ipv6Protocol(tags, ICMP6);
      case "ether" ->
          throw wrong(next < words.size() ? peek() : "ether", "is not known", "ether host ADDRESS");
      default -> throw wrong(protocol, "is not known", PRIMITIVES);
    };
  }

  private FrameTest vlan() {
    if (tags == MAX_TAGS) {
      throw wrong("vlan", "stands there too often", "at most " + MAX_TAGS + " times");
    }
    int outer = tags++;
    if (!peek().isEmpty() && Character.isDigit(peek().charAt(0))) {
      return FrameTests.vlan(outer, number(take(""), "VLAN", MAX_VLAN));
    }
    return FrameTests.vlan(outer);
  }

  private static int number(String word, String what, int max) {
    try {
      int number = Integer.parseInt(word);
      if (number >= 0 && number <= max) {
        return number;
      }
    } catch (NumberFormatException none) {
      // said below
    }
    throw wrong(word, "is no " + what, "a whole number from 0 to " + max);
  }

  private FrameTest qualified(String protocol, FrameTests.Side side, String kind) {
    return switch (kind) {
      case "host" ->
          protocol.equals("ether")
              ? FrameTests.mac(mac(take("a MAC address")), side)
              : network(protocol, side, take("an IP address"), "host");
      case "net" -> network(protocol, side, take("an IP network"), "net");
      default -> port(protocol, side, take("the number of a port"));
    };
  }

  private FrameTest port(String protocol, FrameTests.Side side, String word) {
    if (!protocol.isEmpty() && !TRANSPORTS.containsKey(protocol)) {
      throw wrong(protocol, "has no ports", "tcp, udp, sctp or nothing before port");
    }
    int[] protocols =
        protocol.isEmpty()
            ? new int[] {FrameTests.TCP, FrameTests.UDP, FrameTests.SCTP}
            : new int[] {TRANSPORTS.get(protocol)};
    return FrameTests.port(tags, protocols, number(word, "port", MAX_PORT), side);
  }

  private static byte[] mac(String word) {
    try {
      ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
      bytes.putLong(MacAddress.parse(word).value());
      byte[] mac = new byte[6];
      bytes.position(2).get(mac);
      return mac;
    } catch (InvalidInputException none) {
      throw wrong(word, "is no MAC address", "six hexadecimal pairs behind ether host");
    }
  }

  /** Of addresses; a host is a network of one. */
  private FrameTest network(String protocol, FrameTests.Side side, String word, String kind) {
    if (!protocol.isEmpty() && !TYPES.containsKey(protocol)) {
      throw wrong(protocol, "has no " + kind, "ip, ip6, arp, rarp or nothing before " + kind);
    }
    int slash = kind.equals("net") ? word.indexOf('/') : -1;
    byte[] address = address(slash < 0 ? word : word.substring(0, slash), word, kind);
    int all = Byte.SIZE * address.length;
    int bits = slash < 0 ? all : bits(word, slash, all);
    for (int i = bits; i < all; i++) {
      if ((address[i / Byte.SIZE] & 0x80 >> i % Byte.SIZE) != 0) {
        throw wrong(
            word, "has bits behind its length", "an address whose bits behind " + bits + " are 0");
      }
    }
    boolean isV6 = address.length == IPV6_BYTES;
    if (!protocol.isEmpty()) {
      int type = TYPES.get(protocol);
      if (isV6 != (type == FrameTests.IPV6)) {
        throw wrong(
            word,
            "is of the other version",
            "an IPv" + (isV6 ? 4 : 6) + " address behind " + protocol);
      }
      return FrameTests.network(tags, type, address, bits, side);
    }
    if (isV6) {
      return FrameTests.network(tags, FrameTests.IPV6, address, bits, side);
    }
    return FrameTests.or(
        FrameTests.or(
            FrameTests.network(tags, FrameTests.IPV4, address, bits, side),
            FrameTests.network(tags, FrameTests.ARP, address, bits, side)),
        FrameTests.network(tags, FrameTests.RARP, address, bits, side));
  }

  private static int bits(String word, int slash, int all) {
    try {
      int bits = Integer.parseInt(word.substring(slash + 1));
      if (bits >= 0 && bits <= all) {
        return bits;
      }
    } catch (NumberFormatException none) {
      // said below
    }
    throw wrong(word, "has no length of a prefix", "0 to " + all + " behind the slash");
  }

  private static byte[] address(String text, String word, String kind) {
    try {
      byte[] bytes = InetAddress.ofLiteral(new IpAddress(text).text()).getAddress();
      if (bytes.length == IPV4_BYTES && text.contains(":")) {
        // One of IPv6 that has an IPv4 address in it, which Java takes for that.
        return ByteBuffer.allocate(IPV6_BYTES).putShort(10, (short) -1).put(12, bytes).array();
      }
      return bytes;
    } catch (IllegalArgumentException none) {
      throw wrong(
          word,
          "is no " + (kind.equals("net") ? "network" : "address"),
          kind.equals("net")
              ? "an IPv4 or IPv6 address, with a slash and a length or without"
              : "an IPv4 or IPv6 address; names are not looked up");
    }
  }
}
