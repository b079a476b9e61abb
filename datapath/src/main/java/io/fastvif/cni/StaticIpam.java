package io.fastvif.cni;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code static} without a process: the addresses of the configuration, those of CNI_ARGS beside
 * them; in their place those of {@code args.cni}, and in place of all those of runtimeConfig.
 *
 * @see <a href="https://www.cni.dev/plugins/current/ipam/static/">static</a>
 */
final class StaticIpam implements Ipam {
  static final String TYPE = "static";

  private final CniResult result;

  StaticIpam(NetworkConfiguration configuration) {
    ConfigObject ipam = new ConfigObject("", configuration.json()).object("ipam").orElseThrow();
    List<CniResult.Address> addresses = new ArrayList<>();
    for (ConfigObject object : ipam.objects("addresses")) {
      String gateway = object.text("gateway");
      Cidr cidr = Cidr.parse(object.place("address"), object.text("address"));
      addresses.add(
          new CniResult.Address(
              cidr, gateway.isEmpty() ? null : Cidr.address(object.place("gateway"), gateway), -1));
      object.requireNoOthers();
    }
    RequestedAddresses.ofEnvironment(configuration)
        .forEach(cidr -> addresses.add(new CniResult.Address(cidr, null, -1)));
    String gateways = configuration.argument("GATEWAY");
    for (String text : gateways.isEmpty() ? new String[0] : gateways.split(",", -1)) {
      setGateway(addresses, Cidr.address("CNI_ARGS.GATEWAY", text));
    }
    replace(addresses, RequestedAddresses.ofArguments(configuration));
    replace(addresses, RequestedAddresses.ofRuntime(configuration));
    List<PodRoute> routes = ipam.objects("routes").stream().map(PodRoute::read).toList();
    Map<String, Object> dns = DnsSettings.of(ipam);
    ipam.ignore("type", "name");
    ipam.requireNoOthers();
    result = new CniResult(List.of(), addresses, routes, dns);
  }

  private static void setGateway(List<CniResult.Address> addresses, InetAddress gateway) {
    addresses.replaceAll(
        ip ->
            ip.cidr().address().getClass() == gateway.getClass()
                ? new CniResult.Address(ip.cidr(), gateway, -1)
                : ip);
  }

  private static void replace(List<CniResult.Address> addresses, List<Cidr> by) {
    if (!by.isEmpty()) {
      addresses.clear();
      by.forEach(cidr -> addresses.add(new CniResult.Address(cidr, null, -1)));
    }
  }

  @Override
  public CniResult add(AttachmentId id) {
    return result;
  }

  @Override
  public void delete(AttachmentId id) {
    // nothing is kept
  }

  @Override
  public void check(AttachmentId id) {
    // nothing is kept
  }

  @Override
  public void collect(Set<AttachmentId> valid) {
    // nothing is kept
  }

  @Override
  public void status() {
    // is always ready
  }
}
