package io.fastvif.testing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Open vSwitch's rows as text: what is configured, not what the switch found out by itself. */
final class OvsRowsText {
  private static final List<String> TABLES =
      List.of("Open_vSwitch", "Bridge", "Port", "Interface", "QoS", "Queue", "Mirror");

  private static final Set<String> FOUND_OUT =
      Set.of(
          "_uuid",
          "admin_state",
          "bfd_status",
          "bond_active_slave",
          "cfm_fault",
          "cfm_fault_status",
          "cfm_flap_count",
          "cfm_health",
          "cfm_remote_mpids",
          "cfm_remote_opstate",
          "cur_cfg",
          "datapath_id",
          "datapath_version",
          "duplex",
          "ifindex",
          "lacp_current",
          "link_resets",
          "link_speed",
          "link_state",
          "mac_in_use",
          "mtu",
          "next_cfg",
          "ofport",
          "rstp_statistics",
          "rstp_status",
          "statistics",
          "status");

  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private final OvsHost host;

  OvsRowsText(OvsHost host) {
    this.host = host;
  }

  void read(SortedMap<String, SortedMap<String, String>> objects)
      throws IOException, InterruptedException {
    Peer client = Peer.require("ovsdb-client", "openvswitch-switch");
    List<Map<String, String>> rows = new ArrayList<>();
    List<String> rowTables = new ArrayList<>();
    String text = client.run("--format=csv dump " + host.address() + " Open_vSwitch");
    String table = "";
    List<String> columns = List.of();
    for (List<String> cells : records(text)) {
      if (cells.size() == 1 && cells.getFirst().endsWith(" table")) {
        table = cells.getFirst().replace(" table", "");
        columns = List.of();
      } else if (columns.isEmpty() && cells.size() > 1) {
        columns = cells;
      } else if (TABLES.contains(table) && cells.size() == columns.size()) {
        Map<String, String> row = new HashMap<>();
        for (int i = 0; i < cells.size(); i++) {
          row.put(columns.get(i), cells.get(i));
        }
        rows.add(row);
        rowTables.add(table);
      }
    }
    add(rows, rowTables, objects);
  }

  private static void add(
      List<Map<String, String>> rows,
      List<String> tables,
      SortedMap<String, SortedMap<String, String>> objects) {
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      Map<String, String> row = rows.get(i);
      String name = row.getOrDefault("name", row.getOrDefault("external_ids", ""));
      names.put(row.get("_uuid"), tables.get(i) + " " + name);
    }
    for (Map<String, String> row : rows) {
      SortedMap<String, String> attributes = new TreeMap<>();
      row.forEach(
          (column, value) -> {
            if (!FOUND_OUT.contains(column)) {
              attributes.put(column, named(value, names));
            }
          });
      String key = "ovs " + names.get(row.get("_uuid"));
      String unique = key;
      for (int i = 2; objects.containsKey(unique); i++) {
        unique = key + " (" + i + ")";
      }
      objects.put(unique, attributes);
    }
  }

  /** References are to rows that get another UUID each time. The order in a set means nothing. */
  private static String named(String value, Map<String, String> names) {
    Matcher matcher = UUID.matcher(value);
    boolean isReference = matcher.find() && names.containsKey(matcher.group());
    if (!isReference) {
      return value;
    }
    List<String> targets = new ArrayList<>();
    do {
      targets.add(names.getOrDefault(matcher.group(), matcher.group()));
    } while (matcher.find());
    return targets.stream().sorted().toList().toString();
  }

  /** Comma-separated values, in which a quoted cell may hold anything. */
  private static List<List<String>> records(String text) {
    List<List<String>> records = new ArrayList<>();
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
        cell.append(c);
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && (c == ',' || c == '\n')) {
        cells.add(cell.toString());
        cell.setLength(0);
        if (c == '\n') {
          records.add(cells);
          cells = new ArrayList<>();
        }
      } else {
        cell.append(c);
      }
    }
    return records;
  }
}
