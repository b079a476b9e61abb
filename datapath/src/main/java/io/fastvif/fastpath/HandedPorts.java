package io.fastvif.fastpath;

import io.fastvif.forward.bridge.AntiSpoofing;
import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.forward.bridge.VlanSet;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.vif.IpNetwork;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import io.fastvif.vif.VhostUserMode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** How a port's description is handed over: format version 2. */
final class HandedPorts {
  /** The version that is written, and the newest that is read. */
  static final int VERSION = 2;

  /** The oldest version that is read and can be written. */
  static final int OLDEST = 2;

  /** More ports than a process has descriptors for. */
  static final int MAX_PORTS = 1 << 18;

  /** More addresses than a port has. */
  private static final int MAX_ADDRESSES = 1 << 16;

  private HandedPorts() {}

  static void write(HandOverWriter writer, ServedPort port) {
    writer
        .text(port.vifId())
        .text(port.name())
        .text(port.path())
        .text(port.mode().toString())
        .number(port.access().owner().orElse(-1))
        .number(port.access().group().orElse(-1))
        .number(port.access().permissions())
        .number(port.mtu())
        .number(port.queuePairs())
        .text(port.tap())
        .flag(port.wholeFrames())
        .text(port.uplink());
    limit(writer, port.rates().toGuest());
    limit(writer, port.rates().fromGuest());
    settings(writer, port.switchPort());
  }

  static ServedPort read(HandOverReader reader) {
    try {
      return new ServedPort(
          reader.text(),
          reader.text(),
          reader.text(),
          VhostUserMode.parse(reader.text()),
          new SocketAccess(id(reader), id(reader), reader.number()),
          reader.number(),
          reader.number(),
          reader.text(),
          reader.flag(),
          reader.text(),
          new PortRates(limit(reader), limit(reader)),
          settings(reader));
    } catch (IllegalArgumentException wrong) {
      throw new HandOverException("a port that is not known here", wrong);
    }
  }

  private static void settings(HandOverWriter writer, SwitchPortSettings settings) {
    writer.text(settings.guard().name()).flag(settings.address() != null);
    if (settings.address() != null) {
      writer.text(settings.address().toString());
    }
    writer.number(settings.ips().size());
    settings.ips().forEach(each -> writer.text(each.toString()));
    writer
        .number(settings.vlan())
        .text(settings.trunk().toString())
        .flag(settings.isolated())
        .number(settings.macLimit())
        .number(settings.ageingSeconds())
        .number(settings.broadcastLimit())
        .number(settings.unknownLimit());
  }

  private static SwitchPortSettings settings(HandOverReader reader) {
    AntiSpoofing guard = AntiSpoofing.valueOf(reader.text());
    MacAddress address = reader.flag() ? MacAddress.parse(reader.text()) : null;
    List<IpNetwork> ips = new ArrayList<>();
    for (int left = reader.count(MAX_ADDRESSES); left > 0; left--) {
      ips.add(new IpNetwork(reader.text()));
    }
    return new SwitchPortSettings(
        guard,
        address,
        ips,
        reader.number(),
        VlanSet.read(reader.text()).orElseThrow(() -> new HandOverException("no set of VLANs")),
        reader.flag(),
        reader.number(),
        reader.number(),
        reader.number(),
        reader.number());
  }

  private static OptionalInt id(HandOverReader reader) {
    int value = reader.number();
    return value == -1 ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private static void limit(HandOverWriter writer, RateLimit limit) {
    writer.flag(limit != null);
    if (limit != null) {
      writer.number(limit.average()).number(limit.peak()).number(limit.burst());
    }
  }

  private static RateLimit limit(HandOverReader reader) {
    return reader.flag()
        ? new RateLimit(reader.longNumber(), reader.longNumber(), reader.longNumber())
        : null;
  }
}
