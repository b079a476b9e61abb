package io.fastvif.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.IpAddress;
import io.fastvif.vif.IpNetwork;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/** The forms of plain values. A UUID field is a string too: os-vif takes any text there. */
final class Codecs {
  static final JsonCodec<String> STRING = new TextCodec<>(text -> text);
  static final JsonCodec<Boolean> BOOLEAN = new BooleanCodec();
  static final JsonCodec<Integer> INTEGER = new IntegerCodec();
  static final JsonCodec<MacAddress> MAC_ADDRESS = new TextCodec<>(MacAddress::parse);
  static final JsonCodec<PciAddress> PCI_ADDRESS = new TextCodec<>(PciAddress::parse);
  static final JsonCodec<IpAddress> IP_ADDRESS = new TextCodec<>(IpAddress::new);
  static final JsonCodec<IpNetwork> IP_NETWORK = new TextCodec<>(IpNetwork::new);
  static final JsonCodec<List<IpAddress>> IP_ADDRESSES = new ListCodec<>(IP_ADDRESS);
  static final JsonCodec<DirectMode> DIRECT_MODE = new TextCodec<>(DirectMode::parse);
  static final JsonCodec<VhostUserMode> VHOST_USER_MODE = new TextCodec<>(VhostUserMode::parse);
  static final JsonCodec<HostDeviceType> HOST_DEVICE_TYPE = new TextCodec<>(HostDeviceType::parse);

  private Codecs() {}

  /** A value spelled as text: {@code parse} and {@code toString} are each other's reverse. */
  private record TextCodec<V>(Function<String, V> parse) implements JsonCodec<V> {
    @Override
    public V read(JsonNode node) {
      if (node instanceof JsonNode.JsonString string) {
        return parse.apply(string.text());
      }
      throw node.isNot("a string");
    }

    @Override
    public void write(JsonGenerator out, V value) throws IOException {
      out.writeString(value.toString());
    }
  }

  private record BooleanCodec() implements JsonCodec<Boolean> {
    @Override
    public Boolean read(JsonNode node) {
      if (node instanceof JsonNode.JsonBoolean bool) {
        return bool.value();
      }
      throw node.isNot("true or false");
    }

    @Override
    public void write(JsonGenerator out, Boolean value) throws IOException {
      out.writeBoolean(value);
    }
  }

  private record IntegerCodec() implements JsonCodec<Integer> {
    /** As many characters as {@link Integer#MIN_VALUE} has. */
    private static final int MAX_CHARACTERS = 11;

    @Override
    public Integer read(JsonNode node) {
      if (!(node instanceof JsonNode.JsonNumber number)) {
        throw node.isNot("an integer");
      }
      String text = number.text();
      boolean plain = text.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
      if (plain && text.length() <= MAX_CHARACTERS) {
        long value = Long.parseLong(text);
        if (value == (int) value) {
          return (int) value;
        }
      }
      throw InvalidInputException.ofValue(
          "", text, "is not an integer of 32 bits", "an integer from -2147483648 to 2147483647");
    }

    @Override
    public void write(JsonGenerator out, Integer value) throws IOException {
      out.writeNumber(value);
    }
  }
}
