package io.fastvif.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names that libvirt gives to devices of its own. Where a domain that is started or defined has
 * one of them as {@code <target dev>}, libvirt takes it for its own of an earlier start, drops it
 * (virDomainNetDefParseXML) and makes a device of another name. Not so where the target has {@code
 * managed='no'}.
 */
public final class TargetNames {
  /**
   * The prefix {@code vif} is that of libvirt's driver for Xen; QEMU's drops the others only (seen
   * with libvirt 9.0).
   */
  private static final List<String> PREFIXES = List.of("vnet", "vif", "macvtap", "macvlan");

  private static final Pattern TARGET = Pattern.compile("<target\\s([^>]*)>");
  private static final Pattern DEVICE =
      Pattern.compile("\\bdev\\s*=\\s*(?:'([^']*)'|\"([^\"]*)\")");
  private static final Pattern UNMANAGED = Pattern.compile("\\bmanaged\\s*=\\s*['\"]no['\"]");

  private TargetNames() {}

  /** Whether the name begins as those that libvirt makes up. */
  public static boolean isReserved(String name) {
    return PREFIXES.stream().anyMatch(name::startsWith);
  }

  /** Notes on the target names in an element's XML, such as a filled template's. */
  public static List<String> notes(String xml) {
    List<String> notes = new ArrayList<>();
    Matcher target = TARGET.matcher(xml);
    while (target.find()) {
      Matcher device = DEVICE.matcher(target.group(1));
      if (device.find()) {
        String name = device.group(1) == null ? device.group(2) : device.group(1);
        add(notes, name, !UNMANAGED.matcher(target.group(1)).find());
      }
    }
    return notes;
  }

  /**
   * Adds what is to be said of a target.
   *
   * @param name null for none
   * @param managed whether libvirt makes the device
   */
  static void add(List<String> notes, String name, boolean managed) {
    if (name == null || !isReserved(name)) {
      return;
    }
    String reserved =
        name + " begins as the names that libvirt makes up (vnet, vif, macvtap, macvlan)";
    notes.add(
        managed
            ? reserved + ": it drops such a name and makes a device of another"
            : reserved + ": it keeps this one, and may want the same for a device of its own");
  }
}
