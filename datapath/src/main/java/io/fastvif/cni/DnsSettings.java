package io.fastvif.cni;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The {@code dns} of a configuration or a result: lists of strings, and a domain. */
final class DnsSettings {
  static final String KEY = "dns";

  private static final List<String> LISTS = List.of("nameservers", "search", "options");
  private static final String DOMAIN = "domain";

  private DnsSettings() {}

  /** Reads those of an object that may have them; empty if it has none. */
  static Map<String, Object> of(ConfigObject object) {
    return object.object(KEY).map(DnsSettings::read).orElse(Map.of());
  }

  private static Map<String, Object> read(ConfigObject given) {
    Map<String, Object> dns = new LinkedHashMap<>();
    for (String key : LISTS) {
      List<String> texts = given.texts(key);
      if (!texts.isEmpty()) {
        dns.put(key, texts);
      }
    }
    String domain = given.text(DOMAIN);
    if (!domain.isEmpty()) {
      dns.put(DOMAIN, domain);
    }
    given.requireNoOthers();
    return dns;
  }
}
