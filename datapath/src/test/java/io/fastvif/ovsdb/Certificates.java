package io.fastvif.ovsdb;

import io.fastvif.testing.Peer;
import java.nio.file.Path;
import java.util.List;

/** A CA with a server's and a client's certificate, and another CA. */
final class Certificates {
  private Certificates() {}

  static void make(Path folder) throws Exception {
    Peer openssl = Peer.require("openssl", "openssl");
    for (String ca : List.of("ca", "other")) {
      openssl.run(
          "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=%s -keyout %s -out %s"
              .formatted(ca, folder.resolve(ca + ".key"), folder.resolve(ca + ".crt")));
    }
    for (String name : List.of("server", "client")) {
      openssl.run(
          "req -newkey rsa:2048 -nodes -subj /CN=%s -keyout %s -out %s"
              .formatted(name, folder.resolve(name + ".key"), folder.resolve(name + ".csr")));
      openssl.run(
          "x509 -req -days 2 -CAcreateserial -in %s -CA %s -CAkey %s -out %s"
              .formatted(
                  folder.resolve(name + ".csr"),
                  folder.resolve("ca.crt"),
                  folder.resolve("ca.key"),
                  folder.resolve(name + ".crt")));
    }
    openssl.run(
        "rsa -traditional -in %s -out %s"
            .formatted(folder.resolve("client.key"), folder.resolve("client-pkcs1.key")));
  }
}
