package io.fastvif.vif;

/** An object of os-vif: a class known by name on both sides, in one of its versions. */
public interface VersionedObject {
  /** os-vif's name of the class, such as {@code VIFBridge}. */
  String objectName();

  /** The object's version and the fields that were changed. */
  Envelope envelope();
}
