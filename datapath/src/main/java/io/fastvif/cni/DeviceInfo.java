package io.fastvif.cni;

import io.fastvif.cni.PodRecords.PodRecord;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The file that tells a pod which device it has, where the runtime wants one.
 *
 * @param file its path; empty for none
 * @see <a href="https://github.com/k8snetworkplumbingwg/device-info-spec">Device Information
 *     Specification</a>
 */
record DeviceInfo(String file) {
  static final String VERSION = "1.1.0";

  private static final String KEY = "CNIDeviceInfoFile";

  /** Reads where it is to be. */
  static DeviceInfo read(ConfigObject runtime) {
    String file = runtime.text(KEY);
    return new DeviceInfo(file.isEmpty() ? "" : absolute(runtime.place(KEY), file));
  }

  /** Checks that a path is absolute, and the shortest that leads there. */
  static String absolute(String key, String text) {
    try {
      if (Path.of(text).isAbsolute() && Path.of(text).normalize().equals(Path.of(text))) {
        return text;
      }
    } catch (InvalidPathException wrong) {
      throw CniException.ofKey(key, text, "an absolute path");
    }
    throw CniException.ofKey(key, text, "an absolute path");
  }

  /** Whether there is to be one. */
  boolean isWanted() {
    return !file.isEmpty();
  }

  /** The text for a device of the type {@code pci}; a virtual function also has a physical one. */
  static String ofPci(PciAddress device, PciAddress physicalFunction) {
    return ofPci(device, physicalFunction, null);
  }

  /** The same for one for which a link stands on the host, by its name; null for none. */
  static String ofPci(PciAddress device, PciAddress physicalFunction, String representor) {
    Map<String, Object> pci = new LinkedHashMap<>();
    pci.put("pci-address", device.toString());
    if (physicalFunction != null) {
      pci.put("pf-pci-address", physicalFunction.toString());
    }
    if (representor != null) {
      pci.put("representor-device", representor);
    }
    return of("pci", pci);
  }

  /** The text for a device of a type. */
  static String of(String type, Map<String, Object> details) {
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("type", type);
    info.put("version", VERSION);
    info.put(type, details);
    return CniJson.write(info);
  }

  /** Plans to write it, and before that to write down that it is there. */
  void write(PlanBuilder plan, AttachmentPlan pod, String text) {
    if (isWanted()) {
      PodRecord record = new PodRecord(pod.id().vifId(), "", "", Map.of(), "", List.of(file));
      AttachmentPlan.add(plan, new WriteRecord(pod.records(), record));
      AttachmentPlan.add(plan, new WritePodFile(Path.of(file), text));
    }
  }

  /** Fails unless it is as it was written. */
  void check(AttachmentCheck check, String text) {
    if (!isWanted()) {
      return;
    }
    try {
      check.require(Files.readString(Path.of(file)).equals(text), file + " says something else");
    } catch (IOException gone) {
      throw check.differs(file + " cannot be read: " + gone.getMessage());
    }
  }
}
