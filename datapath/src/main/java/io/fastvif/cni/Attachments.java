package io.fastvif.cni;

import java.util.Map;
import java.util.TreeMap;

/** All ways to attach a pod, by what {@code attachment} says. */
final class Attachments {
  private static final Map<String, Reader> READERS = new TreeMap<>();

  static {
    READERS.put(BridgeAttachment.NAME, BridgeAttachment::read);
    READERS.put(HostDeviceAttachment.NAME, HostDeviceAttachment::read);
    READERS.put(MacvlanAttachment.NAME, MacvlanAttachment::read);
    READERS.put(OvsAttachment.NAME, OvsAttachment::read);
    READERS.put(PtpAttachment.NAME, PtpAttachment::read);
    READERS.put(SriovAttachment.NAME, SriovAttachment::read);
    READERS.put(TapAttachment.NAME, TapAttachment::read);
    READERS.put(VhostUserAttachment.NAME, VhostUserAttachment::read);
  }

  private Attachments() {}

  /** Reads the keys of one way. */
  private interface Reader {
    /**
     * Reads them.
     *
     * @param top the configuration, of which the keys are taken
     * @param network has read all that is no attachment's own
     * @throws CniException if a value is not right
     */
    PodAttachment read(ConfigObject top, NetworkConfiguration network);
  }

  /** Reads the attachment of a configuration. */
  static PodAttachment read(ConfigObject top, NetworkConfiguration network) {
    String name = top.text("attachment");
    Reader reader = READERS.get(name);
    if (reader == null) {
      throw CniException.ofKey("attachment", name, "one of " + READERS.keySet());
    }
    return reader.read(top, network);
  }
}
