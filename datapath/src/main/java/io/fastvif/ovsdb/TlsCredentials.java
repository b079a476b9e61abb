package io.fastvif.ovsdb;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The credentials of a TLS connection: the three PEM files of ovs-vsctl's {@code --private-key},
 * {@code --certificate} and {@code --ca-cert}. As in Open vSwitch, the server's certificate must
 * come from that CA, whatever name it bears.
 */
public final class TlsCredentials {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN (RSA )?PRIVATE KEY-----([^-]+)-----END");
  private static final char[] NO_PASSWORD = {};

  /** DER of PKCS#8's version 0 and algorithm rsaEncryption, in front of a PKCS#1 key. */
  private static final byte[] RSA_ALGORITHM =
      Base64.getDecoder().decode("AgEAMA0GCSqGSIb3DQEBAQUA");

  private final SSLContext context;

  private TlsCredentials(SSLContext context) {
    this.context = context;
  }

  /**
   * Reads the files.
   *
   * @param privateKey an RSA or EC key without password, PKCS#8 or PKCS#1
   * @param certificate its certificate, and those between it and the CA
   * @param caCertificate the CA's certificate
   * @throws IOException if one cannot be read, or is not what it must be
   */
  public static TlsCredentials read(Path privateKey, Path certificate, Path caCertificate)
      throws IOException {
    try {
      KeyStore own = KeyStore.getInstance("PKCS12");
      own.load(null, NO_PASSWORD);
      own.setKeyEntry(
          "key",
          key(privateKey),
          NO_PASSWORD,
          certificates(certificate).toArray(Certificate[]::new));
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, NO_PASSWORD);
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, NO_PASSWORD);
      int number = 0;
      for (Certificate ca : certificates(caCertificate)) {
        trusted.setCertificateEntry("ca" + number++, ca);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return new TlsCredentials(context);
    } catch (GeneralSecurityException wrong) {
      throw new IOException(
          privateKey + ", " + certificate + ", " + caCertificate + ": " + wrong.getMessage(),
          wrong);
    }
  }

  SSLContext context() {
    return context;
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws IOException, GeneralSecurityException {
    // openssl writes the certificate's text in front of it, which the factory does not take
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    int begin = text.indexOf("-----BEGIN CERTIFICATE-----");
    if (begin < 0) {
      throw new IOException(file + ": holds no PEM certificate");
    }
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(
            new ByteArrayInputStream(text.substring(begin).getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    Matcher found = KEY.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    if (!found.find()) {
      throw new IOException(file + ": holds no PEM private key without password");
    }
    byte[] der = Base64.getMimeDecoder().decode(found.group(2));
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(found.group(1) == null ? der : wrapRsa(der));
    for (String algorithm : List.of("RSA", "EC")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException another) {
        // the next algorithm may take it
      }
    }
    throw new IOException(file + ": is neither an RSA nor an EC key");
  }

  /** A PKCS#1 key as PKCS#8: SEQUENCE { version, algorithm, OCTET STRING { key } }. */
  private static byte[] wrapRsa(byte[] key) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes(RSA_ALGORITHM);
    content.writeBytes(der(0x04, key));
    return der(0x30, content.toByteArray());
  }

  private static byte[] der(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.length;
    if (length < 0x80) {
      out.write(length);
    } else {
      int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / Byte.SIZE;
      out.write(0x80 | bytes);
      for (int shift = Byte.SIZE * (bytes - 1); shift >= 0; shift -= Byte.SIZE) {
        out.write(length >> shift);
      }
    }
    out.writeBytes(content);
    return out.toByteArray();
  }
}
