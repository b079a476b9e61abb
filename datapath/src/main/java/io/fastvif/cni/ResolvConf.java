package io.fastvif.cni;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A resolv.conf(5) as the {@code dns} of a result. */
final class ResolvConf {
  /** A pipe would be waited for, and a device has no end. */
  private static final int MAX_SIZE = 1 << 16;

  private ResolvConf() {}

  static Map<String, Object> read(Path file) {
    List<String> servers = new ArrayList<>();
    List<String> search = new ArrayList<>();
    List<String> options = new ArrayList<>();
    Map<String, Object> dns = new LinkedHashMap<>();
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > MAX_SIZE) {
        throw new IOException("expected a file of at most " + MAX_SIZE + " bytes");
      }
      for (String line : Files.readAllLines(file)) {
        List<String> words = List.of(line.strip().split("\\s+"));
        List<String> values = words.subList(1, words.size());
        if (values.isEmpty()) {
          continue;
        }
        switch (words.getFirst()) {
          case "nameserver" -> servers.add(values.getFirst());
          case "domain" -> dns.put("domain", values.getFirst());
          case "search" -> search.addAll(values);
          case "options" -> options.addAll(values);
          default -> {
            // a comment, or of no use here
          }
        }
      }
    } catch (IOException unreadable) {
      throw new CniException(
          CniException.IO_FAILURE,
          "ipam.resolvConf: " + file + " cannot be read",
          unreadable.toString(),
          unreadable);
    }
    put(dns, "nameservers", servers);
    put(dns, "search", search);
    put(dns, "options", options);
    return dns;
  }

  private static void put(Map<String, Object> dns, String key, List<String> values) {
    if (!values.isEmpty()) {
      dns.put(key, values);
    }
  }
}
