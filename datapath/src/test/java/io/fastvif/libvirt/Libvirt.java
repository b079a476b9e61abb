package io.fastvif.libvirt;

import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** libvirt's test driver, whose domains live as long as the connection. */
final class Libvirt {
  private static final Pattern ALIAS = Pattern.compile("<alias name='([^']*)'/>");

  private Libvirt() {}

  /** Defines the domain in the file, and returns it as libvirt then writes it. */
  static String define(Peer virsh, Path file, String name)
      throws IOException, InterruptedException {
    String commands = "define " + file + "; dumpxml " + name;
    return virsh.run(List.of("-q", "-c", "test:///default", commands));
  }

  /** A line without what XML leaves to the writer in an attribute between apostrophes. */
  static String normal(String line) {
    return line.strip().replace("&quot;", "\"").replace("&gt;", ">");
  }

  /** The lines of each device in a domain, by its alias. */
  static Map<String, List<String>> devicesByAlias(String domain) {
    Map<String, List<String>> devices = new HashMap<>();
    List<String> lines = new ArrayList<>();
    String alias = null;
    for (String line : domain.lines().map(Libvirt::normal).toList()) {
      if (line.startsWith("<interface ") || line.startsWith("<hostdev ")) {
        lines = new ArrayList<>();
        alias = null;
      }
      lines.add(line);
      Matcher matcher = ALIAS.matcher(line);
      if (matcher.matches()) {
        alias = matcher.group(1);
      }
      if (alias != null && (line.equals("</interface>") || line.equals("</hostdev>"))) {
        devices.put(alias, lines);
      }
    }
    return devices;
  }
}
