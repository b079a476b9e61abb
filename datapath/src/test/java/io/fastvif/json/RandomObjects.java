package io.fastvif.json;

import io.fastvif.vif.DirectMode;
import io.fastvif.vif.Envelope;
import io.fastvif.vif.Field;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.IpAddress;
import io.fastvif.vif.IpNetwork;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.ObjectBuilder;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;
import io.fastvif.vif.VhostUserMode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/** Objects with random fields unset, null and set. */
final class RandomObjects {
  private static final Set<String> DEVICE_NAMES =
      Set.of(
          "vif_name", "bridge_name", "bridge", "bridge_interface", "vlan_name", "representor_name");

  private final Random random;

  /** What fields of these forms are given; lists and objects follow from their parts. */
  private final Map<JsonCodec<?>, Supplier<?>> values;

  RandomObjects(long seed) {
    random = new Random(seed);
    values =
        Map.ofEntries(
            Map.entry(Codecs.STRING, this::text),
            Map.entry(Codecs.BOOLEAN, random::nextBoolean),
            Map.entry(Codecs.INTEGER, random::nextInt),
            Map.entry(Codecs.MAC_ADDRESS, () -> new MacAddress(random.nextLong(1L << 48))),
            Map.entry(
                Codecs.PCI_ADDRESS,
                () ->
                    new PciAddress(
                        random.nextInt(1 << 16),
                        random.nextInt(256),
                        random.nextInt(32),
                        random.nextInt(8))),
            Map.entry(Codecs.IP_ADDRESS, this::ipAddress),
            Map.entry(
                Codecs.IP_NETWORK, () -> new IpNetwork(ipAddress() + "/" + random.nextInt(33))),
            Map.entry(Codecs.DIRECT_MODE, () -> any(DirectMode.values())),
            Map.entry(Codecs.VHOST_USER_MODE, () -> any(VhostUserMode.values())),
            Map.entry(Codecs.HOST_DEVICE_TYPE, () -> any(HostDeviceType.values())));
  }

  /** Any version of the class. */
  Version versionOf(String name) {
    return new Version(1, random.nextInt(ObjectSchemas.of(name).current().minor() + 1));
  }

  VersionedObject object(String name, Version version) {
    return object(ObjectSchemas.of(name), version);
  }

  private <T extends VersionedObject, B extends ObjectBuilder<T>> T object(
      ObjectSchema<T, B> schema, Version version) {
    B builder = schema.newBuilder();
    Set<String> changes = new LinkedHashSet<>();
    for (FieldSchema<T, B, ?> field : schema.fields()) {
      if (field.since().compareTo(version) <= 0 && set(builder, field) && random.nextBoolean()) {
        changes.add(field.name());
      }
    }
    builder.envelope(
        new Envelope(version, random.nextBoolean() ? Field.unset() : Field.of(changes)));
    return builder.build();
  }

  private <T, B, V> boolean set(B builder, FieldSchema<T, B, V> field) {
    int choice = random.nextInt(6);
    if (choice == 0 || (choice == 1 && !field.nullable())) {
      return false;
    }
    field.setter().accept(builder, choice == 1 ? null : value(field.name(), field.codec()));
    return true;
  }

  @SuppressWarnings("unchecked") // the maker of a form's values makes values of its type
  private <V> V value(String name, JsonCodec<V> codec) {
    if (DEVICE_NAMES.contains(name)) {
      return (V) ("dev" + random.nextInt(1_000_000));
    }
    if (codec instanceof ListCodec<?> list) {
      List<Object> elements = new ArrayList<>();
      for (int n = random.nextInt(4); n > 0; n--) {
        elements.add(value(name, list.element()));
      }
      return (V) elements;
    }
    if (codec instanceof ObjectCodec<?> wanted) {
      List<VersionedObject> candidates =
          ObjectSchemas.NAMES.stream()
              .map(ObjectSchemas::of)
              .filter(schema -> wanted.type().isInstance(schema.newBuilder().build()))
              .map(
                  schema ->
                      (VersionedObject)
                          object(
                              schema, new Version(1, random.nextInt(schema.current().minor() + 1))))
              .toList();
      return (V) candidates.get(random.nextInt(candidates.size()));
    }
    return (V) values.get(codec).get();
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(20); n > 0; n--) {
      int c = random.nextInt(10) == 0 ? random.nextInt(0x11_0000) : random.nextInt(0x80);
      text.appendCodePoint(c >= 0xd800 && c < 0xe000 ? '"' : c);
    }
    return text.toString();
  }

  private IpAddress ipAddress() {
    return random.nextBoolean()
        ? new IpAddress(random.nextInt(256) + ".0.0." + random.nextInt(256))
        : new IpAddress("fd00::" + Integer.toHexString(random.nextInt(1 << 16)));
  }

  private <V> V any(V[] choices) {
    return choices[random.nextInt(choices.length)];
  }
}
