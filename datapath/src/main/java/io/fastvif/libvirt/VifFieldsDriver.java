package io.fastvif.libvirt;

import io.fastvif.vif.Field;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.OpenVSwitchProfile;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfile8021Qbg;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifNestedDpdk;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The driver {@code vif}: a VIF's own fields by os-vif's names, a profile's too, and {@code
 * mac_address}, {@code pci_domain}, {@code pci_bus}, {@code pci_slot}, {@code pci_function}.
 */
public final class VifFieldsDriver implements VifDriver {
  /** For ServiceLoader. */
  public VifFieldsDriver() {}

  @Override
  public String name() {
    return "vif";
  }

  @Override
  public Map<String, String> values(Vif vif, Set<String> wanted) {
    Map<String, String> values = new HashMap<>();
    put(values, "id", vif.id());
    MacAddress address = vif.address().orElse(null);
    if (address != null) {
      values.put("mac_address", address.toString());
    }
    fields(values, vif);
    if (vif.portProfile().hasValue()) {
      profile(values, vif.portProfile().get());
    }
    values.keySet().retainAll(wanted);
    return values;
  }

  private static void fields(Map<String, String> values, Vif vif) {
    switch (vif) {
      case VifGeneric v -> put(values, "vif_name", v.vifName());
      case VifBridge v -> {
        put(values, "vif_name", v.vifName());
        put(values, "bridge_name", v.bridgeName());
      }
      case VifOpenVSwitch v -> {
        put(values, "vif_name", v.vifName());
        put(values, "bridge_name", v.bridgeName());
      }
      case VifVhostUser v -> {
        put(values, "vif_name", v.vifName());
        put(values, "path", v.path());
        put(values, "mode", v.mode());
      }
      case VifHostDevice v -> pci(values, v.devAddress());
      case VifDirect v -> {
        put(values, "vif_name", v.vifName());
        put(values, "vlan_name", v.vlanName());
        put(values, "mode", v.mode());
        pci(values, v.devAddress());
      }
      case VifNestedDpdk v -> put(values, "pci_address", v.pciAddress());
    }
  }

  private static void profile(Map<String, String> values, PortProfile profile) {
    switch (profile) {
      case OpenVSwitchProfile p -> {
        put(values, "interface_id", p.interfaceId());
        put(values, "profile_id", p.profileId());
      }
      case PortProfile8021Qbg p -> {
        put(values, "manager_id", p.managerId());
        put(values, "type_id", p.typeId());
        put(values, "type_id_version", p.typeIdVersion());
        put(values, "instance_id", p.instanceId());
      }
      case PortProfile8021Qbh p -> put(values, "profile_id", p.profileId());
      default -> {} // the other profiles are for plugins
    }
  }

  private static void pci(Map<String, String> values, Field<PciAddress> field) {
    if (!field.hasValue()) {
      return;
    }
    PciAddress address = field.get();
    values.put("dev_address", address.toString());
    values.put("pci_domain", String.format("0x%04x", address.domain()));
    values.put("pci_bus", String.format("0x%02x", address.bus()));
    values.put("pci_slot", String.format("0x%02x", address.device()));
    values.put("pci_function", String.format("0x%x", address.function()));
  }

  private static void put(Map<String, String> values, String name, Field<?> field) {
    if (field.hasValue()) {
      values.put(name, field.get().toString());
    }
  }
}
