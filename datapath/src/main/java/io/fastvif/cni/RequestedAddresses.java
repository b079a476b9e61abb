package io.fastvif.cni;

import java.util.ArrayList;
import java.util.List;

/** The addresses that a runtime asks for: by CNI_ARGS, {@code args.cni} and runtimeConfig. */
final class RequestedAddresses {
  private static final String IPS = "ips";

  private RequestedAddresses() {}

  /** All of them; one without a length counts with all its bits. */
  static List<Cidr> of(NetworkConfiguration configuration) {
    List<Cidr> all = new ArrayList<>(ofEnvironment(configuration));
    all.addAll(ofArguments(configuration));
    all.addAll(ofRuntime(configuration));
    return all;
  }

  static List<Cidr> ofEnvironment(NetworkConfiguration configuration) {
    String text = configuration.argument("IP");
    return text.isEmpty() ? List.of() : read("CNI_ARGS.IP", List.of(text.split(",", -1)));
  }

  static List<Cidr> ofArguments(NetworkConfiguration configuration) {
    return new ConfigObject("", configuration.json())
        .object("args")
        .flatMap(args -> args.object("cni"))
        .map(cni -> read(cni.place(IPS), cni.texts(IPS)))
        .orElse(List.of());
  }

  static List<Cidr> ofRuntime(NetworkConfiguration configuration) {
    return new ConfigObject("", configuration.json())
        .object("runtimeConfig")
        .map(runtime -> read(runtime.place(IPS), runtime.texts(IPS)))
        .orElse(List.of());
  }

  private static List<Cidr> read(String where, List<String> texts) {
    return texts.stream()
        .map(
            text ->
                text.contains("/") ? Cidr.parse(where, text) : Cidr.host(Cidr.address(where, text)))
        .toList();
  }
}
