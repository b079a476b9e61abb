package io.fastvif.vif;

/** What a network says of a port beyond the VIF itself: one of os-vif's port profiles. */
public sealed interface PortProfile extends VersionedObject
    permits OpenVSwitchProfile,
        PortProfile8021Qbg,
        PortProfile8021Qbh,
        PortProfileBase,
        PortProfileFpBridge,
        PortProfileFpTap,
        PortProfileK8sDpdk {
  /** The offload of the port to hardware. */
  Field<DatapathOffload> datapathOffload();
}
