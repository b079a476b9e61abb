package io.fastvif.fastpath;

import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import io.fastvif.vif.VhostUserMode;
import java.util.OptionalInt;

/** How a port's description is handed over: format version 1. */
final class HandedPorts {
  /** The version that is written, and the newest that is read. */
  static final int VERSION = 1;

  /** The oldest version that is read and can be written. */
  static final int OLDEST = 1;

  /** More ports than a process has descriptors for. */
  static final int MAX_PORTS = 1 << 18;

  private HandedPorts() {}

  static void write(HandOverWriter writer, ServedPort port) {
    if (port.hasUplink() || !port.switchPort().equals(SwitchPortSettings.DEFAULT)) {
      throw new HandOverException(
          "the port "
              + port.name()
              + " has an uplink by AF_XDP, whose memory stays with its process: it is not handed"
              + " over");
    }
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
        .flag(port.wholeFrames());
    limit(writer, port.rates().toGuest());
    limit(writer, port.rates().fromGuest());
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
          "",
          new PortRates(limit(reader), limit(reader)),
          SwitchPortSettings.DEFAULT);
    } catch (InvalidInputException wrong) {
      throw new HandOverException("a port that is not known here", wrong);
    }
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
